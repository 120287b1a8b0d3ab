//! Definitions into the compacted topics.

use std::sync::Arc;
use std::sync::Mutex;

use anyhow::Context as _;
use bus::{Bus, Outcome, Receipt, ReceiptSink, Record};
use bytes::Bytes;
use events::{Message, Topic, headers, id};
use tokio::sync::oneshot;

/// A definition that is to be written: its topic, key and message.
pub(crate) struct Definition {
    topic: Topic,
    key: String,
    value: Bytes,
}

impl Definition {
    pub(crate) fn new(topic: Topic, key: impl Into<String>, message: &impl Message) -> Self {
        Self {
            topic,
            key: key.into(),
            value: message.encode_to_vec().into(),
        }
    }
}

/// Writes definitions and waits until all of them are durable.
pub(crate) async fn publish(bus: &Bus, definitions: Vec<Definition>) -> anyhow::Result<()> {
    let publisher = bus.publisher();
    for Definition { topic, key, value } in definitions {
        let (settled, outcome) = oneshot::channel();
        let sink = Arc::new(Told(Mutex::new(Some(settled))));
        let event_id = id::deterministic(&[topic.name().as_bytes(), key.as_bytes(), &value]);
        publisher.publish(
            Record {
                topic,
                key: Bytes::from(key.clone()),
                value: Some(value),
                headers: vec![
                    (headers::EVENT_ID, event_id.to_string().into()),
                    (headers::SCHEMA, topic.schema().into()),
                ],
                timestamp: runtime::clock::now(),
            },
            Receipt::new(sink, 0),
        );
        outcome
            .await
            .context("the log was closed")?
            .with_context(|| format!("write {key} to {}", topic.name()))?;
    }
    Ok(())
}

/// Hears of one record.
struct Told(Mutex<Option<oneshot::Sender<Outcome>>>);

impl ReceiptSink for Told {
    fn settled(&self, _: u64, outcome: Outcome) {
        if let Some(settled) = self.0.lock().ok().and_then(|mut told| told.take()) {
            // Nobody waits any more.
            let _ = settled.send(outcome);
        }
    }
}
