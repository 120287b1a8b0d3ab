//! Every scenario row: as presences and as positions, in the order given and in random orders with duplicates.

use std::collections::HashMap;
use std::path::Path;

use attendance::derive::{Options, derive};
use attendance::report;
use attendance::roster::{Definitions, Problem, file, resolve};
use events::position::v1::Position;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde::Deserialize;
use serde_json::Value;
use spatial::Point;

use crate::track::{CENTRE, can_be_told, entries, positions, presences};

/// Random orders of arrival per row; `ORDERS` in the environment says otherwise.
fn orders() -> u64 {
    std::env::var("ORDERS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(50)
}

#[derive(Debug, Deserialize)]
pub(crate) struct File {
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) id: String,
    /// Shift of P1 on the day; without it the roster says who works.
    shift: Option<String>,
    #[serde(default = "usual_day")]
    pub(crate) day: String,
    #[serde(default = "usual_zone")]
    pub(crate) zone: String,
    #[serde(default)]
    roster: String,
    #[serde(default)]
    track: Vec<String>,
    /// Expected of the record of the day, field by field.
    expect: toml::Table,
    /// Expected of further records, found by `day`, `person`, `kind`.
    #[serde(default)]
    more: Vec<toml::Table>,
    /// Expected as of a time, `now`.
    #[serde(default)]
    checks: Vec<toml::Table>,
    /// Number of lines for the day, adjustments included.
    rows_of_day: Option<usize>,
    /// Number of lines for the person.
    rows_of_person: Option<usize>,
    /// Problems that the roster must have, each a part of the text.
    #[serde(default)]
    problems: Vec<String>,
}

fn usual_day() -> String {
    "2025-09-24".into()
}

fn usual_zone() -> String {
    "Asia/Shanghai".into()
}

/// What a row feeds in.
pub(crate) struct Input {
    pub(crate) roster: Vec<String>,
    pub(crate) positions: Vec<Position>,
}

pub(crate) fn definitions(texts: &[String]) -> (Definitions, Vec<Problem>) {
    definitions_of("row", texts)
}

pub(crate) fn definitions_of(name: &str, texts: &[String]) -> (Definitions, Vec<Problem>) {
    let mut written = Definitions::default();
    let mut problems = Vec::new();
    for text in texts {
        problems.extend(file::read(
            name,
            text,
            &|name| Err(format!("no file {name}")),
            &mut written,
        ));
    }
    (written, problems)
}

pub(crate) fn run(input: &Input, options: &Options) -> (Vec<Value>, Vec<Problem>) {
    let (written, mut problems) = definitions(&input.roster);
    let resolved = resolve(&written, &HashMap::new());
    problems.extend(resolved.problems);
    let derived = derive(
        &resolved.roster,
        &written,
        input.positions.iter().cloned(),
        options,
    );
    problems.extend(derived.problems);
    let lines = derived
        .records
        .iter()
        .map(|record| {
            if let Some(labels) = &record.labels {
                assert_eq!(
                    attendance::engine::total(labels) + record.pending,
                    record.scheduled,
                    "labels sum: {record:?}"
                );
            }
            serde_json::to_value(report::line(record)).expect("a line")
        })
        .collect();
    (lines, problems)
}

pub(crate) fn base() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scenarios/base.toml");
    std::fs::read_to_string(path).expect("base.toml")
}

pub(crate) fn site(id: &str) -> Option<Point> {
    let (latitude, longitude) = match id {
        "HQ" => (CENTRE.latitude, CENTRE.longitude),
        "B1" => (31.2318, 121.5220),
        "A" => (31.2604, 121.4737),
        "B" => (31.2804, 121.4737),
        "C" => (31.3004, 121.4737),
        "U1" => (43.8256, 87.6168),
        "TK" => (35.6812, 139.7671),
        _ => return None,
    };
    Point::new(latitude, longitude).ok()
}

