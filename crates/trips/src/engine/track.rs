//! The fixes of a window as the analysis sees them: places once computed, jumps taken out, the best fix of every slot.

use std::ops::Range;

use super::config::Config;
use super::fix::{Fix, Millis};
use super::place::Place;
use super::story::Sample;

/// Smallest believable error of a fix per axis, metres.
const BEST_SIGMA_M: f64 = 3.0;
/// A radius that holds 68 % of a round normal distribution is 1.51 of its standard deviations per axis.
pub(crate) const RADIUS_TO_SIGMA: f64 = 1.51;
/// Beyond the reach of a vehicle is what lies this many standard deviations beyond it.
const SURE: f64 = 3.0;
/// So many fixes in a row elsewhere, with none at the old place, are a new place and no jump.
const SETTLED: usize = 5;
/// Two places that take turns this often are two devices.
const TURNS: usize = 3;

/// A fix with its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    /// Seconds since the origin of the track.
    pub seconds: f64,
    pub place: Place,
    /// Standard deviation of the place per axis, metres.
    pub sigma: f64,
    /// Stated speed, m/s.
    pub speed: Option<f64>,
    /// Odometer reading, metres.
    pub odometer: Option<f64>,
    /// The fix's own time, for ids.
    pub time: Millis,
}

/// The believable fixes of a window in order of time.
#[derive(Debug)]
pub(crate) struct Track {
    marks: Vec<Mark>,
    origin: Millis,
    /// Seconds at which fixes were left out because nothing gets there in the time.
    pub jumps: Vec<f64>,
    /// Seconds at which a second device seemed to report under the id.
    pub conflicts: Vec<f64>,
    nowhere: Mark,
}

impl Track {
    /// Places of `fixes`, which are in order of time.
    pub(crate) fn new(fixes: &[Fix], config: &Config) -> Self {
        let slot = (config.slot_s * 1e3) as Millis;
        let origin = fixes
            .first()
            .map_or(0, |fix| fix.time.div_euclid(slot.max(1)) * slot.max(1));
        let nowhere = Mark {
            seconds: 0.0,
            place: Place::new(0.0, 0.0),
            sigma: f64::INFINITY,
            speed: None,
            odometer: None,
            time: origin,
        };
        let mut track = Self {
            marks: Vec::with_capacity(fixes.len()),
            origin,
            jumps: Vec::new(),
            conflicts: Vec::new(),
            nowhere,
        };
        let mut stray: Vec<Mark> = Vec::new();
        let (mut turns, mut since_stray, mut tried) = (0_usize, 0_usize, 0_usize);
        for fix in fixes {
            let mark = Mark {
                seconds: (fix.time - origin) as f64 / 1e3,
                place: Place::from(fix),
                sigma: (fix.accuracy_m() / RADIUS_TO_SIGMA).max(BEST_SIGMA_M),
                speed: fix.speed_m_s(),
                odometer: fix.odometer_m(),
                time: fix.time,
            };
            if track
                .marks
                .last()
                .is_none_or(|last| within_reach(last, &mark, config.fastest_m_s))
            {
                track.marks.push(mark);
                since_stray += 1;
                tried += 1;
                continue;
            }
            match stray.last() {
                Some(last) if within_reach(last, &mark, config.fastest_m_s) => {
                    if since_stray > 0 {
                        turns += 1;
                    }
                    stray.push(mark);
                }
                _ => {
                    turns = 0;
                    track.jumps.extend(stray.drain(..).map(|mark| mark.seconds));
                    stray.push(mark);
                }
            }
            if turns >= TURNS {
                track.conflicts.push(mark.seconds);
            }
            if since_stray > 0 {
                stray
                    .drain(..stray.len() - 1)
                    .for_each(|mark| track.jumps.push(mark.seconds));
            }
            since_stray = 0;
            if stray.len() >= SETTLED && turns < TURNS {
                // a single fix before was the odd one
                if tried <= 2 {
                    let odd = track.marks.len().saturating_sub(tried);
                    let dropped: Vec<f64> = track.marks.drain(odd..).map(|mark| mark.seconds).collect();
                    track.jumps.extend(dropped);
                }
                tried = stray.len();
                track.marks.append(&mut stray);
                turns = 0;
            }
        }
        track.jumps.extend(stray.iter().map(|mark| mark.seconds));
        track
    }

    pub(crate) fn len(&self) -> usize {
        self.marks.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The mark at `index`; beyond the end a mark that says nothing.
    pub(crate) fn at(&self, index: usize) -> &Mark {
        self.marks.get(index).unwrap_or(&self.nowhere)
    }

    /// The marks of `range`, none where it leaves the track.
    pub(crate) fn range(&self, range: Range<usize>) -> &[Mark] {
        self.marks.get(range).unwrap_or(&[])
    }

    /// Milliseconds since 1970 of a moment on the track.
    pub(crate) fn time(&self, seconds: f64) -> Millis {
        self.origin + (seconds * 1e3).round() as Millis
    }

    /// The best fix of every slot, without those that a better neighbour makes worthless: it knows the place to its own
    /// error and what can be travelled in between.
    pub(crate) fn samples(&self, config: &Config) -> Vec<Sample> {
        let mut best: Vec<Sample> = Vec::with_capacity(self.marks.len() / 2 + 1);
        let mut slot = f64::NEG_INFINITY;
        for (fix, mark) in self.marks.iter().enumerate() {
            let sample = Sample {
                seconds: mark.seconds,
                place: mark.place,
                variance: mark.sigma * mark.sigma,
                fix,
            };
            let this = (mark.seconds / config.slot_s).floor();
            match best.last_mut() {
                Some(last) if this == slot => {
                    if sample.variance < last.variance {
                        *last = sample;
                    }
                }
                _ => best.push(sample),
            }
            slot = this;
        }
        let worth = |at: usize, sample: &Sample| -> bool {
            let beats = |other: Option<&Sample>| {
                other.is_some_and(|other| {
                    let travelled = config.traffic_m_s * (other.seconds - sample.seconds).abs();
                    sample.variance.sqrt() > SURE * (other.variance.sqrt() + travelled)
                })
            };
            !(beats(at.checked_sub(1).and_then(|before| best.get(before))) || beats(best.get(at + 1)))
        };
        best.iter()
            .enumerate()
            .filter(|(at, sample)| worth(*at, sample))
            .map(|(_, sample)| *sample)
            .collect()
    }
}

fn within_reach(from: &Mark, to: &Mark, fastest_m_s: f64) -> bool {
    let noise = SURE * (from.sigma + to.sigma);
    from.place.distance_m(&to.place) - noise <= fastest_m_s * (to.seconds - from.seconds).max(1.0)
}
