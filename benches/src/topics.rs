//! A stage from its input topics to its output topics, on the local log in one folder of this machine or on Kafka.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bus::{
    Around, Backend, Bus, BusConfig, Out, Outcome, ReceiptSink, Received, Record, Refusal, Stage, TopicsFile,
};
use bytes::Bytes;
use events::Topic;
use jiff::Timestamp;

/// Counts what passes the stage.
#[derive(Debug)]
pub struct Counted<S> {
    inner: S,
    fixes: Arc<AtomicU64>,
    events: Arc<AtomicU64>,
}

impl<S: Stage> Counted<S> {
    /// Counts in `fixes` what `inner` took and in `events` what it told.
    pub fn new(inner: S, fixes: &Arc<AtomicU64>, events: &Arc<AtomicU64>) -> Self {
        Self {
            inner,
            fixes: Arc::clone(fixes),
            events: Arc::clone(events),
        }
    }
}

impl<S: Stage> Around for Counted<S> {
    type Inner = S;

    fn inner(&self) -> &S {
        &self.inner
    }

    fn pass(
        &self,
        state: &mut S::State,
        record: &Received,
        now: Timestamp,
        out: &mut Out,
    ) -> Result<(), Refusal> {
        let before = out.records.len();
        let result = self.inner.apply(state, record, now, out);
        let told = out.records.len() - before;
        self.events
            .fetch_add(u64::try_from(told).unwrap_or(0), Ordering::Relaxed);
        self.fixes.fetch_add(1, Ordering::Relaxed);
        result
    }
}

/// Hears of records that were not taken.
#[derive(Debug, Default)]
pub struct Receipts {
    failed: AtomicU64,
}

impl Receipts {
    /// Records that were not taken so far.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }
}

impl ReceiptSink for Receipts {
    fn settled(&self, _token: u64, outcome: Outcome) {
        if outcome.is_err() {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A log of its own in a folder.
pub fn open(folder: &Path) -> Result<Bus, bus::Error> {
    let mut config = BusConfig {
        backend: Backend::Local,
        ..BusConfig::default()
    };
    config.local.path = folder.to_owned();
    Bus::open(&config)
}

/// Topics of their own on a cluster, with the partitions of the product and one replica.
pub async fn on_kafka(brokers: &str) -> anyhow::Result<Bus> {
    let mut config = BusConfig {
        backend: Backend::Kafka,
        ..BusConfig::default()
    };
    config.kafka.brokers = brokers.to_owned();
    config.kafka.prefix = format!("bench-{}.", Timestamp::now().as_millisecond());
    config.kafka.state_replication = 1;
    let bus = Bus::open(&config)?;
    let admin = bus.admin();
    for change in admin
        .plan(&TopicsFile::parse("[defaults]\nreplication = 1\n")?)
        .await?
    {
        admin.apply(&change).await?;
    }
    Ok(bus)
}

/// A record of now: records of another time would be forgotten at once.
pub fn record(topic: Topic, key: &str, value: Vec<u8>) -> Record {
    Record {
        topic,
        key: Bytes::copy_from_slice(key.as_bytes()),
        value: Some(Bytes::from(value)),
        headers: Vec::new(),
        timestamp: Timestamp::now(),
    }
}