/// The row's inputs: by presences where they can say it, by positions where there is a track.
pub(crate) fn inputs(row: &Row) -> Vec<(&'static str, Input)> {
    let day: Date = row.day.parse().expect("a day");
    let zone = TimeZone::get(&row.zone).expect("a zone");
    let mut roster = vec![base(), row.roster.clone()];
    if let Some(shift) = &row.shift {
        let person = "persons = [{ id = \"P1\", name = \"张三\", sites = [\"HQ\"] }]\n";
        let assigned = format!(
            "rosters = [{{ person = \"P1\", shift = \"{shift}\", day = \"{}\" }}]\n",
            row.day
        );
        if !row.roster.contains("persons") {
            roster.push(person.into());
        }
        roster.push(assigned);
    }
    let track = entries(&row.track, day, &zone);
    if track.is_empty() {
        return vec![(
            "as it is",
            Input {
                roster,
                positions: Vec::new(),
            },
        )];
    }
    let mut inputs = Vec::new();
    if can_be_told(&track) && !row.roster.contains("bindings") {
        let mut told = roster.clone();
        told.push(format!("presence = [{}]", presences(&track).join(", ")));
        inputs.push((
            "by presences",
            Input {
                roster: told,
                positions: Vec::new(),
            },
        ));
    }
    if !row.roster.contains("bindings") {
        roster.push("bindings = [{ device = \"D1\", person = \"P1\" }]".into());
    }
    inputs.push((
        "by positions",
        Input {
            roster,
            positions: positions(&track, site),
        },
    ));
    inputs
}

/// The same facts in another order, some of them several times.
fn shuffled(input: &Input, seed: u64) -> Input {
    let mut random = StdRng::seed_from_u64(seed);
    let mut positions = input.positions.clone();
    let again: Vec<Position> = positions
        .iter()
        .filter(|_| random.random_bool(0.2))
        .cloned()
        .collect();
    positions.extend(again);
    positions.shuffle(&mut random);
    let roster = input
        .roster
        .iter()
        .map(|text| shuffled_tables(text, &mut random))
        .collect();
    Input { roster, positions }
}

/// Shuffles and repeats the entries of one-line lists of facts.
fn shuffled_tables(text: &str, random: &mut StdRng) -> String {
    let mut table: toml::Table = text.parse().expect("a roster");
    for name in ["presence", "punches"] {
        if let Some(toml::Value::Array(items)) = table.get_mut(name) {
            let again: Vec<toml::Value> = items
                .iter()
                .filter(|_| random.random_bool(0.5))
                .cloned()
                .collect();
            items.extend(again);
            items.shuffle(random);
        }
    }
    toml::to_string(&table).expect("a roster")
}

/// The rows of all tables; with `ROW` in the environment those whose id begins so.
pub(crate) fn rows() -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scenarios");
    let only = std::env::var("ROW").unwrap_or_default();
    let mut rows = Vec::new();
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"] {
        let path = folder.join(format!("{name}.toml"));
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        rows.extend(file.rows);
    }
    rows.retain(|row| row.id.starts_with(&only));
    rows
}

