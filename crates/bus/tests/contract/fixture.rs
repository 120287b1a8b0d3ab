//! What the checks need from a backend.

use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;

use bus::{Bus, BusConfig, Outcome, Publisher, Read, Receipt, ReceiptSink, Received, Record};
use bytes::Bytes;
use events::Topic;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::Notify;

/// Time within which things must happen; a check fails after it.
pub(crate) const LIMIT: Duration = Duration::from_secs(180);

/// A log of its own for one check.
pub(crate) trait Fixture {
    /// How to open it.
    fn config(&self) -> BusConfig;

    /// The log as another process would have it: a client of its own, or a share where there is one process.
    fn another(&self, first: &Bus) -> Bus;
}

/// Runs a check on a runtime of its own, within [`LIMIT`].
pub(crate) fn block_on<T>(check: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            tokio::time::timeout(LIMIT, check)
                .await
                .expect("the check takes too long")
        })
}

/// Counts how often each token was settled, and how.
#[derive(Default)]
pub(crate) struct Settled {
    outcomes: Mutex<Vec<(u64, Outcome)>>,
    told: Notify,
}

impl ReceiptSink for Settled {
    fn settled(&self, token: u64, outcome: Outcome) {
        self.outcomes.lock().unwrap().push((token, outcome));
        self.told.notify_waiters();
    }
}

impl Settled {
    pub(crate) fn outcomes(&self) -> Vec<(u64, Outcome)> {
        self.outcomes.lock().unwrap().clone()
    }

    /// Waits until `count` receipts were settled.
    pub(crate) async fn wait_for(&self, count: usize) {
        loop {
            let told = self.told.notified();
            if self.outcomes.lock().unwrap().len() >= count {
                return;
            }
            told.await;
        }
    }
}

pub(crate) fn record(topic: Topic, key: &str, value: Option<&str>) -> Record {
    Record {
        topic,
        key: Bytes::copy_from_slice(key.as_bytes()),
        value: value.map(|value| Bytes::copy_from_slice(value.as_bytes())),
        headers: vec![(events::headers::EVENT_ID, Bytes::from(format!("{key}-{value:?}")))],
        timestamp: Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap(),
    }
}

/// Publishes and waits until all are durable.
pub(crate) async fn publish_all(publisher: &Publisher, records: impl IntoIterator<Item = Record>) {
    let settled = Arc::new(Settled::default());
    let mut count = 0;
    for record in records {
        publisher.ready().await;
        publisher.publish(record, Receipt::new(settled.clone(), count));
        count += 1;
    }
    settled.wait_for(usize::try_from(count).unwrap()).await;
    for (token, outcome) in settled.outcomes() {
        outcome.unwrap_or_else(|error| panic!("record {token}: {error}"));
    }
}

/// Everything that is in a topic.
pub(crate) async fn read_all(bus: &Bus, topic: Topic) -> Vec<Received> {
    collect(bus, Read::all(topic)).await
}

pub(crate) async fn collect(bus: &Bus, read: Read) -> Vec<Received> {
    let mut reader = bus.read(read);
    let mut records = Vec::new();
    while let Some(record) = reader.next().await {
        records.push(record.unwrap());
    }
    records
}

pub(crate) fn text(bytes: &Bytes) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The values of one key, in order.
pub(crate) fn values_of<'a>(records: &'a [Received], key: &str) -> Vec<&'a str> {
    records
        .iter()
        .filter(|record| record.key == key)
        .map(|record| record.value.as_ref().map_or("deleted", text))
        .collect()
}
