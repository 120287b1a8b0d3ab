//! `milepost score geofence`.
//!
//! Between two trips the carriers of the recordings stood. A circle of 50 m round the mean of the fixes of such a stand is
//! a fence that the phone must not leave before the next trip begins, and must leave soon after.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use ::geofence::engine::{Context, FenceSet, Fix, Kind, Memberships, Settings, Track};
use clap::Args;
use events::fence::v1 as proto;
use spatial::{Point, distance};
use trips::engine::Millis;

use super::outings::{self, Recording};
use crate::exit::Outcome;

/// Radius of the fences in metres.
const RADIUS_M: f64 = 50.0;
/// Shortest stand that counts, in seconds, and its fewest fixes.
const STAND_S: f64 = 600.0;
const STAND_FIXES: usize = 5;
/// The times of the truth were written down by people: an exit this many seconds before the trip belongs to it.
const EARLY_S: f64 = 60.0;
/// Days of a month of a device.
const MONTH_S: f64 = 30.0 * 86_400.0;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  milepost score geofence --data ../shared/data/traces/mobilitynet")]
pub(crate) struct Arguments {
    /// Folder of recordings with their truth, in the layout of the MobilityNet extract
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// What was found on some stands.
#[derive(Debug, Default)]
struct Tally {
    stands: usize,
    stood_s: f64,
    /// Exits without a trip.
    false_exits: usize,
    /// Stands whose next trip is seen to leave the fence.
    left: usize,
    /// Seconds from the first fix outside to the confirmation, less the time to the next fix.
    delays: Vec<f64>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut tally = Tally::default();
    for recording in outings::read(&arguments.data)? {
        for pair in recording.trips.windows(2) {
            if let [before, after] = pair {
                tally.stand(&recording, before.end, after.start, after.end);
            }
        }
    }
    tally.print()?;
    Ok(ExitCode::SUCCESS)
}

impl Tally {
    /// Plays the fixes from the begin of a stand to the end of the trip after it.
    fn stand(&mut self, recording: &Recording, begin: f64, leave: f64, end: f64) {
        let fixes: Vec<Fix> = recording
            .fixes
            .iter()
            .filter(|(fix, _)| (begin..=end).contains(&seconds(fix.time)))
            .map(|(fix, _)| Fix {
                time: fix.time,
                point: Point {
                    latitude: fix.latitude(),
                    longitude: fix.longitude(),
                },
                accuracy_m: fix.accuracy_m() as f32,
                altitude_m: f32::NAN,
            })
            .collect();
        let standing: Vec<&Fix> = fixes.iter().filter(|fix| seconds(fix.time) < leave).collect();
        if leave - begin < STAND_S || standing.len() < STAND_FIXES {
            return;
        }
        let count = standing.len() as f64;
        let mean = |of: fn(&Fix) -> f64| standing.iter().map(|fix| of(fix)).sum::<f64>() / count;
        let centre = Point {
            latitude: mean(|fix| fix.point.latitude),
            longitude: mean(|fix| fix.point.longitude),
        };
        let exits = exits(&fixes, centre);
        self.stands += 1;
        self.stood_s += leave - begin;
        let (early, after): (Vec<_>, Vec<_>) = exits
            .into_iter()
            .partition(|(at, _)| seconds(*at) < leave - EARLY_S);
        self.false_exits += early.len();

        // By the coordinates alone, and precise enough to be believed.
        let mut outside = fixes.iter().filter(|fix| {
            seconds(fix.time) >= leave - EARLY_S
                && distance::geodesic(fix.point, centre) - f64::from(fix.accuracy_m) > RADIUS_M
        });
        let (Some(first), Some(next)) = (outside.next(), outside.next()) else {
            return;
        };
        self.left += 1;
        if let Some((_, confirmed)) = after.first() {
            self.delays
                .push(seconds(*confirmed) - seconds(first.time) - (seconds(next.time) - seconds(first.time)));
        }
    }

    fn print(&mut self) -> io::Result<()> {
        self.delays.sort_by(f64::total_cmp);
        let months = self.stood_s / MONTH_S;
        let at = |share: f64| {
            let place = (share * self.delays.len() as f64) as usize;
            self.delays.get(place.min(self.delays.len().saturating_sub(1)))
        };
        let within = self.delays.iter().filter(|delay| **delay <= 60.0).count();
        let mut out = io::stdout().lock();
        writeln!(out, "stands                       {}", self.stands)?;
        writeln!(out, "hours stood                  {:.1}", self.stood_s / 3600.0)?;
        writeln!(out, "false exits                  {}", self.false_exits)?;
        writeln!(
            out,
            "false exits per device-month {:.1}",
            self.false_exits as f64 / months
        )?;
        writeln!(out, "trips that leave the fence   {}", self.left)?;
        writeln!(out, "exits found                  {}", self.delays.len())?;
        writeln!(out, "found within 60 s and a fix  {within}")?;
        if let (Some(median), Some(most)) = (at(0.5), at(0.95)) {
            writeln!(out, "seconds beyond a fix         p50 {median:.0}  p95 {most:.0}")?;
        }
        Ok(())
    }
}

/// Times of the exits that remain and when they were confirmed.
fn exits(fixes: &[Fix], centre: Point) -> Vec<(Millis, Millis)> {
    let fence = proto::Fence {
        id: "stand".into(),
        shape: Some(proto::fence::Shape::Circle(proto::Circle {
            latitude: centre.latitude,
            longitude: centre.longitude,
            radius_m: RADIUS_M,
        })),
        ..proto::Fence::default()
    };
    let (fences, _) = FenceSet::load([&fence], i64::MAX);
    let (settings, members) = (Settings::default(), Memberships::default());
    let context = Context {
        settings: &settings,
        fences: &fences,
        members: &members,
        device: "phone",
    };
    let (mut track, mut changes, mut arrival) = (Track::default(), Vec::new(), Millis::MIN);
    for fix in fixes {
        arrival = arrival.max(fix.time);
        // Older than the horizon, or there already: no evidence.
        let _ = track.observe(*fix, arrival, &context, &mut changes);
    }
    let mut remaining = std::collections::BTreeMap::new();
    for change in changes {
        remaining.insert(change.event_id, change);
    }
    let mut exits: Vec<(Millis, Millis)> = remaining
        .into_values()
        .filter(|change| change.transition.kind == Kind::Exit && !change.withdrawn)
        .map(|change| (change.transition.event_time, change.transition.confirmed_at))
        .collect();
    exits.sort_unstable();
    exits
}

fn seconds(millis: Millis) -> f64 {
    millis as f64 / 1e3
}
