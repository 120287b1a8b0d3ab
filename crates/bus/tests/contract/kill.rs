//! A process that dies: at every step of a commit, and at moments that nobody chose.
//!
//! The child is this test binary again. It publishes numbered records and notes each that was acknowledged in a file;
//! beside it the counting stage runs. Children die and are followed by others until all kinds of death were had; the
//! last one finishes. Then every acknowledged record must be there, and the outputs must be those of a run in which
//! nobody died.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bus::{Backend, Bus, BusConfig, Outcome, Receipt, ReceiptSink, Received};
use events::Topic;
use tokio_util::sync::CancellationToken;

use crate::checks::outputs;
use crate::fixture::{Fixture, block_on, read_all, record, text, values_of};
use crate::probe::Counter;

/// Tells the child what to do: backend, place, prefix, folder for notes, round, and the time after which its group
/// misses it; separated by `|`.
const TASK: &str = "MILEPOST_BUS_CHILD";
/// Property of the client: how long a member of a group may be silent.
pub(crate) const SESSION: &str = "session.timeout.ms";
/// Name of every child among the members of its group.
pub(crate) const NAME: &str = "child";
/// Devices that the child publishes for.
const KEYS: usize = 8;
/// Records per device and child.
const RECORDS: usize = 60;

/// Lets children die at each step, the first and a later time that they reach it, and verifies what they left.
pub(crate) fn at_every_step(fixture: &dyn Fixture, steps: &[&str]) {
    let notes = tempfile::tempdir().unwrap();
    let mut round = 0;
    let mut deaths = 0;
    for step in steps {
        for count in [1, 7] {
            deaths += usize::from(!run_child(
                fixture,
                notes.path(),
                round,
                Some(&format!("{step}:{count}")),
            ));
            round += 1;
        }
    }
    assert!(deaths >= steps.len(), "{deaths} children died");
    // Moments that nobody chose, the same in every run.
    for delay in [20_u64, 60, 150, 300, 500] {
        let mut child = start_child(fixture, notes.path(), round, None);
        round += 1;
        std::thread::park_timeout(Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(
        run_child(fixture, notes.path(), round, None),
        "the last child finishes"
    );
    verify(fixture, notes.path());
}

/// True when the child came to its end.
pub(crate) fn run_child(fixture: &dyn Fixture, notes: &Path, round: usize, kill_at: Option<&str>) -> bool {
    start_child(fixture, notes, round, kill_at)
        .wait()
        .unwrap()
        .success()
}

fn start_child(fixture: &dyn Fixture, notes: &Path, round: usize, kill_at: Option<&str>) -> Child {
    let config = fixture.config();
    let (kind, place) = match config.backend {
        Backend::Local => ("local", config.local.path.display().to_string()),
        Backend::Kafka => ("kafka", config.kafka.brokers),
    };
    let session = config.kafka.properties.get(SESSION).cloned().unwrap_or_default();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "kill::child", "--nocapture"])
        .env(
            TASK,
            format!(
                "{kind}|{place}|{}|{}|{round}|{session}",
                config.kafka.prefix,
                notes.display()
            ),
        )
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(kill_at) = kill_at {
        child.env("MILEPOST_BUS_KILL_AT", kill_at);
    }
    child.spawn().unwrap()
}

/// Notes acknowledged records: one write per record, which the system keeps when the process dies.
struct Notes(Mutex<(File, Vec<String>, usize)>, tokio::sync::Notify);

impl ReceiptSink for Notes {
    fn settled(&self, token: u64, outcome: Outcome) {
        let mut notes = self.0.lock().unwrap();
        if outcome.is_ok() {
            let line = format!("{}\n", notes.1[usize::try_from(token).unwrap()]);
            notes.0.write_all(line.as_bytes()).unwrap();
        }
        notes.2 += 1;
        self.1.notify_one();
    }
}

