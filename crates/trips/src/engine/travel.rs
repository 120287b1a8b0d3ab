//! What happened on the way: distance, legs by means of travel, halts, top speed.

use std::collections::VecDeque;

use super::config::Config;
use super::course::{course, length_m};
use super::place::Place;
use super::role::{Cast, Role};
use super::track::{Mark, Track};
use super::way::Way;

/// Slower than this on average is on foot, m/s.
const FOOT_M_S: f64 = 2.5;
/// Speeds for the means of travel are means over so many seconds.
const SPEED_OVER_S: f64 = 60.0;
/// A leg on foot lasts at least this long, seconds.
const WALK_S: f64 = 180.0;
/// A leg by vehicle lasts at least this long, seconds.
const RIDE_S: f64 = 120.0;
/// Fixes better than this show halts of seconds, metres.
const SHARP_SIGMA_M: f64 = 10.0;
/// Within this distance nothing has moved, metres.
const HALT_M: f64 = 12.0;
/// A halt lasts at least this long, seconds.
const HALT_S: f64 = 15.0;
/// Halts told of a trip.
const HALTS_MAX: usize = 256;
/// A step of less than this many standard deviations of its two fixes is noise.
const STEP_SIGMAS: f64 = 1.0;

/// A stretch by one means of travel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Leg {
    pub walk: bool,
    pub seen: bool,
    pub from: f64,
    pub until: f64,
    pub distance_m: f64,
}

/// A pause within the trip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pause {
    pub wait: bool,
    pub from: f64,
    pub until: f64,
    pub place: Place,
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Travel {
    /// Sum of the steps between fixes: quickly known, and near enough to tell whether something has changed.
    pub rough_m: f64,
    pub top_m_s: f64,
    pub legs: Vec<Leg>,
    pub pauses: Vec<Pause>,
    pub gap: bool,
}

/// What happened on `way`.
pub(crate) fn travel(track: &Track, casts: &[Cast], way: &Way, config: &Config) -> Travel {
    let marks = track.range(way.first..way.end);
    let pauses = pauses(marks, casts, way);
    let line = line(marks, &pauses);
    let seen: f64 = steps(&line).map(|(a, b)| a.place.distance_m(&b.place)).sum();
    let top_m_s = steps(&line)
        .filter(|(a, b)| b.seconds - a.seconds >= 5.0)
        .map(|(a, b)| (a.place.distance_m(&b.place) - a.sigma.hypot(b.sigma)) / (b.seconds - a.seconds))
        .chain(marks.iter().filter_map(|mark| mark.speed))
        .fold(0.0, |top: f64, speed| {
            if speed <= config.fastest_m_s {
                top.max(speed)
            } else {
                top
            }
        });
    let gap = track
        .range(way.first.saturating_sub(1)..(way.end + 1).min(track.len()))
        .windows(2)
        .filter_map(|pair| <&[Mark; 2]>::try_from(pair).ok())
        .any(|[a, b]| {
            b.seconds - a.seconds > config.gap_s && b.seconds > way.departed.at && a.seconds < way.arrived.at
        });
    let legs = legs(&line, &pauses, way, config);
    let edge = |at: usize| line.get(at).map(|mark| mark.place);
    Travel {
        rough_m: seen + unseen_m(casts, way, edge(0), edge(line.len().saturating_sub(1))),
        top_m_s,
        legs,
        pauses,
        gap,
    }
}

/// Metres between the stops at both ends of `way` and the first and the last place seen on it.
pub(crate) fn unseen_m(casts: &[Cast], way: &Way, first: Option<Place>, last: Option<Place>) -> f64 {
    let anchor = |stop: Option<usize>| stop.and_then(|stop| casts.get(stop)).map(|cast| cast.stay.anchor);
    let (from, to) = (anchor(way.from_stop), anchor(way.to_stop));
    let between = |a: Option<Place>, b: Option<Place>| a.zip(b).map_or(0.0, |(a, b)| a.distance_m(&b));
    if first.is_some() {
        between(from, first) + between(last, to)
    } else {
        between(from, to)
    }
}

fn steps(line: &[Mark]) -> impl Iterator<Item = (&Mark, &Mark)> {
    line.iter().zip(line.iter().skip(1))
}

