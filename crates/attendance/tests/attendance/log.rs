//! Both stages on a log, as they run, except for the clock: the test moves it.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use attendance::roster::{Definitions, records, resolve};
use attendance::{Attendance, AttendanceConfig, Telling, report};
use bus::{
    Around, Backend, Bus, BusConfig, Outcome, Read, ReadItem, Receipt, ReceiptSink, Received, Stage,
    TopicsFile,
};
use events::attendance::v1::{Finality, Record};
use events::position::v1::Position;
use events::{Message as _, Topic};
use serde_json::Value;
use tests::kafka::KafkaServer;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::pipeline::instant;
use crate::scenarios::{Row, compare, definitions, inputs, rows};
use crate::service::{Arrival, OWN_DEVICES, arrivals, at, day_of_three, fixes_of, span, team};

/// Time within which things must happen; a test fails after it.
const LIMIT: Duration = Duration::from_secs(180);

/// A log with one partition a topic: what was written later is read later.
struct Log {
    bus: Bus,
    /// Receipts that were not settled yet.
    sent: Arc<Sent>,
    now: Arc<AtomicI64>,
    /// Records of evidence that are to come, and refusals.
    evidence: AtomicUsize,
    refusals: AtomicUsize,
    _folder: Option<tempfile::TempDir>,
}

#[derive(Default)]
struct Sent {
    open: Mutex<usize>,
    told: Notify,
}

impl ReceiptSink for Sent {
    fn settled(&self, _: u64, outcome: Outcome) {
        outcome.expect("a record is written");
        *self.open.lock().unwrap() -= 1;
        self.told.notify_one();
    }
}

