use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bus::{Outcome, PublishError, Publisher, Receipt, ReceiptSink, Record, Spool};
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::{Outlet, letter};
use crate::config::{self, SpoolMode};
use crate::{Error, metrics};

/// How often the spool is looked at: its metrics, and whether the log moves.
const LOOK: Duration = Duration::from_secs(1);

/// The log with a spool in front of it.
///
/// A device's records keep their order: as long as the spool holds anything, everything goes behind it. What was on its
/// way to the log when the log stopped is not promised; devices send it again and it goes to the spool.
pub(crate) struct Spooled {
    log: Publisher,
    spool: Spool,
    always: bool,
    /// The log takes nothing, as far as is known.
    stopped: Arc<AtomicBool>,
    node: Bytes,
}

/// Passes an outcome on and notes when the log takes nothing.
struct Watched {
    receipt: Mutex<Option<Receipt>>,
    stopped: Arc<AtomicBool>,
}

impl ReceiptSink for Watched {
    fn settled(&self, _: u64, outcome: Outcome) {
        if outcome.as_ref().is_err_and(PublishError::is_retryable) {
            self.stopped.store(true, Ordering::Relaxed);
        }
        let receipt = self.receipt.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(receipt) = receipt {
            receipt.settle(outcome);
        }
    }
}

impl Spooled {
    /// Opens the spool. Blocks while it recovers.
    pub(crate) fn open(config: &config::Spool, node: &str, log: Publisher) -> Result<Self, Error> {
        Ok(Self {
            log,
            spool: Spool::open(&config.path, config.max_bytes)?,
            always: config.mode == SpoolMode::Always,
            stopped: Arc::new(AtomicBool::new(false)),
            node: Bytes::from(node.to_owned()),
        })
    }

    /// Moves records from the spool to the log until `shutdown`.
    pub(crate) async fn drain(&self, shutdown: CancellationToken) -> Result<(), Error> {
        let refused = |record: Record, error: &PublishError| self.refuse(&record, error);
        self.spool.drain(&self.log, shutdown, refused).await?;
        Ok(())
    }

    /// Looks after the spool until `shutdown`: notices when the log stops and when it takes records again.
    pub(crate) async fn watch(&self, shutdown: CancellationToken) {
        let mut look = tokio::time::interval(LOOK);
        let mut before = u64::MAX;
        loop {
            tokio::select! {
                _ = look.tick() => {}
                () = shutdown.cancelled() => return,
            }
            let in_flight = self.log.in_flight();
            if self.spool.is_empty() && (in_flight == 0 || in_flight < before) {
                self.stopped.store(false, Ordering::Relaxed);
            } else if in_flight > 0 && in_flight == before && self.spool.is_empty() {
                self.stopped.store(true, Ordering::Relaxed);
            }
            before = in_flight;
            self.measure();
        }
    }

    fn measure(&self) {
        let age = match self.spool.oldest() {
            Ok(Some(oldest)) => runtime::clock::now().duration_since(oldest).as_secs_f64(),
            Ok(None) => 0.0,
            Err(error) => {
                tracing::warn!(%error, "the age of the spool cannot be read");
                0.0
            }
        };
        metrics::spool(self.spool.bytes(), self.spool.len(), self.spool.max_bytes(), age);
    }

    /// A record that the log will never take goes to the rejects.
    fn refuse(&self, record: &Record, error: &PublishError) {
        let lost = Arc::new(Lost);
        for reject in letter::rejects(record, error, &self.node) {
            self.log.publish(reject, Receipt::new(lost.clone(), 0));
        }
    }

    /// True when records go to the log itself.
    fn direct(&self) -> bool {
        !self.always && !self.stopped.load(Ordering::Relaxed) && self.spool.is_empty()
    }
}

/// Says when a reject could not be written.
struct Lost;

impl ReceiptSink for Lost {
    fn settled(&self, _: u64, outcome: Outcome) {
        if let Err(error) = outcome {
            tracing::error!(%error, "a reject was not written");
        }
    }
}

impl Outlet for Spooled {
    fn publish(&self, record: Record, receipt: Receipt) {
        if self.direct() && self.log.has_room() {
            let watched = Watched {
                receipt: Mutex::new(Some(receipt)),
                stopped: self.stopped.clone(),
            };
            self.log.publish(record, Receipt::new(Arc::new(watched), 0));
        } else {
            self.spool.append(record, receipt);
        }
    }

    fn has_room(&self) -> bool {
        self.spool.has_room() || (self.direct() && self.log.has_room())
    }

    fn in_flight(&self) -> u64 {
        self.log.in_flight()
    }

    fn in_flight_bytes(&self) -> u64 {
        self.log.in_flight_bytes()
    }

    fn in_flight_limit(&self) -> u64 {
        self.log.in_flight_limit()
    }

    fn waiting(&self) -> u64 {
        self.spool.len()
    }
}
