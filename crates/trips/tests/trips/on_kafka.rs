//! On a real Kafka: consumers that are killed between any two steps of a commit, and that take partitions over from each
//! other, publish in the end what one that nobody disturbs publishes.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bus::{Backend, Bus, BusConfig, Read, TopicsFile};
use events::Topic;
use events::trip::v1::Finality;
use tests::kafka::KafkaServer;
use tokio_util::sync::CancellationToken;
use trips::engine::{Config, Fix, Record};

use crate::through_the_bus::{block_on, publish, published, refused, run_until, today};

/// Names brokers and prefix to a test binary that is to be the consumer and nothing else.
const TASK: &str = "MILEPOST_TRIPS_TEST_CONSUMER";
/// Steps at which a consumer is killed, each with the record or commit at which it is.
const STEPS: [&str; 7] = [
    "restored:1",
    "applied:40",
    "kafka-begun:1",
    "kafka-outputs-sent:1",
    "kafka-state-sent:1",
    "kafka-offsets-sent:1",
    "kafka-committed:1",
];
/// Time within which the test must be through.
const LIMIT: Duration = Duration::from_secs(600);
/// How often a process is looked at.
const POLL: Duration = Duration::from_millis(20);
/// Devices, which lie on several partitions.
const DEVICES: [&str; 4] = ["d0", "d1", "d2", "d3"];

/// How to open the log: dead consumers are noticed within two seconds.
fn settings(brokers: &str, prefix: &str) -> BusConfig {
    let mut config = BusConfig {
        backend: Backend::Kafka,
        ..BusConfig::default()
    };
    config.kafka.brokers = brokers.to_owned();
    config.kafka.prefix = prefix.to_owned();
    config.kafka.transaction_timeout_seconds = 6;
    config.kafka.properties = [("session.timeout.ms", "2000"), ("heartbeat.interval.ms", "300")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    config
}

async fn make_topics(bus: &Bus) {
    let file = TopicsFile::parse("[defaults]\npartitions = 4\nretention_hours = 24\n").expect("topics");
    for change in bus.admin().plan(&file).await.expect("a plan") {
        bus.admin().apply(&change).await.expect("a topic");
    }
}

/// The consumer that is killed; a test that does nothing unless it is asked to be one.
#[test]
fn consumer() {
    let Ok(task) = std::env::var(TASK) else { return };
    let (brokers, prefix) = task.split_once('|').expect("brokers and prefix");
    let bus = Bus::open(&settings(brokers, prefix)).expect("a log");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime
        .block_on(trips::run(Config::default(), &bus, CancellationToken::new()))
        .expect("the log can be used");
}

/// A consumer in a process of its own, which ends with the test at the latest.
struct Consumer(Child);

impl Drop for Consumer {
    fn drop(&mut self) {
        // it is dead already, unless the test has failed
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Lets a consumer in a process of its own run until it dies at `step`.
async fn die_at(step: &str, brokers: &str, prefix: &str) {
    let child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "on_kafka::consumer", "--nocapture"])
        .env(TASK, format!("{brokers}|{prefix}"))
        .env("MILEPOST_BUS_KILL_AT", step)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a consumer");
    let mut consumer = Consumer(child);
    loop {
        if let Some(status) = consumer.0.try_wait().expect("a process") {
            assert!(!status.success(), "the consumer was to die at {step}");
            return;
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Publishes a part of everybody's day.
async fn publish_part(bus: &Bus, fixes: &[Fix]) {
    for device in DEVICES {
        publish(bus, device, fixes).await;
    }
}

/// What is final, in order of device and time.
async fn finals(bus: &Bus) -> Vec<Record> {
    let (_, found) = published(bus).await;
    let trips = found.trips.into_iter().map(Record::Trip);
    let mut records: Vec<Record> = trips.chain(found.stops.into_iter().map(Record::Stop)).collect();
    records.retain(|record| match record {
        Record::Trip(trip) => trip.finality() == Finality::Final,
        Record::Stop(stop) => stop.finality() == Finality::Final,
    });
    records.sort_by(|a, b| (a.order(), a.id()).cmp(&(b.order(), b.id())));
    records
}

/// Restarts the consumer, which tells what it has not told, until everything before the last stop is final.
async fn told(bus: &Bus) -> Vec<Record> {
    let count = DEVICES.len() * 4;
    run_until(bus, async {
        let mut newest = bus.read(Read::follow(Topic::Stops));
        while finals(bus).await.len() < count {
            newest
                .next()
                .await
                .expect("following does not end")
                .expect("a stop");
        }
    })
    .await;
    let records = finals(bus).await;
    assert_eq!(records.len(), count);
    records
}

/// Two drives between three stands so long ago that all is final: the horizon of 72 hours and the 12 hours until it is
/// looked at again are over. And a fix of now at the last place.
fn fixes() -> Vec<Fix> {
    let mut fixes = today();
    let last = fixes.last().copied().expect("a fix");
    let ago = 90 * 3_600_000;
    for fix in &mut fixes {
        fix.time -= ago;
    }
    fixes.push(last);
    fixes
}

#[test]
fn what_killed_and_replaced_consumers_publish_is_what_an_undisturbed_one_does() {
    if !KafkaServer::is_available() {
        return;
    }
    let kafka = KafkaServer::shared().expect("a broker");
    let fixes = fixes();
    block_on(LIMIT, async {
        let bus = Bus::open(&settings(&kafka.brokers(), "whole-")).expect("a log");
        make_topics(&bus).await;
        publish_part(&bus, &fixes).await;
        run_until(&bus, refused(&bus, DEVICES.len())).await;
        let expected = told(&bus).await;

        let open = || Bus::open(&settings(&kafka.brokers(), "broken-")).expect("a log");
        let bus = open();
        make_topics(&bus).await;
        // every part ends somewhere: on the way, or at a stop
        let size = fixes.len() / (STEPS.len() + 2);
        let mut parts = fixes.chunks(size + 1);
        let mut count = 0;
        for step in STEPS {
            publish_part(&bus, parts.next().expect("a part")).await;
            count += DEVICES.len();
            die_at(step, &kafka.brokers(), "broken-").await;
        }

        // a second one takes partitions over while the first goes on, and then all of them
        let (one, other) = (open(), open());
        publish_part(&bus, parts.next().expect("a part")).await;
        count += DEVICES.len();
        run_until(&one, async {
            refused(&bus, count).await;
            run_until(&other, async {
                publish_part(&bus, parts.next().expect("a part")).await;
                count += DEVICES.len();
                refused(&bus, count).await;
            })
            .await;
        })
        .await;
        assert_eq!(parts.next(), None);
        let found = told(&bus).await;
        let ids = |records: &[Record]| {
            records
                .iter()
                .map(|record| record.id().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&found), ids(&expected));
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected);
        }
    });
}
