//! A log for one test, and the consumer on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bus::{Backend, Bus, BusConfig, Outcome, Read, Receipt, ReceiptSink, Received, Record, TopicsFile};
use events::fence::v1::{FenceEvent, Kind};
use events::{Message as _, Topic};
use geofence::GeofenceConfig;
use tests::kafka::KafkaServer;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Time within which things must happen on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(180);

/// A log of its own for one test.
pub(crate) enum Log {
    Local(tempfile::TempDir),
    Kafka(Arc<KafkaServer>, String),
}

impl Log {
    pub(crate) fn local() -> Self {
        Self::Local(tempfile::tempdir().unwrap())
    }

    /// `None` where there is no broker to start.
    pub(crate) async fn kafka() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        if !KafkaServer::is_available() {
            return None;
        }
        let server = tokio::task::spawn_blocking(KafkaServer::shared)
            .await
            .unwrap()
            .unwrap();
        let log = Self::Kafka(server, format!("g{}-", NEXT.fetch_add(1, Ordering::Relaxed)));
        let bus = log.open();
        let file = TopicsFile::parse("[defaults]\npartitions = 4\nretention_hours = 24\n").unwrap();
        for change in bus.admin().plan(&file).await.unwrap() {
            bus.admin().apply(&change).await.unwrap();
        }
        close(bus).await;
        Some(log)
    }

    /// Where it is, for another process: read by [`open`].
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Local(folder) => format!("local|{}|", folder.path().display()),
            Self::Kafka(server, prefix) => format!("kafka|{}|{prefix}", server.brokers()),
        }
    }

    pub(crate) fn open(&self) -> Bus {
        open(&self.place())
    }
}

pub(crate) fn open(place: &str) -> Bus {
    let mut parts = place.split('|');
    let mut part = || parts.next().unwrap().to_owned();
    let (kind, place, prefix) = (part(), part(), part());
    let mut config = BusConfig::default();
    if kind == "local" {
        config.local.path = std::path::Path::new(&place).join("log");
    } else {
        config.backend = Backend::Kafka;
        config.kafka.brokers = place;
        config.kafka.prefix = prefix;
        config.kafka.transaction_timeout_seconds = 6;
        // Dead consumers are noticed within two seconds.
        config.kafka.properties = [("session.timeout.ms", "2000"), ("heartbeat.interval.ms", "300")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    }
    Bus::open(&config).unwrap()
}

pub(crate) async fn close(bus: Bus) {
    tokio::task::spawn_blocking(move || bus.close()).await.unwrap();
}

/// Starts the consumer; the token stops it.
pub(crate) fn consume(bus: &Bus) -> (CancellationToken, JoinHandle<Result<(), bus::Error>>) {
    let (stage, _) = geofence::new(&GeofenceConfig::default());
    let stop = CancellationToken::new();
    let running = tokio::spawn(geofence::run(stage, bus.clone(), stop.clone()));
    (stop, running)
}

struct Settled(mpsc::UnboundedSender<Outcome>);

impl ReceiptSink for Settled {
    fn settled(&self, _: u64, outcome: Outcome) {
        self.0.send(outcome).unwrap();
    }
}

/// Publishes and waits until all are durable.
pub(crate) async fn publish(bus: &Bus, records: Vec<Record>) {
    let (sender, mut settled) = mpsc::unbounded_channel();
    let sink = Arc::new(Settled(sender));
    let count = records.len();
    let publisher = bus.publisher();
    for record in records {
        publisher.ready().await;
        publisher.publish(record, Receipt::new(sink.clone(), 0));
    }
    for _ in 0..count {
        settled.recv().await.unwrap().unwrap();
    }
}

/// Reads the events until so many of them are enters of the fence.
pub(crate) async fn wait_for_enters(bus: &Bus, fence: &str, count: usize) {
    let mut reader = bus.read(Read::follow(Topic::FenceEvents));
    let mut seen = 0;
    let wait = async {
        while seen < count {
            let event = event(&reader.next().await.unwrap().unwrap());
            seen += usize::from(event.fence == fence && event.kind() == Kind::Enter);
        }
    };
    let done = tokio::time::timeout(LIMIT, wait).await;
    assert!(done.is_ok(), "{seen} of {count} enters of {fence} came");
}

pub(crate) fn event(record: &Received) -> FenceEvent {
    FenceEvent::decode(record.value.clone().unwrap()).unwrap()
}

/// Everything in the topic of events.
pub(crate) async fn all_events(bus: &Bus) -> Vec<FenceEvent> {
    let mut reader = bus.read(Read::all(Topic::FenceEvents));
    let mut events = Vec::new();
    while let Some(record) = reader.next().await {
        events.push(event(&record.unwrap()));
    }
    events
}
