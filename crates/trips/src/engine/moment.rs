//! When a place was left and reached: back-dated over the silence of a device that woke late.

use super::config::Config;
use super::stay::Stay;
use super::track::{Mark, Track};

/// A device that was silent for longer before a fix had to wake, seconds.
const AWAKE_S: f64 = 60.0;
/// Between the door and the way lie seconds in which nobody gets anywhere: keys, stairs, a seat.
const SETTLE_S: f64 = 30.0;
/// A fix with an error this many times smaller tells more, even if a little later.
const FAR_MORE: f64 = 8.0;
/// A device that wakes at this speed was in a vehicle from the start, m/s.
const VEHICLE_M_S: f64 = 5.5;
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
    let beyond = telling_near(track, stay.last + 1, true);
    let mark = track.at(beyond);
    let speed = speed_near(track, beyond, true, config);
    let lead = lead(
        mark.place.distance_m(&stay.anchor),
        speed,
        mark.seconds - earliest,
        config,
    );
    Moment {
        at: (mark.seconds - lead).clamp(earliest, out.seconds.max(earliest)),
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
    let beyond = telling_near(track, before, false);
    let mark = track.at(beyond);
    let speed = speed_near(track, beyond, false, config);
    let lead = lead(
        mark.place.distance_m(&stay.anchor),
        speed,
        seen - mark.seconds,
        config,
    );
    Moment {
        at: (mark.seconds + lead).clamp(out.seconds, seen),
        earliest: out.seconds,
        latest: seen,
    }
}

/// Start of a trip from fix `first` that nothing is known before: after the stand it begins with, or, when it begins
/// on the move, as long before the first fix as a device needs to wake.
pub(crate) fn waking(track: &Track, first: usize, end: usize, config: &Config) -> Moment {
    let seen = track.at(first).seconds;
    if let Some(stand) = stand(track, first, end, config) {
        return departure(track, &stand, config);
    }
    Moment {
        at: seen - config.wake_s,
        earliest: f64::NEG_INFINITY,
        latest: seen,
    }
}

/// The stand that the fixes from `first` begin with: nobody who walks off stays so near for so long.
fn stand(track: &Track, first: usize, end: usize, config: &Config) -> Option<Stay> {
    let head = track.at(first);
    let (mut last, mut widest) = (first, STILL_M);
    for at in first + 1..end {
        let mark = track.at(at);
        let near = (2.0 * head.sigma.hypot(mark.sigma)).max(STILL_M);
        if mark.place.distance_m(&head.place) > near {
            break;
        }
        (last, widest) = (at, widest.max(near));
    }
    let lasted = track.at(last).seconds - head.seconds;
    (lasted >= STOOD_S.max(widest / config.walk_m_s)).then_some(Stay {
        first,
        last,
        anchor: head.place,
        sigma: head.sigma,
    })
}

/// Seconds that it took to get `distance` metres away, judged by the speed beyond. Who is on foot or on a bicycle when
/// the device wakes has walked first; who is driving has driven.
fn lead(distance: f64, speed: f64, silence: f64, config: &Config) -> f64 {
    if silence <= AWAKE_S {
        return distance / speed.max(config.walk_m_s);
    }
    if speed >= VEHICLE_M_S {
        return SETTLE_S + distance / speed;
    }
    let walked = distance.min(config.access_m);
    SETTLE_S + walked / config.walk_m_s + (distance - walked) / speed.max(config.journey_m_s)
}

/// The fix to judge the way by: `from`, or one within a minute beyond it that is far more accurate.
fn telling_near(track: &Track, from: usize, later: bool) -> usize {
    let head = track.at(from);
    let beyond = (1..=track.len()).map_while(|step| {
        if later {
            Some(from + step).filter(|at| *at < track.len())
        } else {
            from.checked_sub(step)
        }
    });
    beyond
        .take_while(|at| (track.at(*at).seconds - head.seconds).abs() <= AWAKE_S)
        .find(|at| track.at(*at).sigma * FAR_MORE < head.sigma)
        .unwrap_or(from)
}

/// Mean speed over the first minute or so from a fix, towards later or earlier fixes.
fn speed_near(track: &Track, from: usize, later: bool, config: &Config) -> f64 {
    let head = track.at(from);
    let mut speed = head.speed.unwrap_or(0.0);
    let fastest = config.fastest_m_s;
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
            speed = (mark.place.distance_m(&head.place) / dt).min(fastest);
        }
        if dt >= 90.0 {
            return speed;
        }
    }
}
