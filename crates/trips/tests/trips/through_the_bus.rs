//! Through the log on disk: a restart keeps the half-made trip, and a replay publishes nothing.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bus::{Backend, Bus, BusConfig, Outcome, Read, Receipt, ReceiptSink, Received, Record as Published};
use bytes::Bytes;
use events::position::v1::Position;
use events::trip::v1::{Stop, Trip};
use events::{Message as _, Topic};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use trips::engine::{Config, Fix, Record};

use crate::day::{Day, MIDNIGHT, Result};
use crate::restart::position;

/// Time within which a test must be through.
const LIMIT: Duration = Duration::from_secs(60);

struct AllDurable;

impl ReceiptSink for AllDurable {
    fn settled(&self, token: u64, outcome: Outcome) {
        assert!(outcome.is_ok(), "record {token}: {outcome:?}");
    }
}

pub(crate) fn block_on(limit: Duration, test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        tokio::time::timeout(limit, test)
            .await
            .expect("the test takes too long");
    });
}

fn open(folder: &Path) -> Bus {
    let mut config = BusConfig {
        backend: Backend::Local,
        ..BusConfig::default()
    };
    config.local.path = folder.join("log");
    // one partition: what is refused last was read last
    config.local.partitions = 1;
    Bus::open(&config).expect("a log")
}

/// Publishes fixes of a device and then what is no position: once that is among the rejects, all before it has been
/// applied.
pub(crate) async fn publish(bus: &Bus, device: &str, fixes: &[Fix]) {
    let publisher = bus.publisher();
    let sink: Arc<dyn ReceiptSink> = Arc::new(AllDurable);
    let positions = fixes.iter().map(|fix| {
        let device = device.to_owned();
        Position {
            device,
            ..position(fix)
        }
        .encode_to_vec()
    });
    for (token, value) in positions.chain([b"\xff\xff".to_vec()]).enumerate() {
        publisher.ready().await;
        let record = Published {
            topic: Topic::Positions,
            key: Bytes::from(device.to_owned()),
            value: Some(value.into()),
            headers: vec![(events::headers::EVENT_ID, Bytes::from(format!("event-{token}")))],
            timestamp: Timestamp::now(),
        };
        publisher.publish(record, Receipt::new(Arc::clone(&sink), token as u64));
    }
    assert!(bus.flush(LIMIT).await, "the log takes the positions");
}

/// Runs the consumer until `done`.
pub(crate) async fn run_until(bus: &Bus, done: impl Future<Output = ()>) {
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (bus, stop) = (bus.clone(), stop.clone());
        async move { trips::run(Config::default(), &bus, stop).await }
    });
    done.await;
    stop.cancel();
    running.await.expect("no panic").expect("the log can be used");
}

/// Waits until `count` records were refused since the log was made.
pub(crate) async fn refused(bus: &Bus, count: usize) {
    let mut rejects = bus.read(Read::follow(Topic::Rejects));
    for _ in 0..count {
        rejects
            .next()
            .await
            .expect("following does not end")
            .expect("a reject");
    }
}

/// Publishes and consumes in a process of its own, as far as the log can tell.
async fn session(folder: &Path, fixes: &[Fix], rejects: usize) {
    let bus = open(folder);
    publish(&bus, "d", fixes).await;
    run_until(&bus, refused(&bus, rejects)).await;
    bus.close();
}

async fn all(bus: &Bus, topic: Topic) -> Vec<Received> {
    let mut reader = bus.read(Read::all(topic));
    let mut records = Vec::new();
    while let Some(record) = reader.next().await {
        records.push(record.expect("a record"));
    }
    records
}

pub(crate) async fn published(bus: &Bus) -> (usize, Result) {
    let value = |record: Received| record.value.expect("a value");
    let trips = all(bus, Topic::Trips).await;
    let stops = all(bus, Topic::Stops).await;
    let count = trips.len() + stops.len();
    let trips = trips
        .into_iter()
        .map(|record| Record::Trip(Trip::decode(value(record)).expect("a trip")));
    let stops = stops
        .into_iter()
        .map(|record| Record::Stop(Stop::decode(value(record)).expect("a stop")));
    (count, Result::of(trips.chain(stops)).settled())
}

/// Restarts the consumer, which tells what it has not told, until there are two trips and three stops.
async fn told(folder: &Path) -> (usize, Result) {
    let bus = open(folder);
    run_until(&bus, stops_told(&bus, 3)).await;
    let found = published(&bus).await;
    bus.close();
    found
}

/// Waits until so many stops have been told.
async fn stops_told(bus: &Bus, count: usize) {
    let mut newest = bus.read(Read::follow(Topic::Stops));
    while published(bus).await.1.stops.len() < count {
        newest
            .next()
            .await
            .expect("following does not end")
            .expect("a stop");
    }
}

/// Two drives between three stands that ended less than an hour and a half ago.
pub(crate) fn today() -> Vec<Fix> {
    let day = Day::new()
        .park(1800.0)
        .drive(6000.0)
        .park(900.0)
        .drive(4000.0)
        .park(1800.0);
    let hour = 3_600_000;
    let shift = (Timestamp::now().as_millisecond() / hour - 2) * hour - (MIDNIGHT + 8 * hour);
    let moved = |fix: &Fix| {
        Fix::new(
            fix.time + shift,
            fix.latitude(),
            fix.longitude(),
            fix.accuracy_m(),
        )
    };
    day.fixes.iter().filter_map(moved).collect()
}

#[test]
fn a_restart_keeps_the_half_made_trip_and_a_replay_publishes_nothing() {
    block_on(LIMIT, async {
        let fixes = today();
        let (whole, broken) = (
            tempfile::tempdir().expect("a folder"),
            tempfile::tempdir().expect("a folder"),
        );
        session(whole.path(), &fixes, 1).await;
        let (_, expected) = told(whole.path()).await;
        assert_eq!((expected.trips.len(), expected.stops.len()), (2, 3));

        // cut in the middle of the first drive
        let (before, after) = fixes.split_at(201);
        session(broken.path(), before, 1).await;
        session(broken.path(), after, 2).await;
        let (count, found) = told(broken.path()).await;
        assert_eq!(found, expected);

        session(broken.path(), &fixes, 3).await;
        session(broken.path(), &[], 4).await;
        let bus = open(broken.path());
        assert_eq!(published(&bus).await, (count, expected));
        bus.close();
    });
}