/// What the child does. Without a task it is a test that has nothing to test.
#[test]
fn child() {
    let Ok(task) = std::env::var(TASK) else { return };
    let parts: Vec<&str> = task.split('|').collect();
    let mut config = BusConfig::default();
    if parts[0] == "kafka" {
        config = crate::kafka::settings(parts[1], parts[2]);
        // A process that keeps its name ends at once what its predecessor left half done.
        config.kafka.instance = Some(NAME.to_owned());
        config
            .kafka
            .properties
            .insert(SESSION.to_owned(), parts[5].to_owned());
    } else {
        config.local.path = parts[1].into();
    }
    let round: usize = parts[4].parse().unwrap();
    let acknowledged = File::options()
        .create(true)
        .append(true)
        .open(Path::new(parts[3]).join("acknowledged"))
        .unwrap();
    block_on(async {
        let bus = Bus::open(&config).unwrap();
        let stop = CancellationToken::new();
        let running = {
            let (bus, stop) = (bus.clone(), stop.clone());
            tokio::spawn(async move { bus.run(Counter::default(), stop).await })
        };
        let lines: Vec<String> = (0..RECORDS)
            .flat_map(|number| (0..KEYS).map(move |key| format!("device-{key} {}", round * RECORDS + number)))
            .collect();
        let notes = Arc::new(Notes(
            Mutex::new((acknowledged, lines.clone(), 0)),
            tokio::sync::Notify::new(),
        ));
        let publisher = bus.publisher();
        for (token, line) in (0..).zip(&lines) {
            let (key, value) = line.split_once(' ').unwrap();
            publisher.publish(
                record(Topic::Positions, key, Some(value)),
                Receipt::new(notes.clone(), token),
            );
            if token % 20 == 19 {
                // Several groups, and time for the stage.
                while notes.0.lock().unwrap().2 <= usize::try_from(token).unwrap() {
                    notes.1.notified().await;
                }
            }
        }
        bus.flush(Duration::from_secs(30)).await;
        let positions = read_all(&bus, Topic::Positions).await.len();
        outputs(&bus, Topic::DeviceEvents, positions).await;
        stop.cancel();
        running.await.unwrap().unwrap();
        bus.close();
    });
}

fn verify(fixture: &dyn Fixture, notes: &Path) {
    let acknowledged = std::fs::read_to_string(notes.join("acknowledged")).unwrap();
    block_on(async {
        let bus = Bus::open(&fixture.config()).unwrap();
        let positions = read_all(&bus, Topic::Positions).await;
        let events = read_all(&bus, Topic::DeviceEvents).await;
        assert!(acknowledged.lines().count() >= KEYS * RECORDS);
        let mut there: BTreeMap<String, usize> = BTreeMap::new();
        for record in &positions {
            let line = format!("{} {}", text(&record.key), record.value.as_ref().map_or("", text));
            *there.entry(line).or_default() += 1;
        }
        let missing: Vec<&str> = acknowledged
            .lines()
            .filter(|line| !there.contains_key(*line))
            .collect();
        assert!(missing.is_empty(), "acknowledged and missing: {missing:?}");
        assert!(
            there.values().all(|count| *count == 1),
            "nothing was published twice"
        );
        for key in 0..KEYS {
            let key = format!("device-{key}");
            let published = values_of(&positions, &key);
            let numbers: Vec<usize> = published.iter().map(|value| value.parse().unwrap()).collect();
            assert!(numbers.is_sorted(), "{key} in order");
            let expected: Vec<String> = (1..)
                .zip(&published)
                .map(|(count, value)| format!("{value}#{count}"))
                .collect();
            assert_eq!(values_of(&events, &key), expected, "outputs of {key}");
        }
        if fixture.config().backend == Backend::Local {
            assert_dense(&positions);
            assert_dense(&events);
        }
        bus.close();
    });
}

/// Offsets of every partition count up from 0 without a gap.
fn assert_dense(records: &[Received]) {
    let mut next: BTreeMap<u32, u64> = BTreeMap::new();
    for record in records {
        let next = next.entry(record.partition).or_default();
        assert_eq!(record.offset, *next, "partition {}", record.partition);
        *next += 1;
    }
}
