//! Three real brokers, one of which is down while records are written: what was acknowledged is there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bus::{Backend, Bus, BusConfig, Outcome, Read, Receipt, ReceiptSink, Record, TopicsFile};
use events::Topic;
use tests::kafka::{KafkaCluster, KafkaServer};
use tokio::sync::mpsc;

/// Records written in each state of the cluster.
const RECORDS: usize = 300;
/// Time within which things must happen on a busy machine.
const LIMIT: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_is_killed_then_another_and_no_acknowledged_record_is_missing() {
    if !KafkaServer::is_available() {
        return;
    }
    let mut cluster = tokio::task::spawn_blocking(|| KafkaCluster::start(3))
        .await
        .unwrap()
        .unwrap();
    let bus = open(&cluster);
    let wanted = "[defaults]\npartitions = 2\nreplication = 3\nretention_hours = 24\n";
    let wanted = TopicsFile::parse(wanted).unwrap();
    for change in bus.admin().plan(&wanted).await.unwrap() {
        bus.admin().apply(&change).await.unwrap();
    }
    let topics = bus.admin().topics().await.unwrap();
    assert!(topics.iter().all(|topic| topic.replication == 3), "{topics:?}");

    for at in 0..2 {
        cluster = blocking(cluster, move |cluster| cluster.kill(at)).await;
        assert!(!cluster.runs(at));
        write(&bus, at * RECORDS).await;
        cluster = blocking(cluster, move |cluster| cluster.restart(at)).await;
    }

    let keys = tokio::time::timeout(LIMIT, read(&bus))
        .await
        .expect("all is read");
    assert_eq!(keys.len(), 2 * RECORDS);
    tokio::task::spawn_blocking(move || bus.close()).await.unwrap();
}

fn open(cluster: &KafkaCluster) -> Bus {
    let mut config = BusConfig {
        backend: Backend::Kafka,
        ..BusConfig::default()
    };
    config.kafka.brokers = cluster.brokers();
    // Not a matter of time here: a busy machine elects slowly.
    config.kafka.message_timeout_seconds = 0;
    Bus::open(&config).unwrap()
}

async fn blocking(
    mut cluster: KafkaCluster,
    act: impl FnOnce(&mut KafkaCluster) -> anyhow::Result<()> + Send + 'static,
) -> KafkaCluster {
    let acted = tokio::task::spawn_blocking(move || {
        act(&mut cluster).unwrap();
        cluster
    });
    acted.await.unwrap()
}

struct Settled(mpsc::UnboundedSender<Outcome>);

impl ReceiptSink for Settled {
    fn settled(&self, _: u64, outcome: Outcome) {
        self.0.send(outcome).unwrap();
    }
}

/// Writes records with keys of their own and waits until all are durable.
async fn write(bus: &Bus, first: usize) {
    let (sender, mut settled) = mpsc::unbounded_channel();
    let sink = Arc::new(Settled(sender));
    for number in first..first + RECORDS {
        let record = Record {
            topic: Topic::Positions,
            key: number.to_string().into(),
            value: Some("value".into()),
            headers: Vec::new(),
            timestamp: runtime::clock::now(),
        };
        bus.publisher().publish(record, Receipt::new(sink.clone(), 0));
    }
    for _ in 0..RECORDS {
        let outcome = tokio::time::timeout(LIMIT, settled.recv()).await;
        outcome.expect("a receipt").unwrap().unwrap();
    }
}

async fn read(bus: &Bus) -> HashSet<Vec<u8>> {
    let mut reader = bus.read(Read::all(Topic::Positions));
    let mut keys = HashSet::new();
    while let Some(record) = reader.next().await {
        keys.insert(record.unwrap().key.to_vec());
    }
    keys
}
