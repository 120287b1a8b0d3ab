//! How long after a late fact is durable the corrected record is: both stages of attendance on a local log, with the
//! machine's clock and the default settings.
//!
//! Each of so many persons has worked yesterday, with three hours without data. When all of those days are judged, one
//! after the other gets the missing fixes, which say that the person was out for 40 minutes. The time runs from the
//! receipt of the last of them to the record with one revision more in the topic `attendance`. The first correction is
//! told apart: the day before it is read as old records, after which time stands for `catch_up_seconds`.
//!
//! `cargo run --release -p benches --bin attendance_late [-- --persons 20]`

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use attendance::roster::{Definitions, TopicRecord, file, records, resolve};
use attendance::{Attendance, AttendanceConfig, Telling};
use bus::{Backend, Bus, BusConfig, Outcome, Read, Receipt, ReceiptSink};
use clap::Parser;
use events::attendance::v1::Record;
use events::position::v1::{Position, Source};
use events::{Message as _, Topic};
use jiff::{Timestamp, ToSpan as _};
use spatial::{Point, distance};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Time within which things must happen.
const LIMIT: Duration = Duration::from_secs(120);
const SITE: (f64, f64) = (31.2304, 121.4737);

#[derive(Debug, Parser)]
struct Arguments {
    /// Persons, each with one late correction
    #[arg(long, default_value_t = 20)]
    persons: usize,
}

/// Tells of each receipt that it is durable.
struct Durable(mpsc::UnboundedSender<bool>);

impl ReceiptSink for Durable {
    fn settled(&self, _: u64, outcome: Outcome) {
        // Nobody listens any more when the measuring has failed.
        let _ = self.0.send(outcome.is_ok());
    }
}

struct Log {
    bus: Bus,
    sink: Arc<Durable>,
    durable: mpsc::UnboundedReceiver<bool>,
}

impl Log {
    /// Writes records and waits until they are durable.
    async fn write(&mut self, records: Vec<bus::Record>) -> anyhow::Result<()> {
        let count = records.len();
        for record in records {
            self.bus
                .publisher()
                .publish(record, Receipt::new(self.sink.clone(), 0));
        }
        for _ in 0..count {
            ensure!(
                self.durable.recv().await.context("expected a receipt")?,
                "a record is not durable"
            );
        }
        Ok(())
    }

