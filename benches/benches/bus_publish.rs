//! Publishing 200-byte records until all are durable, beside a plain file that is written and synced.
//!
//! * `local`: records acknowledged per second through the group commit, by how many may be in flight; beside it a
//!   plain file with 1,000 records per write and sync.
//! * `kafka`: records acknowledged per second by librdkafka's mock cluster in this process.
//!
//! `cargo bench -p benches --bench bus_publish`

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bus::{Backend, Bus, BusConfig, Outcome, Receipt, ReceiptSink, Record};
use bytes::Bytes;
use events::Topic;

/// Records per measurement.
const RECORDS: u64 = 1_000_000;
/// Bytes of a value; key and headers come on top.
const VALUE: usize = 200;

/// Counts settled receipts and wakes the publisher when enough are.
struct Count {
    settled: AtomicU64,
    failed: AtomicU64,
    publisher: std::thread::Thread,
    wake_at: AtomicU64,
}

impl ReceiptSink for Count {
    fn settled(&self, _token: u64, outcome: Outcome) {
        if outcome.is_err() {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        let settled = self.settled.fetch_add(1, Ordering::AcqRel) + 1;
        if settled == self.wake_at.load(Ordering::Acquire) {
            self.publisher.unpark();
        }
    }
}

/// Publishes with at most `window` records in flight; returns records per second.
fn publish(bus: &Bus, window: u64, records: u64) -> f64 {
    let publisher = bus.publisher();
    let count = Arc::new(Count {
        settled: AtomicU64::new(0),
        failed: AtomicU64::new(0),
        publisher: std::thread::current(),
        wake_at: AtomicU64::new(0),
    });
    let keys: Vec<Bytes> = (0..1000)
        .map(|key| Bytes::from(format!("device-{key:09}")))
        .collect();
    let value = Bytes::from(vec![7; VALUE]);
    let timestamp = jiff::Timestamp::now();
    let wait_for = |goal: u64| {
        count.wake_at.store(goal, Ordering::Release);
        while count.settled.load(Ordering::Acquire) < goal {
            std::thread::park_timeout(Duration::from_millis(1));
        }
    };
    let started = Instant::now();
    for token in 0..records {
        if token - count.settled.load(Ordering::Acquire) >= window {
            wait_for(token + 1 - window);
        }
        let record = Record {
            topic: Topic::Positions,
            key: keys[(token % 1000) as usize].clone(),
            value: Some(value.clone()),
            headers: Vec::new(),
            timestamp,
        };
        publisher.publish(record, Receipt::new(count.clone(), token));
    }
    wait_for(records);
    let took = started.elapsed();
    assert_eq!(count.failed.load(Ordering::Relaxed), 0, "every record is durable");
    records as f64 / took.as_secs_f64()
}

fn local() -> BusConfig {
    BusConfig {
        backend: Backend::Local,
        in_flight_bytes: bus::InFlightBytes(1 << 30),
        ..BusConfig::default()
    }
}

/// A plain file: writes of `size` records, a sync each.
fn file(size: usize, records: u64) -> f64 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut file = File::create(folder.path().join("log")).expect("a file");
    let group = vec![7_u8; (VALUE + 31) * size];
    let started = Instant::now();
    for _ in (0..records).step_by(size) {
        file.write_all(&group).expect("a write");
        file.sync_data().expect("a sync");
    }
    records as f64 / started.elapsed().as_secs_f64()
}

#[allow(clippy::print_stdout)]
fn main() {
    // `cargo test --benches` only asks whether it runs.
    let records = if std::env::args().any(|argument| argument == "--bench") {
        RECORDS
    } else {
        2_000
    };
    let reference = file(1000, records);
    println!("| publishing {VALUE}-byte records | records/s | of the file |");
    println!("|---|---|---|");
    println!("| plain file, 1000 per sync | {reference:.0} | 1.00 |");
    for window in [1, 100, 1000, 10_000] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = local();
        config.local.path = folder.path().join("log");
        let bus = Bus::open(&config).expect("a local log");
        let records = records.min(window * 20_000);
        let rate = publish(&bus, window, records);
        println!(
            "| local log, {window} in flight | {rate:.0} | {:.2} |",
            rate / reference
        );
        bus.close();
    }
    let mut config = BusConfig {
        backend: Backend::Kafka,
        ..local()
    };
    // librdkafka then runs brokers inside this process, whatever address is given.
    config
        .kafka
        .properties
        .insert("test.mock.num.brokers".to_owned(), "1".to_owned());
    let bus = Bus::open(&config).expect("a producer");
    let rate = publish(&bus, 100_000, records);
    println!(
        "| kafka (mock cluster), 100000 in flight | {rate:.0} | {:.2} |",
        rate / reference
    );
    bus.close();
}
