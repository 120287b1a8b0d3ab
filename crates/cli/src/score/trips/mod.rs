//! `milepost score trips`.

mod leave_one_out;
mod table;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use events::trip::v1::{PathPoint, Stop, Trip};
use trips::engine::{Config, Device, Fix, Millis, Place, Record};
use trips::score::{Interval, Tally, along_m, between_m, phantom_m_per_h};

use super::outings::{self, CarLeg, Recording};
use super::plot;
use crate::exit::Outcome;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  milepost score trips --data ../shared/data/traces/mobilitynet\n  \
    milepost score trips --data FOLDER --plot day.svg --recording train_bus_ebike_mtv_ucb__p06__android-2"
)]
pub(crate) struct Arguments {
    /// Folder of recordings with their truth, in the layout of the MobilityNet extract
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// A table, or one JSON object
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Fixes in the order in which the phone stored them, instead of in order of time
    #[arg(long)]
    as_arrived: bool,
    /// Physics and policy as TOML; what it leaves out keeps its default
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Also leaves out one outing at a time, chooses the best of 25 configurations on the others, and scores it on the
    /// one left out: what can be expected of outings that nobody has looked at
    #[arg(long)]
    leave_one_out: bool,
    /// Draws fixes, truth and result of one recording
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Which recording to draw, by the beginning of its name; the first by default
    #[arg(long, value_name = "NAME", requires = "plot")]
    recording: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// A fix better than this shows how far along a route it lies, metres.
const GOOD_M: f64 = 100.0;
/// Less than this of a route says nothing about an estimate, metres.
const LEAST_M: f64 = 500.0;
/// The ten minutes after a trip, milliseconds.
const SOON_MS: Millis = 600_000;

/// Trips and stops that were found on a recording.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) trips: Vec<Trip>,
    pub(super) stops: Vec<Stop>,
}