    /// The newest record of each person's day, when `enough` of them.
    async fn until(
        &self,
        enough: impl Fn(&BTreeMap<String, Record>) -> bool,
    ) -> anyhow::Result<BTreeMap<String, Record>> {
        let begun = Instant::now();
        loop {
            let mut newest = BTreeMap::new();
            let mut reader = self.bus.read(Read::all(Topic::Attendance));
            while let Some(record) = reader.next().await {
                if let Some(value) = record?.value {
                    let record = Record::decode(value)?;
                    newest.insert(format!("{}/{}", record.person, record.day), record);
                }
            }
            if enough(&newest) {
                return Ok(newest);
            }
            if begun.elapsed() > LIMIT {
                bail!("expected other records within {LIMIT:?}, found {newest:?}");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let persons = Arguments::parse().persons.max(2);
    let folder = tempfile::tempdir()?;
    let mut config = BusConfig {
        backend: Backend::Local,
        ..BusConfig::default()
    };
    config.local.path = folder.path().join("log");
    let bus = Bus::open(&config)?;
    let (sender, durable) = mpsc::unbounded_channel();
    let mut log = Log {
        bus: bus.clone(),
        sink: Arc::new(Durable(sender)),
        durable,
    };
    let now = runtime::clock::now();
    let yesterday = jiff::tz::TimeZone::UTC.to_datetime(now).date().yesterday()?;
    let begin = yesterday.in_tz("UTC")?.timestamp().as_second();
    log.write(definitions(persons, yesterday, now)?).await?;
    let mut day = Vec::new();
    for person in 0..persons {
        for minute in (0..24 * 60)
            .step_by(5)
            .filter(|minute| !(600..780).contains(minute))
        {
            let metres = if (500..1100).contains(&minute) {
                50.0
            } else {
                3_000.0
            };
            let at = begin + minute * 60;
            day.push(position(person, at, metres, Timestamp::from_second(at)?)?);
        }
    }
    log.write(day).await?;
    let stop = CancellationToken::new();
    let (telling, judging) = (Telling::default(), Attendance::new(&AttendanceConfig::default()));
    let (first, second) = (stop.clone(), stop.clone());
    let running = tokio::spawn(async move {
        let ended = tokio::join!(bus.run(telling, first), bus.run(judging, second));
        ended.0.and(ended.1)
    });
    let key = |person: usize| format!("P{person}/{yesterday}");
    let whole = |record: &Record| record.pending == 0 && record.worked == 480;
    let judged = log
        .until(|newest| (0..persons).all(|person| newest.get(&key(person)).is_some_and(whole)))
        .await?;
    let mut taken = Vec::new();
    for person in 0..persons {
        let before = judged.get(&key(person)).context("expected a record")?.rev;
        let now = runtime::clock::now();
        let late = (600..780)
            .step_by(5)
            .map(|minute| {
                let metres = if (640..680).contains(&minute) {
                    3_000.0
                } else {
                    50.0
                };
                position(person, begin + minute * 60, metres, now)
            })
            .collect::<anyhow::Result<_>>()?;
        log.write(late).await?;
        let begun = Instant::now();
        let corrected = |record: &Record| record.rev == before + 1 && record.away == 40;
        log.until(|newest| newest.get(&key(person)).is_some_and(corrected))
            .await?;
        taken.push(begun.elapsed());
    }
    stop.cancel();
    running.await??;
    let last = log.until(|_| true).await?;
    let revised = last
        .values()
        .filter(|record| record.day == yesterday.to_string() && record.rev != 1);
    let first = taken.remove(0).as_secs_f64();
    taken.sort();
    let at = |hundredth: usize| {
        let place = taken.len().saturating_sub(1) * hundredth / 100;
        taken.get(place).copied().unwrap_or_default().as_secs_f64()
    };
    writeln!(
        std::io::stdout().lock(),
        "{} late corrections, fact durable to record durable: p50 {:.2} s, largest {:.2} s; \
         the first, while old records count as being read: {first:.2} s; {} rows revised",
        taken.len(),
        at(50),
        at(100),
        revised.count(),
    )?;
    Ok(())
}

/// Persons with a device each, on a shift from 9 to 18 o'clock yesterday.
fn definitions(persons: usize, day: jiff::civil::Date, now: Timestamp) -> anyhow::Result<Vec<bus::Record>> {
    let (latitude, longitude) = SITE;
    let mut text = format!(
        "zone = \"UTC\"\n\
         sites = [{{ id = \"HQ\", circle = {{ latitude = {latitude}, longitude = {longitude}, radius_m = 200.0 }} }}]\n\
         shifts = [{{ id = \"S1\", start = \"09:00\", end = \"18:00\", breaks = [\"12:00-13:00\"] }}]\n"
    );
    for person in 0..persons {
        text += &format!(
            "[[persons]]\nid = \"P{person}\"\nsites = [\"HQ\"]\n\
             [[bindings]]\ndevice = \"D{person}\"\nperson = \"P{person}\"\n\
             [[rosters]]\nperson = \"P{person}\"\nshift = \"S1\"\nday = \"{day}\"\n"
        );
    }
    let mut written = Definitions::default();
    let mut problems = file::read("bench", &text, &|_| Err("no files".into()), &mut written);
    problems.extend(resolve(&written, &HashMap::new()).problems);
    ensure!(problems.is_empty(), "the roster of the bench: {problems:?}");
    let known = now.checked_sub(72.hours())?;
    let record = |record: TopicRecord| bus::Record {
        topic: record.topic,
        key: record.key.into(),
        value: Some(record.value.into()),
        headers: Vec::new(),
        timestamp: known,
    };
    Ok(records(&written).into_iter().map(record).collect())
}

fn position(person: usize, at: i64, metres: f64, received: Timestamp) -> anyhow::Result<bus::Record> {
    let point = distance::destination(Point::new(SITE.0, SITE.1)?, 270.0, metres);
    let time = |seconds: i64| Some(events::Timestamp { seconds, nanos: 0 });
    let device = format!("D{person}");
    let position = Position {
        event_id: format!("{device}-{at}"),
        device: device.clone(),
        fix_time: time(at),
        received_at: time(received.as_second()),
        source: Source::Gnss.into(),
        valid: true,
        latitude: point.latitude,
        longitude: point.longitude,
        accuracy_m: Some(10.0),
        ..Position::default()
    };
    Ok(bus::Record {
        topic: Topic::Positions,
        key: device.into(),
        value: Some(position.encode_to_vec().into()),
        headers: Vec::new(),
        timestamp: received,
    })
}
