//! Definitions into the compacted topics.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use bus::{Bus, Outcome, Receipt, ReceiptSink, Record};
use bytes::Bytes;
use events::{Message, Topic, headers, id};
use tokio::sync::Notify;

/// A definition that is to be written, or to be deleted.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) topic: Topic,
    pub(crate) key: String,
    /// The encoded message; none deletes what the key had.
    pub(crate) value: Option<Bytes>,
}

impl Definition {
    pub(crate) fn new(topic: Topic, key: impl Into<String>, message: &impl Message) -> Self {
        Self {
            topic,
            key: key.into(),
            value: Some(message.encode_to_vec().into()),
        }
    }

    pub(crate) fn deletion(topic: Topic, key: impl Into<String>) -> Self {
        Self {
            topic,
            key: key.into(),
            value: None,
        }
    }
}

/// Writes definitions and waits until all of them are durable.
///
/// # Errors
/// When one of them is not written; others may be.
pub(crate) async fn publish(
    bus: &Bus,
    definitions: impl IntoIterator<Item = Definition>,
) -> anyhow::Result<()> {
    let publisher = bus.publisher();
    let written = Arc::new(Written::default());
    let mut sent = 0;
    for Definition { topic, key, value } in definitions {
        publisher.ready().await;
        let content = value.as_deref().unwrap_or_default();
        let event_id = id::deterministic(&[topic.name().as_bytes(), key.as_bytes(), content]);
        publisher.publish(
            Record {
                topic,
                key: Bytes::from(key),
                value,
                headers: vec![
                    (headers::EVENT_ID, event_id.to_string().into()),
                    (headers::SCHEMA, topic.schema().into()),
                ],
                timestamp: runtime::clock::now(),
            },
            Receipt::new(written.clone(), sent),
        );
        sent += 1;
    }
    written
        .all(sent)
        .await
        .map_err(|(number, error)| {
            anyhow::Error::new(error).context(format!("definition {number} of {sent}"))
        })
        .context("write definitions")
}

/// Hears of the records of one call.
#[derive(Default)]
struct Written {
    told: Mutex<Told>,
    more: Notify,
}

#[derive(Default)]
struct Told {
    settled: u64,
    /// The first that failed, counted from 1.
    failed: Option<(u64, bus::PublishError)>,
}

impl Written {
    /// Waits until so many are settled.
    async fn all(&self, sent: u64) -> Result<(), (u64, bus::PublishError)> {
        loop {
            let more = self.more.notified();
            {
                let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                if told.settled >= sent {
                    return told.failed.take().map_or(Ok(()), Err);
                }
            }
            more.await;
        }
    }
}

impl ReceiptSink for Written {
    fn settled(&self, number: u64, outcome: Outcome) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.settled += 1;
        if let Err(error) = outcome {
            told.failed.get_or_insert((number + 1, error));
        }
        self.more.notify_one();
    }
}