impl Found {
    fn intervals(&self) -> Vec<Interval> {
        self.trips.iter().map(interval).collect()
    }
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let config = crate::derive::trips::config(arguments.config.as_deref())?;
    let recordings = outings::read(&arguments.data)?;
    anyhow::ensure!(
        !recordings.is_empty(),
        "expected recordings in {}, found none",
        arguments.data.display()
    );
    if let Some(file) = &arguments.plot {
        let wanted = arguments.recording.as_deref().unwrap_or_default();
        let recording = recordings
            .iter()
            .find(|recording| recording.name.starts_with(wanted))
            .with_context(|| format!("expected the beginning of a recording's name, found {wanted:?}"))?;
        let found = find(recording, arguments.as_arrived, &config);
        std::fs::write(file, plot::svg(recording, &found))
            .with_context(|| format!("write {}", file.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for recording in &recordings {
        let tally = score(
            recording,
            &find(recording, arguments.as_arrived, &config),
            &config,
        );
        for set in sets(recording) {
            tallies.entry(set).or_default().add(&tally);
        }
    }
    let left_out = arguments
        .leave_one_out
        .then(|| leave_one_out::run(&recordings, arguments.as_arrived, &config));
    let mut out = io::stdout().lock();
    match arguments.format {
        Format::Text => {
            table::write(&mut out, &tallies)?;
            if let Some(left_out) = &left_out {
                left_out.write(&mut out)?;
            }
        }
        Format::Json => {
            let mut value = table::json(&tallies);
            if let (Some(left_out), Some(fields)) = (&left_out, value.as_object_mut()) {
                fields.insert("leave_one_out".to_owned(), left_out.json());
            }
            writeln!(out, "{value}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Sets that a recording belongs to: by kind of outing, and by phone, since each phone had its own setting.
fn sets(recording: &Recording) -> Vec<String> {
    let set = match recording.spec.as_str() {
        "unimodal_trip_car_bike_mtv_la" => "A",
        "car_scooter_brex_san_jose" => "B",
        _ => "C",
    };
    let mut sets = vec![
        set.to_owned(),
        "A+B+C".to_owned(),
        format!("phone {}", recording.phone),
    ];
    if set != "C" {
        sets.push("A+B".to_owned());
    }
    sets
}

/// Runs the engine as it would have run: with the results that were due on the way.
fn find(recording: &Recording, as_arrived: bool, config: &Config) -> Found {
    let mut fixes = recording.fixes.clone();
    if as_arrived {
        fixes.sort_by_key(|(_, arrived)| *arrived);
    } else {
        fixes.sort_by_key(|(fix, _)| *fix);
    }
    let mut device = Device::default();
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    let mut keep = |found: Vec<Record>| {
        for record in found {
            records.insert(record.id().to_owned(), record);
        }
    };
    for (fix, arrived) in fixes {
        device.push(fix, as_arrived.then_some(arrived), config);
        if device.is_due(config) {
            keep(device.update(&recording.phone, fix.time, config));
        }
    }
    keep(device.close(&recording.phone, config));
    let mut found = Found::default();
    for record in records.into_values().filter(|record| !record.is_withdrawn()) {
        match record {
            Record::Trip(trip) => found.trips.push(trip),
            Record::Stop(stop) => found.stops.push(stop),
        }
    }
    found
        .trips
        .sort_by_key(|trip| trip.start_time.map(|at| (at.seconds, at.nanos)));
    found
        .stops
        .sort_by_key(|stop| stop.start_time.map(|at| (at.seconds, at.nanos)));
    found
}

fn score(recording: &Recording, found: &Found, config: &Config) -> Tally {
    let mut tally = Tally::compare(&recording.trips, &found.intervals());
    let mut fixes: Vec<Fix> = recording.fixes.iter().map(|(fix, _)| *fix).collect();
    fixes.sort();
    for leg in &recording.car_legs {
        let (from, until) = (millis(leg.at.start), millis(leg.at.end));
        if let Some(metres) = between_m(&fixes, from, until, config) {
            tally.distance.push((metres - leg.length_m).abs() / leg.length_m);
        }
        tally.distance_seen.extend(seen_error(leg, &fixes, config));
    }
    let paths: Vec<(Vec<(Millis, Place)>, f64)> = found
        .trips
        .iter()
        .map(|trip| {
            let point = |point: &PathPoint| {
                let place = Place::new(point.latitude, point.longitude);
                (millis(seconds(point.time.as_ref())), place)
            };
            let metres = trip.distance.as_ref().map_or(0.0, |distance| distance.estimate_m);
            (trip.path.iter().map(point).collect(), metres)
        })
        .collect();
    for stand in recording.stands.iter().filter(|stand| stand.end > stand.start) {
        let (from, until) = (millis(stand.start), millis(stand.end));
        tally.phantom_m_per_h.push(phantom_m_per_h(&paths, from, until));
        let soon = until.min(from + SOON_MS);
        tally
            .phantom_first_m_per_h
            .push(phantom_m_per_h(&paths, from, soon));
        if soon < until {
            tally
                .phantom_later_m_per_h
                .push(phantom_m_per_h(&paths, soon, until));
        }
    }
    tally
}

fn millis(seconds: f64) -> Millis {
    (seconds * 1e3).round() as Millis
}

/// Error of the distance between the first and the last good fix of a leg, as a share of the route between the two:
/// what the estimate is worth where there is something to estimate from.
fn seen_error(leg: &CarLeg, fixes: &[Fix], config: &Config) -> Option<f64> {
    let (from, until) = (millis(leg.at.start), millis(leg.at.end));
    let good: Vec<&Fix> = fixes
        .iter()
        .filter(|fix| (from..=until).contains(&fix.time) && fix.accuracy_m() <= GOOD_M)
        .collect();
    let (first, last) = (good.first()?, good.last()?);
    let along = |fix: &Fix| {
        let (along, off) = along_m(&leg.route, &Place::from(fix))?;
        (off <= 2.0 * GOOD_M).then_some(along)
    };
    let length = along(last)? - along(first)?;
    let metres = between_m(fixes, first.time, last.time, config)?;
    (length >= LEAST_M).then(|| (metres - length).abs() / length)
}

pub(super) fn seconds(at: Option<&events::Timestamp>) -> f64 {
    at.map_or(f64::NAN, |at| at.seconds as f64 + f64::from(at.nanos) / 1e9)
}

pub(super) fn interval(trip: &Trip) -> Interval {
    Interval {
        start: seconds(trip.start_time.as_ref()),
        end: seconds(trip.end_time.as_ref()),
    }
}
