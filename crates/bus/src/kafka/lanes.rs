//! The share of the budget that each partition may hold.
//!
//! A partition without a leader keeps its records until it has one. Without a bound of its own it would come to hold
//! the whole budget, and devices of all other partitions would wait with it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use events::Topic;
use rdkafka::statistics::Statistics;

use super::client::Names;

/// Bytes in flight per partition, once the client has told how many partitions there are.
pub(super) struct Lanes {
    budget: u64,
    /// By topic, then by partition.
    topics: Vec<OnceLock<Box<[AtomicU64]>>>,
}

/// Where a record is counted: `None` while the partitions are not known.
pub(super) type Lane = Option<(Topic, u32)>;

impl Lanes {
    pub(super) fn new(budget: u64) -> Self {
        Self {
            budget,
            topics: Topic::ALL.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// Learns the partition counts from the client's figures.
    pub(super) fn learn(&self, names: &Names, statistics: &Statistics) {
        for (topic, lanes) in Topic::ALL.iter().zip(&self.topics) {
            if lanes.get().is_some() {
                continue;
            }
            let Some(known) = statistics.topics.get(names.topic(*topic)) else {
                continue;
            };
            // -1 stands for records that have no partition yet.
            let count = known.partitions.keys().filter(|number| **number >= 0).count();
            if count > 0 {
                lanes.get_or_init(|| (0..count).map(|_| AtomicU64::new(0)).collect());
            }
        }
    }

    /// Twice an even share, between an eighth and a half of the budget. With one or two partitions there is nothing
    /// to keep apart.
    fn limit(&self, partitions: usize) -> u64 {
        match partitions as u64 {
            0..=2 => u64::MAX,
            count => (self.budget * 2 / count).clamp(self.budget / 8, self.budget / 2),
        }
    }

    /// Counts `weight` for the partition of `key`; `Err` with the partition when that holds its share already.
    pub(super) fn take(&self, topic: Topic, key: &[u8], weight: u64) -> Result<Lane, u32> {
        let Some(lanes) = self.topics[super::index(topic)].get() else {
            return Ok(None);
        };
        let partition = crate::partition::of(key, u32::try_from(lanes.len()).unwrap_or(u32::MAX));
        let lane = &lanes[partition as usize];
        let before = lane.fetch_add(weight, Ordering::Relaxed);
        if before > 0 && before.saturating_add(weight) > self.limit(lanes.len()) {
            lane.fetch_sub(weight, Ordering::Relaxed);
            return Err(partition);
        }
        Ok(Some((topic, partition)))
    }

    /// Gives back what [`take`](Self::take) counted.
    pub(super) fn give(&self, lane: Lane, weight: u64) {
        if let Some((topic, partition)) = lane
            && let Some(lanes) = self.topics[super::index(topic)].get()
        {
            lanes[partition as usize].fetch_sub(weight, Ordering::Relaxed);
        }
    }
}
