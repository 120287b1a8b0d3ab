use std::sync::Arc;

use crate::budget::Budget;
use crate::{PublishError, Receipt, Record};

/// Where a backend takes records. Each receipt is settled once, whatever happens.
pub(crate) trait Submit: Send + Sync {
    /// Takes the record, which weighs `weight` in the budget; gives that back when it settles the receipt.
    fn submit(&self, record: Record, receipt: Receipt, weight: u64);

    /// False while, as far as is known, nothing can be written.
    fn is_reachable(&self) -> bool {
        true
    }
}

/// Takes records and reports what became of each. Cheap to clone; clones share the budget of bytes in flight.
#[derive(Clone)]
pub struct Publisher {
    budget: Arc<Budget>,
    sink: Arc<dyn Submit>,
}

impl Publisher {
    pub(crate) fn new(budget: Arc<Budget>, sink: Arc<dyn Submit>) -> Self {
        Self { budget, sink }
    }

    /// Takes the record without waiting. The receipt is settled once: `Ok` when the record is durable (acknowledged
    /// by all in-sync replicas, or synced to this machine's disk), else with the reason. It may be settled before
    /// this returns, and from any thread.
    ///
    /// Records of one key become readable in the order in which they were published.
    ///
    /// The budget of bytes in flight may be exceeded by a quarter, so that a caller who checked
    /// [`has_room`](Self::has_room) can finish a batch; beyond that the receipt is settled as unavailable.
    pub fn publish(&self, record: Record, receipt: Receipt) {
        let weight = record.weight();
        if self.budget.take(weight) {
            self.sink.submit(record, receipt, weight);
        } else {
            receipt.settle(Err(PublishError::Unavailable(
                "too many bytes wait for the log already".to_owned(),
            )));
        }
    }

    /// False when so many bytes are in flight that the caller should take nothing more.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.budget.has_room()
    }

    /// False while no broker of the Kafka cluster can be reached, as the client noticed within some seconds.
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        self.sink.is_reachable()
    }

    /// Waits until there is room.
    pub async fn ready(&self) {
        self.budget.room().await;
    }

    /// Bytes in flight.
    #[must_use]
    pub fn in_flight_bytes(&self) -> u64 {
        self.budget.used()
    }

    /// Bytes that may be in flight.
    #[must_use]
    pub fn in_flight_limit(&self) -> u64 {
        self.budget.limit()
    }

    /// Records in flight.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.budget.records()
    }
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher")
            .field("in_flight_bytes", &self.in_flight_bytes())
            .finish_non_exhaustive()
    }
}
