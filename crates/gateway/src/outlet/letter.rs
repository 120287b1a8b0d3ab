//! What the log will never take goes to the rejects, whole: its device would send it for ever.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bus::{Outcome, PublishError, Receipt, ReceiptSink, Record};
use bytes::Bytes;
use events::reject::v1::Reject;

use super::Outlet;
use crate::emit::{Publishable, Stamp};
use crate::translate::timestamp;

/// Bytes of a record in one reject. No log refuses a record for its size that is not larger.
const PART: usize = 64 << 10;

/// Publishes a record; when the log refuses it for good, the receipt is settled as its rejects are.
pub(crate) fn publish(outlet: &Arc<dyn Outlet>, node: &Bytes, record: Record, receipt: Receipt) {
    if record.value.as_ref().map_or(0, Bytes::len) <= PART {
        return outlet.publish(record, receipt);
    }
    let refusable = Refusable {
        outlet: outlet.clone(),
        node: node.clone(),
        record: record.clone(),
        receipt: Mutex::new(Some(receipt)),
    };
    outlet.publish(record, Receipt::new(Arc::new(refusable), 0));
}

/// The rejects that hold a record which the log refuses, in order.
pub(super) fn rejects(record: &Record, error: &PublishError, node: &Bytes) -> Vec<Record> {
    let topic = record.topic.name();
    tracing::error!(topic, %error, "the log refuses a record; it goes to the rejects");
    let now = runtime::clock::now();
    let stamp = Stamp {
        node: node.clone(),
        generation: Bytes::new(),
        trace: None,
    };
    let value = record.value.clone().unwrap_or_default();
    let parts = value.len().div_ceil(PART).max(1);
    (0..parts)
        .map(|part| {
            let from = part * PART;
            let reject = Reject {
                event_id: events::id::observed().to_string(),
                device: String::from_utf8_lossy(&record.key).into_owned(),
                received_at: Some(timestamp(wire::Time(now.as_millisecond()))),
                stage: "gateway".to_owned(),
                reason: "too-large".to_owned(),
                detail: format!(
                    "expected a record that {topic} takes, found one of {} bytes, of which this is part {} of \
                     {parts}: {error}; raise max.message.bytes of the topic, or join the parts",
                    value.len(),
                    part + 1
                ),
                content: value.slice(from..value.len().min(from + PART)),
                ..Reject::default()
            };
            reject.record(record.key.clone(), &stamp, now)
        })
        .collect()
}

/// Keeps a record until the log has taken it.
struct Refusable {
    outlet: Arc<dyn Outlet>,
    node: Bytes,
    record: Record,
    receipt: Mutex<Option<Receipt>>,
}

impl ReceiptSink for Refusable {
    fn settled(&self, _: u64, outcome: Outcome) {
        let receipt = self.receipt.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(receipt) = receipt else { return };
        let error = match outcome {
            Err(error) if !error.is_retryable() => error,
            outcome => return receipt.settle(outcome),
        };
        let rejects = rejects(&self.record, &error, &self.node);
        let parts = Arc::new(Parts {
            open: AtomicUsize::new(rejects.len()),
            failed: AtomicBool::new(false),
            receipt: Mutex::new(Some(receipt)),
        });
        for reject in rejects {
            self.outlet.publish(reject, Receipt::new(parts.clone(), 0));
        }
    }
}

/// Settles the record's receipt when all its parts are settled.
struct Parts {
    open: AtomicUsize,
    failed: AtomicBool,
    receipt: Mutex<Option<Receipt>>,
}

impl ReceiptSink for Parts {
    fn settled(&self, _: u64, outcome: Outcome) {
        if let Err(error) = &outcome {
            tracing::error!(%error, "a reject was not written");
            self.failed.store(true, Ordering::Release);
        }
        if self.open.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        let receipt = self.receipt.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(receipt) = receipt {
            receipt.settle(if self.failed.load(Ordering::Acquire) {
                Err(PublishError::Unavailable("a reject was not written".to_owned()))
            } else {
                Ok(())
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use events::{Message, Topic};

    use super::*;

    /// A log that takes no large record, and holds on to the small ones.
    #[derive(Default)]
    struct Small(Mutex<Vec<(Record, Receipt)>>);

    impl Outlet for Small {
        fn publish(&self, record: Record, receipt: Receipt) {
            if record
                .value
                .as_ref()
                .is_some_and(|value| value.len() > PART + 4096)
            {
                receipt.settle(Err(PublishError::Refused("too large".to_owned())));
            } else {
                self.0.lock().unwrap().push((record, receipt));
            }
        }

        fn has_room(&self) -> bool {
            true
        }

        fn in_flight(&self) -> u64 {
            0
        }

        fn in_flight_bytes(&self) -> u64 {
            0
        }
    }

    #[derive(Default)]
    struct Told(Mutex<Vec<Outcome>>);

    impl ReceiptSink for Told {
        fn settled(&self, _: u64, outcome: Outcome) {
            self.0.lock().unwrap().push(outcome);
        }
    }

    fn refused(length: usize) -> (Bytes, Arc<Told>, Vec<(Record, Receipt)>) {
        let (small, told) = (Arc::new(Small::default()), Arc::new(Told::default()));
        let value: Bytes = (0..length).map(|place| (place % 251) as u8).collect();
        let record = Record {
            topic: Topic::DeviceEvents,
            key: Bytes::from_static(b"13800138000"),
            value: Some(value.clone()),
            headers: Vec::new(),
            timestamp: runtime::clock::now(),
        };
        let outlet: Arc<dyn Outlet> = small.clone();
        publish(
            &outlet,
            &Bytes::from_static(b"n"),
            record,
            Receipt::new(told.clone(), 0),
        );
        let held = std::mem::take(&mut *small.0.lock().unwrap());
        (value, told, held)
    }

    #[test]
    fn r16_what_the_log_refuses_is_answered_when_all_of_it_stands_in_the_rejects() {
        let (value, told, held) = refused(3 * PART - 1);
        assert_eq!(held.len(), 3);
        let mut whole = Vec::new();
        for (record, receipt) in held {
            assert_eq!(record.topic, Topic::Rejects);
            assert_eq!(*told.0.lock().unwrap(), [], "not before the last part");
            whole.extend_from_slice(&Reject::decode(record.value.as_deref().unwrap()).unwrap().content);
            receipt.settle(Ok(()));
        }
        assert_eq!(whole, value);
        assert_eq!(*told.0.lock().unwrap(), [Ok(())]);
    }

    #[test]
    fn r16_what_stands_nowhere_is_not_answered() {
        let (_, told, held) = refused(2 * PART);
        for (place, (_, receipt)) in held.into_iter().enumerate() {
            receipt.settle(if place == 0 {
                Err(PublishError::Unavailable("away".to_owned()))
            } else {
                Ok(())
            });
        }
        assert!(told.0.lock().unwrap()[0].is_err());
    }

    #[test]
    fn small_records_are_passed_on_as_they_are() {
        let (_, told, held) = refused(PART);
        assert_eq!((held.len(), held[0].0.topic), (1, Topic::DeviceEvents));
        held.into_iter().for_each(|(_, receipt)| receipt.settle(Ok(())));
        assert_eq!(*told.0.lock().unwrap(), [Ok(())]);
    }
}
