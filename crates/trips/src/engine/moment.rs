//! When a place was left and reached: back-dated over the silence of a device that woke late.

use super::config::Config;
use super::stay::Stay;
use super::track::{Mark, Track};

/// A device that was silent for longer before a fix had to wake, seconds.
const AWAKE_S: f64 = 60.0;
/// A device that wakes at this speed was in a vehicle from the start, m/s.
const VEHICLE_M_S: f64 = 5.5;
/// Fixes better than this standard deviation show whether a device stands still, metres.
const SHARP_SIGMA_M: f64 = 16.0;
/// Within this distance a sharp fix shows no movement, metres.
const STILL_M: f64 = 20.0;
/// So long a stand at the beginning of a track is no wake-up on the move, seconds.
const STOOD_S: f64 = 30.0;

/// A time with the interval that surely holds it, seconds on the track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment {
    pub at: f64,
    pub earliest: f64,
    pub latest: f64,
}

/// When `stay` was left.
pub(crate) fn departure(track: &Track, stay: &Stay, config: &Config) -> Moment {
    let left = track.at(stay.last).seconds;
    if stay.last + 1 >= track.len() {
        return Moment {
            at: left,
            earliest: left,
            latest: f64::INFINITY,
        };
    }
    let out = track.at(stay.last + 1);
    // fixes much coarser than the first one away do not say when the place was left
    let telling = |mark: &&Mark| mark.sigma <= (2.0 * out.sigma).max(50.0);
    let earliest = track
        .range(stay.first..stay.last + 1)
        .iter()
        .rev()
        .find(telling)
        .map_or(left, |mark| mark.seconds);
    let speed = speed_near(track, stay.last + 1, true);
    let lead = lead(
        out.place.distance_m(&stay.anchor),
        speed,
        out.seconds - earliest,
        config,
    );
    Moment {
        at: (out.seconds - lead).max(earliest),
        earliest,
        latest: out.seconds,
    }
}

/// When `stay` was reached.
pub(crate) fn arrival(track: &Track, stay: &Stay, config: &Config) -> Moment {
    let seen = track.at(stay.first).seconds;
    let Some(before) = stay.first.checked_sub(1) else {
        return Moment {
            at: seen,
            earliest: f64::NEG_INFINITY,
            latest: seen,
        };
    };
    let out = track.at(before);
    let speed = speed_near(track, before, false);
    let lead = lead(
        out.place.distance_m(&stay.anchor),
        speed,
        seen - out.seconds,
        config,
    );
    Moment {
        at: (out.seconds + lead).min(seen),
        earliest: out.seconds,
        latest: seen,
    }
}

/// Start of a trip from fix `first` that nothing is known before: after the stand it begins with, or, when it begins
/// on the move, as long before the first fix as a device needs to wake.
pub(crate) fn waking(track: &Track, first: usize, end: usize, config: &Config) -> Moment {
    let seen = track.at(first).seconds;
    let mut stood: Option<(usize, usize)> = None;
    for at in first..end {
        let mark = track.at(at);
        if mark.sigma > SHARP_SIGMA_M {
            continue;
        }
        match &mut stood {
            None => stood = Some((at, at)),
            Some((head, last)) => {
                if mark.place.distance_m(&track.at(*head).place) > STILL_M {
                    break;
                }
                *last = at;
            }
        }
    }
    if let Some((head, last)) = stood
        && track.at(last).seconds - track.at(head).seconds >= STOOD_S
    {
        let mark = track.at(head);
        return departure(
            track,
            &Stay {
                first: head,
                last,
                anchor: mark.place,
                sigma: mark.sigma,
            },
            config,
        );
    }
    Moment {
        at: seen - config.wake_s,
        earliest: f64::NEG_INFINITY,
        latest: seen,
    }
}

/// Seconds that it took to get `distance` metres away, judged by the speed beyond. Who is on foot or on a bicycle when
/// the device wakes has walked first; who is driving has driven.
fn lead(distance: f64, speed: f64, silence: f64, config: &Config) -> f64 {
    if silence <= AWAKE_S {
        return distance / speed.max(config.walk_m_s);
    }
    if speed >= VEHICLE_M_S {
        return distance / speed;
    }
    let walked = distance.min(config.access_m);
    walked / config.walk_m_s + (distance - walked) / speed.max(config.journey_m_s)
}

/// Mean speed over the first minute or so from a fix, towards later or earlier fixes.
fn speed_near(track: &Track, from: usize, later: bool) -> f64 {
    let head = track.at(from);
    let mut speed = head.speed.unwrap_or(0.0);
    let mut at = from;
    loop {
        let next = if later {
            Some(at + 1).filter(|next| *next < track.len())
        } else {
            at.checked_sub(1)
        };
        let Some(next) = next else { return speed };
        at = next;
        let mark = track.at(at);
        let dt = (mark.seconds - head.seconds).abs();
        if dt > 300.0 {
            return speed;
        }
        if dt >= 20.0 {
            speed = mark.place.distance_m(&head.place) / dt;
        }
        if dt >= 90.0 {
            return speed;
        }
    }
}
