//! Journeys of real buses: a journey is one trip with its stops as halts, and interleaved journeys are a conflict.

use std::collections::BTreeMap;

use events::trip::v1::Flag;
use trips::engine::{Fix, Place};
use trips::score::{Interval, Tally};

use crate::day::{Result, has, result};
use crate::real_days::traces;

/// A halt belongs to a stop that is no further away, metres.
const AT_STOP_M: f64 = 40.0;

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

/// Shows a figure with `--nocapture`.
#[allow(clippy::print_stdout, reason = "figures are for people to read")]
fn tell(figure: &str) {
    println!("{figure}");
}

/// Longest stretch in seconds for which the fixes stay within `AT_STOP_M` of `stop` and step less than 1 m/s.
fn stood_s(fixes: &[Fix], stop: Place) -> f64 {
    let (mut longest, mut run) = (0.0_f64, 0.0);
    for pair in fixes.windows(2) {
        let seconds = (pair[1].time - pair[0].time) as f64 / 1e3;
        let (from, to) = (Place::from(&pair[0]), Place::from(&pair[1]));
        let stands = from.distance_m(&to) < seconds && stop.distance_m(&to) <= AT_STOP_M;
        run = if stands { run + seconds } else { 0.0 };
        longest = longest.max(run);
    }
    longest
}

#[test]
fn a_bus_journey_is_one_trip_with_its_stops_as_halts() {
    let Some(folder) = traces() else { return };
    let folder = folder.join("bus304");
    let text = std::fs::read_to_string(folder.join("304_to_UL_2019-02-18_0745.gpx")).expect("the journey");
    let value = |part: &str, before: &str, after: &str| {
        let from = part.find(before).expect("a field") + before.len();
        let until = part[from..].find(after).expect("its end") + from;
        part[from..until].to_owned()
    };
    let fixes: Vec<Fix> = text
        .split("<trkpt ")
        .skip(1)
        .filter_map(|part| {
            let time: jiff::Timestamp = value(part, "<time>", "<").parse().expect("a time");
            let degrees = |name: &str| number(&value(part, name, "\""));
            Fix::new(time.as_millisecond(), degrees("lat=\""), degrees("lon=\""), 10.0)
        })
        .collect();
    assert_eq!(fixes.len(), 2144);
    let found = result(&fixes);
    let durations: Vec<f64> = found.trips.iter().map(|trip| trip.duration_s).collect();
    assert_eq!(found.trips.len(), 1, "{durations:?}");
    let halts: Vec<Place> = found.trips[0]
        .halts
        .iter()
        .map(|halt| Place::new(halt.latitude, halt.longitude))
        .collect();

    let stops: Vec<Place> = csv::Reader::from_path(folder.join("stops.csv"))
        .expect("the stops")
        .records()
        .map(|row| row.expect("a stop"))
        .map(|row| Place::new(number(&row[3]), number(&row[4])))
        .filter(|stop| stood_s(&fixes, *stop) >= 15.0)
        .collect();
    let is_told = |stop: &&Place| halts.iter().any(|halt| halt.distance_m(stop) <= AT_STOP_M);
    let told = stops.iter().filter(is_told).count();
    tell(&format!(
        "bus 304: {told} of {} known stops with a stand of 15 s are among {} halts",
        stops.len(),
        halts.len()
    ));
    assert!(!stops.is_empty());
    assert!(
        told as f64 >= 0.8 * stops.len() as f64,
        "{told} of {}",
        stops.len()
    );
}

/// The fixes of each journey of Liverpool's line 14.
fn journeys() -> Option<BTreeMap<String, Vec<Fix>>> {
    let mut journeys: BTreeMap<String, Vec<Fix>> = BTreeMap::new();
    let path = traces()?.join("liverpool_bus/route14_outbound.csv");
    for row in csv::Reader::from_path(path).expect("the line").records() {
        let row = row.expect("a row");
        let time: jiff::Timestamp = format!("{}Z", row[3].replace(' ', "T")).parse().expect("a time");
        let fix = Fix::new(time.as_millisecond(), number(&row[4]), number(&row[5]), 10.0);
        journeys.entry(row[2].to_owned()).or_default().extend(fix);
    }
    journeys.values_mut().for_each(|fixes| fixes.sort());
    Some(journeys)
}

fn intervals(found: &Result) -> Vec<Interval> {
    let seconds = |at: Option<events::Timestamp>| at.map_or(f64::NAN, |at| at.seconds as f64);
    let interval = |trip: &events::trip::v1::Trip| Interval {
        start: seconds(trip.start_time),
        end: seconds(trip.end_time),
    };
    found.trips.iter().map(interval).collect()
}

#[test]
fn a_line_keyed_by_journey_gives_one_trip_each() {
    let Some(journeys) = journeys() else { return };
    let mut tally = Tally::default();
    for fixes in journeys.values() {
        let (Some(first), Some(last)) = (fixes.first(), fixes.last()) else {
            continue;
        };
        let truth = Interval {
            start: first.time as f64 / 1e3,
            end: last.time as f64 / 1e3,
        };
        tally.add(&Tally::compare(&[truth], &intervals(&result(fixes))));
    }
    tell(&format!(
        "Liverpool by journey: {} true, {} found, F1 {:.3}",
        tally.truth,
        tally.found,
        tally.f1()
    ));
    assert_eq!(tally.truth, 16);
    assert!(tally.f1() >= 0.95, "{tally:?}");
}

#[test]
fn journeys_that_share_an_id_are_flagged() {
    let Some(journeys) = journeys() else { return };
    let mut fixes: Vec<Fix> = journeys.into_values().flatten().collect();
    fixes.sort();
    let found = result(&fixes);
    let flagged = found
        .trips
        .iter()
        .filter(|trip| has(trip, Flag::IdConflict))
        .count();
    tell(&format!(
        "Liverpool under one id: {flagged} of {} trips flagged",
        found.trips.len()
    ));
    assert!(!found.trips.is_empty());
    assert_eq!(flagged, found.trips.len());
}
