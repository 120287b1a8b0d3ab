//! Leave one outing out: the figure that says what to expect of outings that had no say in the configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Map, Value, json};
use trips::engine::Config;
use trips::score::Tally;

use super::table::rounded;
use crate::score::outings::Recording;

/// A value of the configuration is tried at these shares of itself.
const SHARES: [f64; 2] = [0.67, 1.33];
/// The sets that are told.
const SETS: [&str; 2] = ["A+B", "A+B+C"];
/// Outings differ in everything that the name of a recording holds before the phone.
const SEPARATOR: &str = "__";

/// A value that is tried, one at a time.
struct Knob {
    name: &'static str,
    value: fn(&mut Config) -> &mut f64,
}

const KNOBS: [Knob; 12] = [
    knob("wait_s", |config| &mut config.wait_s),
    knob("wander_m", |config| &mut config.wander_m),
    knob("still_m", |config| &mut config.still_m),
    knob("crawl_m_s", |config| &mut config.crawl_m_s),
    knob("walk_m_s", |config| &mut config.walk_m_s),
    knob("journey_m_s", |config| &mut config.journey_m_s),
    knob("stay_s", |config| &mut config.stay_s),
    knob("move_s", |config| &mut config.move_s),
    knob("silence_s", |config| &mut config.silence_s),
    knob("wake_s", |config| &mut config.wake_s),
    knob("access_m", |config| &mut config.access_m),
    knob("wrong_nats", |config| &mut config.wrong_nats),
];

const fn knob(name: &'static str, value: fn(&mut Config) -> &mut f64) -> Knob {
    Knob { name, value }
}

/// What came of one set.
#[derive(Debug)]
struct Row {
    /// As configured, over all outings.
    plain: f64,
    /// Each outing with the configuration that was best on the others.
    left_out: f64,
    outings: usize,
    /// How often each configuration was the best one.
    chosen: BTreeMap<String, usize>,
    /// F1 of every configuration over all outings.
    each: Vec<(String, f64)>,
}

/// The figures of all sets.
#[derive(Debug)]
pub(super) struct LeaveOneOut {
    rows: Vec<(&'static str, Row)>,
}

/// Scores every configuration on every recording, and leaves out each outing in turn.
pub(super) fn run(recordings: &[Recording], as_arrived: bool, config: &Config) -> LeaveOneOut {
    let tried: Vec<(String, Vec<Tally>)> = configurations(config)
        .into_iter()
        .map(|(name, config)| {
            let tally = |recording: &Recording| {
                let found = super::find(recording, as_arrived, &config);
                Tally::compare(&recording.trips, &found.intervals())
            };
            (name, recordings.iter().map(tally).collect())
        })
        .collect();
    let rows = SETS
        .into_iter()
        .map(|set| (set, row(set, recordings, &tried)))
        .collect();
    LeaveOneOut { rows }
}

/// The one that was asked for, and every value of it changed by a third either way.
fn configurations(config: &Config) -> Vec<(String, Config)> {
    let changed = KNOBS.iter().flat_map(|knob| {
        SHARES.map(|share| {
            let mut changed = config.clone();
            *(knob.value)(&mut changed) *= share;
            (format!("{} x {share}", knob.name), changed)
        })
    });
    [("as configured".to_owned(), config.clone())]
        .into_iter()
        .chain(changed)
        .collect()
}

fn row(set: &str, recordings: &[Recording], tried: &[(String, Vec<Tally>)]) -> Row {
    let outing = |recording: &Recording| {
        let name = recording.name.rsplit_once(SEPARATOR);
        name.map_or_else(|| recording.name.clone(), |(outing, _)| outing.to_owned())
    };
    let members: Vec<(usize, String)> = (0..)
        .zip(recordings)
        .filter(|(_, recording)| super::sets(recording).iter().any(|name| name == set))
        .map(|(at, recording)| (at, outing(recording)))
        .collect();
    let over = |tallies: &[Tally], wanted: &dyn Fn(&str) -> bool| {
        let mut sum = Tally::default();
        for (at, outing) in &members {
            if wanted(outing) {
                sum.add(&tallies[*at]);
            }
        }
        sum
    };
    let outings: BTreeSet<&str> = members.iter().map(|(_, outing)| outing.as_str()).collect();
    let (mut total, mut chosen) = (Tally::default(), BTreeMap::new());
    for left in &outings {
        // the first of equals: what was asked for, unless something is better
        let best = tried.iter().reduce(|best, other| {
            let others = |tallies: &[Tally]| over(tallies, &|outing| outing != *left).f1();
            if others(&other.1) > others(&best.1) {
                other
            } else {
                best
            }
        });
        if let Some((name, tallies)) = best {
            total.add(&over(tallies, &|outing| outing == *left));
            *chosen.entry(name.clone()).or_default() += 1;
        }
    }
    let each: Vec<(String, f64)> = tried
        .iter()
        .map(|(name, tallies)| (name.clone(), over(tallies, &|_| true).f1()))
        .collect();
    Row {
        plain: each.first().map_or(0.0, |(_, f1)| *f1),
        left_out: total.f1(),
        outings: outings.len(),
        chosen,
        each,
    }
}

impl LeaveOneOut {
    /// As text.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        for (set, row) in &self.rows {
            let chosen: Vec<String> = row
                .chosen
                .iter()
                .map(|(name, times)| format!("{name} {times} times"))
                .collect();
            writeln!(
                out,
                "\n{set}: F1 {:.3}; leaving out one of {} outings at a time {:.3}, chosen: {}",
                row.plain,
                row.outings,
                row.left_out,
                chosen.join(", ")
            )?;
            for (name, f1) in &row.each {
                writeln!(out, "  {name:20} {f1:.3}")?;
            }
        }
        Ok(())
    }

    /// As an object, a field per set.
    pub(super) fn json(&self) -> Value {
        let row = |row: &Row| {
            let each: Map<String, Value> = row
                .each
                .iter()
                .map(|(name, f1)| (name.clone(), rounded(*f1, 3).into()))
                .collect();
            json!({
                "f1": rounded(row.plain, 3),
                "f1_left_out": rounded(row.left_out, 3),
                "outings": row.outings,
                "chosen": row.chosen,
                "f1_of_each": each,
            })
        };
        Value::Object(
            self.rows
                .iter()
                .map(|(set, it)| ((*set).to_owned(), row(it)))
                .collect(),
        )
    }
}
