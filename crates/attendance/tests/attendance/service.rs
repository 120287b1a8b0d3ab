//! The scenario rows through the service: positions and punches in the order of their arrival.

use std::collections::HashMap;

use attendance::report;
use attendance::roster::when::When;
use attendance::roster::{Definitions, resolve};
use events::attendance::v1::{Finality, Grade, SignalKind};
use events::position::v1::Position;
use events::{Message as _, Topic};
use jiff::tz::TimeZone;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use serde_json::Value;

use crate::pipeline::Pipeline;
use crate::scenarios::{Input, Row, base, compare, definitions, inputs, rows, site};
use crate::track::{CENTRE, entries, fix, fixes as exact_fixes, positions};

const DAY_S: i64 = 86_400;

/// What arrives, and when.
pub(crate) enum Arrival<'a> {
    Position(&'a Position),
    Punch(String, Vec<u8>),
}

pub(crate) fn arrivals<'a>(input: &'a Input, written: &Definitions) -> Vec<(i64, Arrival<'a>)> {
    let roster = resolve(written, &HashMap::new()).roster;
    let mut arrivals: Vec<(i64, Arrival<'_>)> = input
        .positions
        .iter()
        .map(|position| {
            let at = position.received_at.as_ref().expect("a time").seconds;
            (at, Arrival::Position(position))
        })
        .collect();
    for entry in &written.punches {
        let zone = &roster.people[entry.value.person.as_str()].zone;
        let given = [&entry.value.known_at, &entry.value.time];
        let time = given.into_iter().find(|text| !text.is_empty()).expect("a time");
        let at = When::parse(time).expect("a time").begin(zone);
        let punch = Arrival::Punch(entry.value.person.clone(), entry.value.encode_to_vec());
        arrivals.push((at, punch));
    }
    arrivals.sort_by_key(|(at, _)| *at);
    arrivals
}

fn feed(pipeline: &mut Pipeline, arrivals: &[(i64, Arrival<'_>)]) {
    for (at, arrival) in arrivals {
        pipeline.tick(*at);
        deliver(pipeline, arrival, *at);
    }
}

fn deliver(pipeline: &mut Pipeline, arrival: &Arrival<'_>, at: i64) {
    match arrival {
        Arrival::Position(position) => pipeline.position(position, at),
        Arrival::Punch(person, value) => pipeline.punch(person, value.clone(), at),
    }
}

/// From two days before everything that is about a day to some days behind everything that is known.
pub(crate) fn span(row: &Row, written: &Definitions, arrivals: &[(i64, Arrival<'_>)]) -> (i64, i64) {
    let zone = TimeZone::get(&row.zone).expect("a zone");
    let moment = |text: &str| When::parse(text).expect("a time").begin(&zone);
    let day = moment(&row.day);
    let roster = resolve(written, &HashMap::new()).roster;
    let dated = roster
        .people
        .values()
        .flat_map(|person| person.assignments.iter())
        .filter(|assignment| assignment.from > jiff::civil::Date::MIN)
        .map(|assignment| moment(&assignment.from.to_string()));
    let first = dated.chain(arrivals.iter().map(|(at, _)| *at)).min();
    let known = roster
        .people
        .values()
        .flat_map(|person| person.known_times.iter().copied());
    let last = known.chain(arrivals.iter().map(|(at, _)| *at)).max();
    (
        first.map_or(day, |first| first.min(day)) - 2 * DAY_S,
        last.map_or(day, |last| last.max(day)) + 5 * DAY_S,
    )
}

fn lines(pipeline: &Pipeline) -> Vec<Value> {
    let records = pipeline.published.records.values();
    records
        .map(|record| serde_json::to_value(report::line(record)).expect("a line"))
        .collect()
}

/// Rows that are run with a restart, and again with everything told twice: they have late facts, nights, punches, two
/// persons, changed rosters, adjustments.
const TRICKY: [&str; 14] = [
    "A12",
    "A22",
    "A23",
    "A24",
    "B4",
    "D2",
    "D4",
    "F5",
    "G4",
    "H3",
    "K3 retroactive",
    "K4",
    "K6",
    "J4",
];

#[test]
fn every_row_through_the_service() {
    let mut failures = Vec::new();
    let mut count = 0;
    for row in rows() {
        for (how, input) in inputs(&row).into_iter().filter(|(how, _)| *how != "by presences") {
            count += 1;
            let (written, mut problems) = definitions(&input.roster);
            problems.extend(resolve(&written, &HashMap::new()).problems);
            let arrivals = arrivals(&input, &written);
            let (from, until) = span(&row, &written, &arrivals);
            let run = |restart_after: Option<usize>| {
                let mut pipeline = Pipeline::new();
                pipeline.define(&written, from);
                pipeline.tick(from);
                let half = restart_after.unwrap_or(arrivals.len());
                feed(&mut pipeline, &arrivals[..half]);
                if half < arrivals.len() {
                    pipeline.restart(arrivals[half].0);
                    feed(&mut pipeline, &arrivals[half..]);
                }
                let last = arrivals.last().map_or(from, |(at, _)| *at);
                pipeline.wait(last, until, 3600);
                pipeline
            };
            let mut pipeline = run(None);
            let lines = lines(&pipeline);
            failures.extend(compare(
                &row,
                &format!("{how}, through the service"),
                &lines,
                &problems,
            ));
            if !TRICKY.contains(&row.id.as_str()) {
                continue;
            }
            let again = run(Some(arrivals.len() / 2));
            if again.published.records != pipeline.published.records {
                failures.push(format!("{}: a restart makes a difference", row.id));
            }
            let written_before = pipeline.published.written;
            for (_, arrival) in &arrivals {
                deliver(&mut pipeline, arrival, until);
            }
            pipeline.wait(until, until + 3600, 60);
            if pipeline.published.written != written_before {
                failures.push(format!("{}: a replay writes records", row.id));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures in {count} rows:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// Three people of one site in shift S1 on 24 September 2025, a Wednesday, with a device each.
pub(crate) fn team(more: &str) -> Definitions {
    let mut texts = vec![base()];
    for number in 1..=3 {
        texts.push(format!(
            "persons = [{{ id = \"P{number}\", sites = [\"HQ\"] }}]\n\
             rosters = [{{ person = \"P{number}\", shift = \"S1\", day = \"2025-09-24\" }}]"
        ));
    }
    texts.push(more.to_owned());
    let (written, problems) = definitions(&texts);
    assert!(problems.is_empty(), "{problems:?}");
    written
}

pub(crate) const OWN_DEVICES: &str = r#"bindings = [{ device = "D1", person = "P1" }, { device = "D2", person = "P2" }, { device = "D3", person = "P3" }]"#;

/// The fixes of a device, one a minute.
fn track(device: &str, track: &[&str]) -> Vec<Position> {
    let track: Vec<String> = track
        .iter()
        .map(|entry| format!("{entry} dev {device}"))
        .collect();
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    let day = "2025-09-24".parse().expect("a day");
    positions(&entries(&track, day, &zone), site)
}

pub(crate) fn at(time: &str) -> i64 {
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    When::parse(&format!("2025-09-{time}"))
        .expect("a time")
        .begin(&zone)
}

/// Lets positions arrive when they were received.
fn arrive(pipeline: &mut Pipeline, mut positions: Vec<Position>) {
    positions.sort_by_key(|position| position.received_at.map(|at| at.seconds));
    for position in &positions {
        let at = position.received_at.expect("a time").seconds;
        pipeline.tick(at);
        pipeline.position(position, at);
    }
}

/// Everybody works from 8:50 to 18:02; of P1 nothing is known from 13:30 to 15:30. In the order of arrival.
pub(crate) fn day_of_three() -> Vec<Position> {
    let mut all = track("D1", &["HQ 08:50-13:30", "? 13:30-15:30", "HQ 15:30-18:02"]);
    all.extend(track("D2", &["HQ 08:50-18:02"]));
    all.extend(track("D3", &["HQ 08:50-18:02"]));
    all.sort_by_key(|position| position.received_at.map(|at| at.seconds));
    all
}

/// That day, closed.
fn day_with_a_gap() -> Pipeline {
    let mut pipeline = Pipeline::new();
    pipeline.define(&team(OWN_DEVICES), at("24T06:00"));
    pipeline.tick(at("24T06:00"));
    arrive(&mut pipeline, day_of_three());
    pipeline.wait(at("24T21:00"), at("26T12:00"), 1800);
    pipeline
}

#[test]
fn late_facts_revise_the_one_row_they_touch_once_in_whatever_order_they_come() {
    let before = day_with_a_gap();
    let row = &before.published.records["P1/2025-09-24/0"];
    assert_eq!((row.worked, row.away, row.unknown, row.rev), (480, 0, 120, 1));
    for (seed, each_s) in [(1, 0), (2, 1), (3, 1)] {
        let mut pipeline = day_with_a_gap();
        let mut upload: Vec<Position> = ["HQ 13:31-14:05", "out@1500 14:05-14:45", "HQ 14:45-15:30"]
            .iter()
            .flat_map(|entry| fixes_of(entry, "D1"))
            .collect();
        upload.shuffle(&mut StdRng::seed_from_u64(seed));
        let mut now = at("26T12:00");
        for position in &upload {
            pipeline.tick(now);
            pipeline.position(position, now);
            now += each_s;
        }
        let last = now;
        pipeline.wait(last, last + 3, 1);
        let row = &pipeline.published.records["P1/2025-09-24/0"];
        assert_eq!((row.worked, row.away, row.unknown, row.rev), (440, 40, 0, 2));
        assert!(
            row.observed_at.expect("a time").seconds <= last + 3,
            "within seconds"
        );
        pipeline.wait(now, now + 3 * DAY_S, 600);
        let mut expected = before.published.records.clone();
        let after = &pipeline.published.records;
        expected.insert("P1/2025-09-24/0".into(), after["P1/2025-09-24/0"].clone());
        assert_eq!(&expected, after, "nothing else changes");
        assert_eq!(after["P1/2025-09-24/0"].rev, 2);
    }
}

pub(crate) fn fixes_of(entry: &str, device: &str) -> Vec<Position> {
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    let day = "2025-09-24".parse().expect("a day");
    let mut fixes = Vec::new();
    for entry in entries(&[format!("{entry} dev {device}")], day, &zone) {
        exact_fixes(&entry, &site, &mut fixes);
    }
    fixes
}

#[test]
fn a_changed_binding_moves_the_fixes_and_revises_both_once() {
    let mut pipeline = Pipeline::new();
    let wrong = r#"bindings = [{ id = "b1", device = "D1", person = "P1" }]"#;
    pipeline.define(&team(wrong), at("24T06:00"));
    pipeline.tick(at("24T06:00"));
    arrive(&mut pipeline, track("D1", &["HQ 08:50-18:02"]));
    pipeline.wait(at("24T21:00"), at("26T12:00"), 1800);
    let of = |pipeline: &Pipeline, person: &str| {
        let row = &pipeline.published.records[&format!("{person}/2025-09-24/0")];
        (row.worked, row.grade(), row.rev)
    };
    assert_eq!(of(&pipeline, "P1"), (480, Grade::Normal, 1));
    assert_eq!(of(&pipeline, "P2"), (0, Grade::Absent, 1));
    let right = r#"bindings = [
        { id = "b1", device = "D1", person = "P1", until = "2025-09-24T10:00" },
        { id = "b2", device = "D1", person = "P2", from = "2025-09-24T10:00" },
    ]"#;
    pipeline.restart(at("26T12:00"));
    pipeline.define(&team(right), at("26T12:01"));
    pipeline.wait(at("26T12:01"), at("26T12:02"), 1);
    assert_eq!(of(&pipeline, "P1"), (59, Grade::MissingOut, 2));
    assert_eq!(of(&pipeline, "P2"), (420, Grade::SeriousLate, 2));
    assert_eq!(of(&pipeline, "P3"), (0, Grade::Absent, 1));
    // And back, when the change was a mistake.
    pipeline.undefine(Topic::Bindings, "b2", at("26T13:00"));
    pipeline.define(&team(wrong), at("26T13:00"));
    pipeline.wait(at("26T13:00"), at("26T13:01"), 1);
    assert_eq!(of(&pipeline, "P1"), (480, Grade::Normal, 3));
    pipeline.wait(at("26T13:01"), at("28T12:00"), 1800);
    assert_eq!(of(&pipeline, "P2"), (0, Grade::Absent, 3));
    assert_eq!(of(&pipeline, "P3"), (0, Grade::Absent, 1));
}

#[test]
fn a_leave_that_is_approved_later_revises_its_day() {
    let mut pipeline = day_with_a_gap();
    let leave = r#"approvals = [{ id = "L1", person = "P2", kind = "leave", from = "2025-09-24T15:00", until = "2025-09-24T18:00" }]"#;
    let before = pipeline.published.records.clone();
    pipeline.define(
        &team(&format!(
            "{OWN_DEVICES}
{leave}"
        )),
        at("27T09:00"),
    );
    pipeline.wait(at("27T09:00"), at("27T09:10"), 1);
    let row = &pipeline.published.records["P2/2025-09-24/0"];
    assert_eq!((row.leave_min, row.worked, row.rev), (180, 300, 2));
    let changed = |key: &String| before[key] != pipeline.published.records[key];
    let changed: Vec<&String> = before.keys().filter(|key| changed(key)).collect();
    assert_eq!(changed, ["P2/2025-09-24/0"]);
}

#[test]
fn the_clock_alone_says_who_has_not_arrived_and_who_left() {
    let mut pipeline = Pipeline::new();
    pipeline.define(&team(OWN_DEVICES), at("24T06:00"));
    pipeline.tick(at("24T06:00"));
    arrive(&mut pipeline, fixes_of("HQ 08:50-09:00", "D1"));
    pipeline.wait(at("24T09:00"), at("24T09:20"), 1);
    let told = |pipeline: &Pipeline| -> Vec<(String, SignalKind)> {
        let signals = pipeline.published.signals.iter();
        signals
            .map(|signal| (signal.person.clone(), signal.kind()))
            .collect()
    };
    let missing = |person: &str| (person.to_owned(), SignalKind::NotArrived);
    assert_eq!(told(&pipeline), [missing("P2"), missing("P3")]);
    let moment = pipeline.published.signals[0].observed_at.expect("a time").seconds;
    assert_eq!(moment, at("24T09:05:01"));
    let provisional = &pipeline.published.records["P2/2025-09-24/0"];
    assert_eq!(provisional.finality(), Finality::Provisional);
    pipeline.restart(at("24T09:30"));
    arrive(&mut pipeline, fixes_of("HQ 09:31-10:00", "D1"));
    arrive(&mut pipeline, fixes_of("out@1500 10:00-10:40", "D1"));
    pipeline.wait(at("24T10:40"), at("24T10:41"), 1);
    let left = ("P1".to_owned(), SignalKind::LeftArea);
    assert_eq!(told(&pipeline), [missing("P2"), missing("P3"), left]);
    // The shift ends, and the day is closed, without data.
    pipeline.wait(at("24T10:41"), at("24T18:00:30"), 5);
    let over = &pipeline.published.records["P2/2025-09-24/0"];
    assert_eq!((over.pending, over.finality()), (0, Finality::Provisional));
    pipeline.wait(at("24T18:01"), at("25T18:01"), 60);
    let closed = &pipeline.published.records["P2/2025-09-24/0"];
    assert_eq!(
        (closed.grade(), closed.finality()),
        (Grade::Absent, Finality::Final)
    );
    assert_eq!(closed.rev, 1);
}

/// K9, in small; `STAFF=10000` in the environment runs it as it is written.
#[test]
fn a_month_that_is_replayed_changes_nothing() {
    let staff: usize = std::env::var("STAFF").map_or(2, |text| text.parse().expect("a number"));
    let mut texts = vec![base()];
    for person in 0..staff {
        texts.push(format!(
            "persons = [{{ id = \"P{person}\", sites = [\"HQ\"] }}]\n\
             bindings = [{{ device = \"D{person}\", person = \"P{person}\" }}]\n\
             rosters = [{{ person = \"P{person}\", shift = \"S1\", from = \"2025-10-01\", until = \"2025-10-31\" }}]"
        ));
    }
    let (written, problems) = definitions(&texts);
    assert!(problems.is_empty(), "{problems:?}");
    let start = at("30T00:00");
    let mut pipeline = Pipeline::new();
    pipeline.define(&written, start);
    pipeline.tick(start);
    let month = || {
        (0..31).flat_map(move |day| {
            let morning = start + day * 86_400 + DAY_S + 8 * 3600 + 3000;
            (0..staff).flat_map(move |person| {
                let from = morning + i64::try_from(person).expect("few") * 7 + day * 11;
                let fix = move |at: i64| fix(&format!("D{person}"), at, CENTRE, 10.0, at);
                (0..60).map(move |step| fix(from + step * 600))
            })
        })
    };
    for position in month() {
        let now = position.received_at.expect("a time").seconds;
        pipeline.tick(now);
        pipeline.position(&position, now);
    }
    let end = start + 33 * DAY_S;
    pipeline.wait(end - DAY_S, end, 600);
    assert_eq!(pipeline.published.records.len(), staff * 31);
    let before = (pipeline.published.written, pipeline.published.records.clone());
    for position in month() {
        pipeline.position(&position, end);
    }
    pipeline.wait(end, end + 3600, 60);
    assert_eq!(before.0, pipeline.published.written);
    assert_eq!(before.1, pipeline.published.records);
}