/// The marks that carry the way: without what a better neighbour makes worthless, without steps that are noise, and
/// without the jitter of pauses.
pub(crate) fn line(marks: &[Mark], pauses: &[Pause]) -> Vec<Mark> {
    let mut line: Vec<Mark> = Vec::with_capacity(marks.len());
    for (at, mark) in marks.iter().enumerate() {
        let beaten = |other: Option<&Mark>| {
            other.is_some_and(|other| {
                mark.sigma > 2.0 * (other.sigma + 5.0 + 10.0 * (other.seconds - mark.seconds).abs())
            })
        };
        if beaten(at.checked_sub(1).and_then(|before| marks.get(before))) || beaten(marks.get(at + 1)) {
            continue;
        }
        let paused = |pause: &Pause| pause.from < mark.seconds && mark.seconds < pause.until;
        if pauses.iter().any(paused) && mark.sigma > SHARP_SIGMA_M {
            continue;
        }
        let step = |last: &Mark| {
            let noise = STEP_SIGMAS * last.sigma.hypot(mark.sigma);
            last.place.square_m2(&mark.place) >= noise * noise
        };
        if line.last().is_none_or(step) {
            line.push(*mark);
        }
    }
    line
}

/// Pauses of `way`: the stays within it that are no stops, and stands of seconds that sharp fixes show.
fn pauses(marks: &[Mark], casts: &[Cast], way: &Way) -> Vec<Pause> {
    let mut pauses: Vec<Pause> = casts
        .iter()
        .filter(|cast| cast.role != Role::Stop && cast.stay.first >= way.first && cast.stay.last < way.end)
        .map(|cast| Pause {
            wait: cast.role == Role::Wait,
            from: cast.from.at,
            until: cast.until.at,
            place: cast.stay.anchor,
        })
        .collect();
    stood(marks, &mut pauses);
    pauses
}

/// Adds the stands of seconds that sharp fixes show beside the known `pauses`, and sorts them.
fn stood(marks: &[Mark], pauses: &mut Vec<Pause>) {
    let long = pauses.len();
    let stand = |head: &Mark, until: f64, pauses: &mut Vec<Pause>| {
        let within = pauses
            .iter()
            .take(long)
            .any(|pause| pause.from <= until && head.seconds <= pause.until);
        let lasts = until - head.seconds >= HALT_S;
        if lasts && !within && pauses.len() < HALTS_MAX {
            pauses.push(Pause {
                wait: false,
                from: head.seconds,
                until,
                place: head.place,
            });
        }
        lasts
    };
    // marks that have not moved; who slows down has its oldest ones taken off until the rest stands
    let mut still: VecDeque<&Mark> = VecDeque::new();
    for mark in marks.iter().filter(|mark| mark.sigma <= SHARP_SIGMA_M) {
        while let (Some(head), Some(last)) = (still.front(), still.back()) {
            if mark.place.distance_m(&head.place) <= HALT_M.max(3.0 * mark.sigma) {
                break;
            }
            if stand(head, last.seconds, pauses) {
                still.clear();
            } else {
                still.pop_front();
            }
        }
        still.push_back(mark);
    }
    if let (Some(head), Some(last)) = (still.front(), still.back()) {
        stand(head, last.seconds, pauses);
    }
    pauses.sort_by(|a, b| a.from.total_cmp(&b.from));
    pauses.dedup_by(|next, last| {
        let one = !next.wait
            && !last.wait
            && next.from - last.until <= HALT_S
            && next.place.distance_m(&last.place) <= 2.0 * HALT_M;
        if one {
            last.until = next.until;
        }
        one
    });
}