#[test]
fn every_row_of_the_scenario_tables() {
    let only = std::env::var("ROW").ok();
    let rows = rows();
    let mut failures = Vec::new();
    for row in &rows {
        for (how, input) in inputs(row) {
            failures.extend(check(row, how, &input, only.is_some()));
        }
    }
    let count = rows.len();
    assert!(
        failures.is_empty(),
        "{} failures in {count} rows:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn check(row: &Row, how: &str, input: &Input, show: bool) -> Vec<String> {
    let (lines, problems) = run(input, &Options::default());
    let mut failures = compare(row, how, &lines, &problems);
    if show {
        for line in &lines {
            eprintln!(
                "{} {how}: {}",
                row.id,
                serde_json::to_string_pretty(line).expect("json")
            );
        }
    }
    for check in &row.checks {
        let mut wanted = check.clone();
        let now = wanted
            .remove("now")
            .and_then(|now| now.as_str().map(ToOwned::to_owned))
            .expect("now");
        let zone = TimeZone::get(&row.zone).expect("a zone");
        let now = attendance::roster::when::When::parse(&now)
            .expect("a time")
            .begin(&zone);
        let (lines, _) = run(
            input,
            &Options {
                now: Some(now),
                ..Options::default()
            },
        );
        failures.extend(expect(
            &format!("{} {how} as of {now}", row.id),
            &lines,
            &row.day,
            &wanted,
        ));
    }
    if failures.is_empty() {
        for seed in 0..orders() {
            let (again, _) = run(&shuffled(input, seed), &Options::default());
            if again != lines {
                let differing = lines.iter().zip(&again).find(|(a, b)| a != b);
                failures.push(format!("{} {how}: order {seed} differs: {differing:?}", row.id));
                break;
            }
        }
    }
    failures
}

pub(crate) fn compare(row: &Row, how: &str, lines: &[Value], problems: &[Problem]) -> Vec<String> {
    let what = format!("{} {how}", row.id);
    let mut failures = expect(&what, lines, &row.day, &row.expect);
    for more in &row.more {
        let mut wanted = more.clone();
        let day = wanted
            .remove("day")
            .and_then(|day| day.as_str().map(ToOwned::to_owned))
            .unwrap_or_else(|| row.day.clone());
        failures.extend(expect(&what, lines, &day, &wanted));
    }
    let mine = |line: &&Value| line["person"] == "P1";
    if let Some(wanted) = row.rows_of_day {
        let found = lines
            .iter()
            .filter(mine)
            .filter(|line| line["day"] == row.day.as_str())
            .count();
        if found != wanted {
            failures.push(format!(
                "{what}: expected {wanted} lines of the day, found {found}"
            ));
        }
    }
    if let Some(wanted) = row.rows_of_person {
        let found = lines.iter().filter(mine).count();
        if found != wanted {
            failures.push(format!("{what}: expected {wanted} lines, found {found}"));
        }
    }
    for wanted in &row.problems {
        if !problems
            .iter()
            .any(|problem| problem.to_string().contains(wanted))
        {
            failures.push(format!(
                "{what}: expected a problem with {wanted:?}, found {problems:?}"
            ));
        }
    }
    if row.problems.is_empty() && !problems.is_empty() {
        failures.push(format!("{what}: unexpected problems {problems:?}"));
    }
    failures
}

fn expect(what: &str, lines: &[Value], day: &str, wanted: &toml::Table) -> Vec<String> {
    let text = |key: &str, default: &str| {
        wanted
            .get(key)
            .and_then(toml::Value::as_str)
            .unwrap_or(default)
            .to_owned()
    };
    let (person, kind) = (text("person", "P1"), text("kind", "shift"));
    let found = lines.iter().find(|line| {
        line["person"] == person.as_str() && line["kind"] == kind.as_str() && line["day"] == day
    });
    if wanted.get("no_record").is_some() {
        return found
            .map(|line| format!("{what}: expected no record of {person} on {day}, found {line}"))
            .into_iter()
            .collect();
    }
    let Some(line) = found else {
        return vec![format!("{what}: no record of {person} on {day} ({kind})")];
    };
    let mut failures = Vec::new();
    for (field, value) in wanted {
        let target = match field.as_str() {
            "person" | "kind" => continue,
            "adjustment" => lines
                .iter()
                .find(|line| line["kind"] == "adjustment")
                .map_or(&Value::Null, |line| &line["adjustment"]),
            "no_flags" => &line["flags"],
            field => &line[field],
        };
        let flags = |value: &toml::Value| {
            value.as_array().into_iter().flatten().all(|flag| {
                let has = target.as_array().is_some_and(|flags| {
                    flags
                        .iter()
                        .any(|found| Some(found.as_str().unwrap_or("")) == flag.as_str())
                });
                has == (field == "flags")
            })
        };
        let fits = if matches!(field.as_str(), "flags" | "no_flags") {
            flags(value)
        } else {
            matches(target, value, day)
        };
        if !fits {
            failures.push(format!("{what}: {day} {field}: expected {value}, found {target}"));
        }
    }
    failures
}

/// `08:52` is a time on the day, `2025-09-25T01:24` one on another; a table is a part of the object.
fn matches(found: &Value, wanted: &toml::Value, day: &str) -> bool {
    match wanted {
        toml::Value::String(text) if text.is_empty() => found.is_null() || found == "",
        toml::Value::String(text) => found.as_str().is_some_and(|found| {
            let time = text.len() == 5 && text.as_bytes()[2] == b':';
            let moment = if time {
                format!("{day}T{text}")
            } else {
                text.clone()
            };
            found == text || ((time || text.contains('T')) && found.starts_with(&moment))
        }),
        toml::Value::Integer(number) => {
            found.as_i64() == Some(*number) || found.as_f64() == Some(*number as f64)
        }
        toml::Value::Boolean(flag) => found.as_bool() == Some(*flag),
        toml::Value::Array(items) => found.as_array().is_some_and(|found| {
            found.len() == items.len()
                && found
                    .iter()
                    .zip(items)
                    .all(|(found, item)| matches(found, item, day))
        }),
        toml::Value::Table(table) => table
            .iter()
            .all(|(key, value)| matches(&found[key.as_str()], value, day)),
        _ => false,
    }
}