impl Log {
    fn local() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = BusConfig {
            backend: Backend::Local,
            ..BusConfig::default()
        };
        config.local.path = folder.path().join("log");
        config.local.partitions = 1;
        let bus = Bus::open(&config).unwrap();
        Self {
            _folder: Some(folder),
            ..Self::over(bus)
        }
    }

    async fn kafka(server: &KafkaServer) -> Self {
        let mut config = BusConfig {
            backend: Backend::Kafka,
            ..BusConfig::default()
        };
        config.kafka.brokers = server.brokers();
        let bus = Bus::open(&config).unwrap();
        let file = TopicsFile::parse("[defaults]\npartitions = 1\nretention_hours = 2400000\n").unwrap();
        for change in bus.admin().plan(&file).await.unwrap() {
            bus.admin().apply(&change).await.unwrap();
        }
        Self::over(bus)
    }

    fn over(bus: Bus) -> Self {
        Self {
            bus,
            sent: Arc::default(),
            now: Arc::default(),
            evidence: AtomicUsize::new(0),
            refusals: AtomicUsize::new(0),
            _folder: None,
        }
    }

    fn write(&self, topic: Topic, key: &str, value: Vec<u8>, at: i64) {
        *self.sent.open.lock().unwrap() += 1;
        let record = bus::Record {
            topic,
            key: key.to_owned().into(),
            value: Some(value.into()),
            headers: Vec::new(),
            timestamp: instant(at),
        };
        self.bus
            .publisher()
            .publish(record, Receipt::new(self.sent.clone(), 0));
    }

    /// Writes definitions; nobody is to run yet.
    async fn define(&self, written: &Definitions, at: i64) {
        self.now.store(at, Ordering::SeqCst);
        self.evidence.fetch_add(written.persons.len(), Ordering::SeqCst);
        for record in records(written) {
            if record.topic != Topic::Punches {
                self.write(record.topic, &record.key, record.value, at);
            }
        }
        self.flush().await;
    }

    async fn positions(&self, positions: &[Position]) {
        for position in positions {
            let at = position.received_at.expect("a time").seconds;
            self.write(Topic::Positions, &position.device, position.encode_to_vec(), at);
        }
        self.evidence.fetch_add(positions.len(), Ordering::SeqCst);
        self.flush().await;
    }

    /// Waits until everything that was written was judged: a record that is no evidence comes behind it and is refused.
    async fn judged(&self) {
        let wanted = self.evidence.fetch_add(1, Ordering::SeqCst);
        self.holds(Topic::Evidence, wanted).await;
        self.write(
            Topic::Evidence,
            "P1",
            b"no evidence".to_vec(),
            self.now.load(Ordering::SeqCst),
        );
        let wanted = self.refusals.fetch_add(1, Ordering::SeqCst) + 1;
        self.holds(Topic::Rejects, wanted).await;
    }

    /// Waits until so many records are in a topic, and no more.
    async fn holds(&self, topic: Topic, wanted: usize) {
        let mut reader = self.bus.read(Read::follow(topic));
        for found in 0..wanted {
            let record = tokio::time::timeout(LIMIT, reader.next()).await;
            let record = record.unwrap_or_else(|_| panic!("{}: {found} of {wanted}", topic.name()));
            record.unwrap().unwrap();
        }
        let mut reader = self.bus.read(Read::all(topic));
        let mut found = 0;
        while let Some(record) = reader.next().await {
            record.unwrap();
            found += 1;
        }
        assert_eq!(found, wanted, "{}", topic.name());
    }

    /// Waits until everything is durable.
    async fn flush(&self) {
        loop {
            let told = self.sent.told.notified();
            if *self.sent.open.lock().unwrap() == 0 {
                return;
            }
            told.await;
        }
    }

    /// Everything in the topic of records, in order.
    async fn attendance(&self) -> Vec<(String, Option<Record>)> {
        let mut reader = self.bus.read(Read::all(Topic::Attendance));
        let mut records = Vec::new();
        while let Some(record) = reader.next().await {
            records.push(row(record.unwrap()));
        }
        records
    }

    /// Waits until `fits` finds nothing wrong with the newest record of each key.
    async fn until(&self, mut fits: impl FnMut(&BTreeMap<String, Record>) -> Vec<String>) {
        let mut reader = self.bus.read(Read::follow(Topic::Attendance));
        let limit = Instant::now() + LIMIT;
        let mut newest = BTreeMap::new();
        let mut current = false;
        loop {
            let wrong = if current { fits(&newest) } else { Vec::new() };
            if current && wrong.is_empty() {
                return;
            }
            let item = tokio::time::timeout_at(limit, reader.next_item()).await;
            let item = item.unwrap_or_else(|_| panic!("{}", wrong.join("\n")));
            match item.expect("the reader follows").unwrap() {
                ReadItem::CaughtUp => current = true,
                ReadItem::Record(record) => match row(record) {
                    (key, Some(record)) => drop(newest.insert(key, record)),
                    (key, None) => drop(newest.remove(&key)),
                },
            }
        }
    }

    /// Moves the clock.
    fn set_clock(&self, now: i64) {
        self.now.store(now, Ordering::SeqCst);
    }

    fn run(&self) -> Running {
        let config = AttendanceConfig {
            catch_up_seconds: 0,
            ..AttendanceConfig::default()
        };
        let stop = CancellationToken::new();
        let (bus, now, stopped) = (self.bus.clone(), Arc::clone(&self.now), stop.clone());
        let task = tokio::spawn(async move {
            let telling = Clocked(Telling::default(), Arc::clone(&now));
            let judging = Clocked(Attendance::new(&config), now);
            let ended = tokio::join!(bus.run(telling, stopped.clone()), bus.run(judging, stopped));
            ended.0.and(ended.1)
        });
        Running { stop, task }
    }
}

/// A stage whose clock stands until the test moves it.
struct Clocked<S>(S, Arc<AtomicI64>);

impl<S: Stage> Around for Clocked<S> {
    type Inner = S;

    fn inner(&self) -> &S {
        &self.0
    }

    fn clock(&self, _: jiff::Timestamp) -> jiff::Timestamp {
        instant(self.1.load(Ordering::SeqCst))
    }
}

/// Key and content of a record of attendance.
fn row(record: Received) -> (String, Option<Record>) {
    let key = String::from_utf8(record.key.to_vec()).unwrap();
    (key, record.value.map(|value| Record::decode(value).unwrap()))
}

struct Running {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), bus::Error>>,
}

impl Running {
    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

fn block_on<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test)
}

type Figures = (u32, u32, u32, u32, Finality);

/// Nothing, when the rows of the three are as wanted: worked, away, unknown, revision, finality.
fn differing(newest: &BTreeMap<String, Record>, wanted: [Figures; 3]) -> Vec<String> {
    let figures = |record: &Record| {
        let Record {
            worked,
            away,
            unknown,
            rev,
            ..
        } = *record;
        (worked, away, unknown, rev, record.finality())
    };
    let rows = (1..=3).map(|person| newest.get(&format!("P{person}/2025-09-24/0")).map(figures));
    rows.zip(wanted)
        .filter(|(found, wanted)| *found != Some(*wanted))
        .map(|(found, wanted)| format!("expected {wanted:?}, found {found:?}"))
        .collect()
}