/// Splits the way where its means changes: by the mean speed over a minute, without pauses; legs too short to tell join
/// their neighbours.
fn legs(line: &[Mark], pauses: &[Pause], way: &Way, config: &Config) -> Vec<Leg> {
    let paused = |from: f64, until: f64| -> f64 {
        pauses
            .iter()
            .map(|pause| (pause.until.min(until) - pause.from.max(from)).max(0.0))
            .sum()
    };
    let mut legs: Vec<Leg> = Vec::new();
    let mut tail = 0;
    for (a, b) in steps(line) {
        while line
            .get(tail)
            .is_some_and(|mark| b.seconds - mark.seconds > SPEED_OVER_S && mark.seconds < a.seconds)
        {
            tail += 1;
        }
        let from = line.get(tail).unwrap_or(a);
        let moved_s = b.seconds - from.seconds - paused(from.seconds, b.seconds);
        let distance_m = a.place.distance_m(&b.place);
        let silent = b.seconds - a.seconds > config.gap_s;
        let walk = from.place.distance_m(&b.place) <= FOOT_M_S * moved_s.max(1.0);
        let leg = Leg {
            walk: walk && !silent,
            seen: !silent,
            from: a.seconds,
            until: b.seconds,
            distance_m,
        };
        match legs.last_mut() {
            Some(last) if last.walk == leg.walk && last.seen == leg.seen => {
                last.until = leg.until;
                last.distance_m += distance_m;
            }
            _ => legs.push(leg),
        }
    }
    join_short(&mut legs);
    if let Some(first) = legs.first_mut() {
        first.from = first.from.min(way.departed.at);
    }
    if let Some(last) = legs.last_mut() {
        last.until = last.until.max(way.arrived.at);
    }
    legs
}

/// Gives the shortest legs to the longer of their neighbours until all are long enough to be believed.
fn join_short(legs: &mut Vec<Leg>) {
    let too_short = |leg: &Leg| leg.seen && leg.until - leg.from < if leg.walk { WALK_S } else { RIDE_S };
    while legs.len() > 1 {
        let shortest = legs
            .iter()
            .enumerate()
            .filter(|(_, leg)| too_short(leg))
            .min_by(|a, b| (a.1.until - a.1.from).total_cmp(&(b.1.until - b.1.from)))
            .map(|(at, leg)| (at, *leg));
        let Some((at, leg)) = shortest else { return };
        let neighbour = |at: Option<usize>| {
            at.and_then(|at| legs.get(at))
                .map_or(-1.0, |leg| leg.until - leg.from)
        };
        let before = at.checked_sub(1);
        let into = if neighbour(before) >= neighbour(Some(at + 1)) {
            before.unwrap_or(at + 1)
        } else {
            at + 1
        };
        if let Some(into) = legs.get_mut(into) {
            into.from = into.from.min(leg.from);
            into.until = into.until.max(leg.until);
            into.distance_m += leg.distance_m;
        }
        legs.remove(at);
        legs.dedup_by(|next, last| {
            let same = next.walk == last.walk && next.seen == last.seen;
            if same {
                last.until = next.until;
                last.distance_m += next.distance_m;
            }
            same
        });
    }
}

/// Metres between two times, by the measure of trips. Where nothing was heard before or behind, the device is taken to
/// have gone on as it did on average.
pub(crate) fn measured_m(track: &Track, start: i64, end: i64, config: &Config) -> Option<f64> {
    let first = (0..track.len()).find(|at| track.at(*at).time >= start)?;
    let behind = (first..track.len())
        .find(|at| track.at(*at).time > end)
        .unwrap_or(track.len());
    let marks = track.range(first..behind);
    let mut stands = Vec::new();
    stood(marks, &mut stands);
    let knots = course(marks, &stands, &[]);
    let share = |outside: &Mark, inside: &Mark, edge: i64| {
        let whole = (inside.time - outside.time) as f64;
        outside.place.distance_m(&inside.place) * ((inside.time - edge) as f64 / whole).clamp(0.0, 1.0)
    };
    let (head, tail) = (&knots.first()?.mark, &knots.last()?.mark);
    let seen_m = length_m(&knots);
    let pace = pace_m_s(seen_m, tail.seconds - head.seconds, config);
    let before = first
        .checked_sub(1)
        .map_or(pace * (head.time - start) as f64 / 1e3, |before| {
            share(track.at(before), head, start)
        });
    let after = if behind < track.len() {
        share(track.at(behind), tail, end)
    } else {
        pace * (end - tail.time) as f64 / 1e3
    };
    (knots.len() >= 2).then_some(before + seen_m + after)
}

/// What to count for a second on the way in which nothing was heard, where it is not known what place it began or ended
/// at, m/s: the mean of what was seen, and no more than journeys come to.
pub(crate) fn pace_m_s(seen_m: f64, seconds: f64, config: &Config) -> f64 {
    (seen_m / seconds.max(1.0)).min(config.journey_m_s)
}