/// Three people; a restart in the middle of the day, the day replayed, and a gap filled later.
async fn a_day_of_three(log: Log) {
    log.define(&team(OWN_DEVICES), at("24T06:00")).await;
    let day = day_of_three();
    let (before, after) = day.split_at(day.len() / 2);
    log.positions(before).await;
    let running = log.run();
    log.judged().await;
    running.end().await;
    log.positions(after).await;
    let running = log.run();
    log.judged().await;
    log.set_clock(at("26T12:00"));
    let closed = |away: u32, unknown: u32, rev: u32| (480 - away, away, unknown, rev, Finality::Final);
    log.until(|newest| differing(newest, [closed(0, 120, 1), closed(0, 0, 1), closed(0, 0, 1)]))
        .await;
    let told = log.attendance().await;
    // Everything once more changes nothing, what was missing one row.
    log.positions(&day).await;
    let late: Vec<Position> = ["HQ 13:31-14:05", "out@1500 14:05-14:45", "HQ 14:45-15:30"]
        .iter()
        .flat_map(|entry| fixes_of(entry, "D1"))
        .collect();
    log.positions(&late).await;
    log.judged().await;
    log.set_clock(at("26T12:00:05"));
    // More may come: the corrected row is not final again before a day is quiet.
    let corrected = (440, 40, 0, 2, Finality::Provisional);
    log.until(|newest| differing(newest, [corrected, closed(0, 0, 1), closed(0, 0, 1)]))
        .await;
    running.end().await;
    let newest = |records: Vec<(String, Option<Record>)>| records.into_iter().collect::<BTreeMap<_, _>>();
    let (before, after) = (newest(told), newest(log.attendance().await));
    let changed = after
        .iter()
        .filter(|(key, record)| before.get(*key) != Some(*record));
    let changed: Vec<&String> = changed.map(|(key, _)| key).collect();
    assert_eq!(changed, ["P1/2025-09-24/0"]);
}

#[test]
fn a_day_of_three_on_the_local_log() {
    block_on(a_day_of_three(Log::local()));
}

#[test]
fn a_day_of_three_on_kafka() {
    if !KafkaServer::is_available() {
        return;
    }
    let server = KafkaServer::start().unwrap();
    block_on(async { a_day_of_three(Log::kafka(&server).await).await });
}

/// Rows that go through the log each time; `ROWS=all` in the environment takes every row without punches: they are
/// another topic, and what of two topics is read first is chance.
const THROUGH_THE_LOG: [&str; 8] = ["A1", "A12", "A22", "A23", "A24", "D2", "H3", "K6"];

#[test]
fn rows_through_the_local_log() {
    let all = std::env::var("ROWS").is_ok_and(|rows| rows == "all");
    let chosen = |row: &Row| all || THROUGH_THE_LOG.contains(&row.id.as_str());
    let mut count = 0;
    for row in rows().iter().filter(|row| chosen(row)) {
        for (how, input) in inputs(row).into_iter().filter(|(how, _)| *how == "by positions") {
            let (written, mut problems) = definitions(&input.roster);
            if !written.punches.is_empty() {
                continue;
            }
            problems.extend(resolve(&written, &HashMap::new()).problems);
            let arrivals = arrivals(&input, &written);
            let positions: Vec<Position> = arrivals
                .iter()
                .map(|(_, arrival)| match arrival {
                    Arrival::Position(position) => (*position).clone(),
                    Arrival::Punch(..) => unreachable!("there are none"),
                })
                .collect();
            let (from, until) = span(row, &written, &arrivals);
            block_on(async {
                let log = Log::local();
                log.define(&written, from).await;
                let running = log.run();
                log.positions(&positions).await;
                log.judged().await;
                log.set_clock(until);
                log.until(|newest| {
                    let lines: Vec<Value> = newest
                        .values()
                        .map(|record| serde_json::to_value(report::line(record)).unwrap())
                        .collect();
                    compare(row, &format!("{how}, through the log"), &lines, &problems)
                })
                .await;
                running.end().await;
            });
            count += 1;
        }
    }
    assert!(
        count >= THROUGH_THE_LOG.len() || std::env::var("ROW").is_ok(),
        "{count} rows"
    );
}
