//! Which stays end a trip: a halt is too short, a wait for transport belongs to the trip, all else is a stop.

use super::config::Config;
use super::moment::{Moment, arrival, departure};
use super::place::Place;
use super::stay::Stay;
use super::story::Sample;
use super::track::Track;

/// The coarser the fixes, the longer a stay has to last to be told from slow movement: metres of error per second.
const SURE_M_S: f64 = 0.3;
/// Slower than this on average over two minutes is on foot, m/s.
const FOOT_M_S: f64 = 2.2;
/// On board of something when the mean speed over a minute reaches this, m/s: nobody runs so fast with a bag.
const ABOARD_M_S: f64 = 3.5;
/// The same when all that is known is the mean over a silence, m/s.
const CARRIED_M_S: f64 = 2.5;
/// Bicycles and scooters stay below this over a minute, m/s.
const LIGHT_M_S: f64 = 7.0;
/// A different vehicle is faster by this factor.
const FASTER: f64 = 1.5;
/// Only trains keep this mean speed up to two minutes from a stop, m/s.
const RAIL_M_S: f64 = 20.0;
/// Seconds before and after a stay in which its approach is measured.
const APPROACH_S: f64 = 120.0;
/// How somebody came is judged up to this distance from the place, metres: who stands at its door does not walk.
const DOOR_M: f64 = 50.0;
/// Who comes on foot has been on foot for this long, seconds.
const ACCESS_S: f64 = 180.0;
/// What counts as about a minute, seconds.
const MINUTE_S: (f64, f64) = (50.0, 130.0);
/// A top speed is not taken from fixes that leave it less sure than this, m/s.
const TOP_NOISE_M_S: f64 = 1.5;
/// Seconds before and after a stay in which the top speed is looked for.
pub(crate) const VICINITY_S: f64 = 1200.0;

/// What a stay means for the trips around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Ends the trip before and begins the one after.
    Stop,
    /// Too short to be a stop.
    Halt,
    /// Waiting for transport.
    Wait,
}

/// A stay with its times and its role.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cast {
    pub stay: Stay,
    pub from: Moment,
    pub until: Moment,
    pub role: Role,
}

/// Gives every stay its times and its role. Nothing else was heard of the device up to `known_until`, seconds on the
/// track: a stay at the end of the track lasts at least until then.
pub(crate) fn cast(
    track: &Track,
    samples: &[Sample],
    stays: &[Stay],
    known_until: f64,
    config: &Config,
) -> Vec<Cast> {
    let mut left = f64::NEG_INFINITY;
    stays
        .iter()
        .map(|stay| {
            let (mut from, until) = (arrival(track, stay, config), departure(track, stay, config));
            // the whole way in one silence: it is over by the first fix at the new place
            if from.at < left {
                from.at = from.latest;
            }
            left = until.at;
            let role = if stay.first == 0 {
                Role::Stop
            } else if stay.last + 1 >= track.len() {
                let lasted = known_until.max(until.at) - from.at;
                if lasted >= config.stop_s {
                    Role::Stop
                } else {
                    Role::Halt
                }
            } else {
                role(
                    &Vicinity {
                        track,
                        samples,
                        stay,
                        first: stay.first,
                        from: from.at,
                        place: stay.anchor,
                        until: until.at,
                    },
                    config,
                )
            };
            Cast {
                stay: *stay,
                from,
                until,
                role,
            }
        })
        .collect()
}

fn role(vicinity: &Vicinity<'_>, config: &Config) -> Role {
    let lasted = vicinity.until - vicinity.from;
    if lasted < config.stop_s.max(vicinity.stay.sigma / SURE_M_S) {
        return Role::Halt;
    }
    if lasted > config.wait_s {
        return Role::Stop;
    }
    let in_transit = config.transit.iter().any(|circle| {
        Place::new(circle.latitude, circle.longitude).distance_m(&vicinity.stay.anchor) <= circle.radius_m
    });
    let at_door = vicinity.at_door();
    let (came, went) = (at_door.approach(false), vicinity.approach(true));
    let top = |behind: bool| vicinity.top_speed(behind, VICINITY_S);
    let (top_before, top_behind) = (top(false), top(true));
    let reached = |top: Option<f64>, speed: f64| top.is_some_and(|top| top >= speed);
    let on_foot = came < FOOT_M_S && !reached(at_door.top_speed(false, ACCESS_S), FOOT_M_S);
    let boarded = on_foot && (reached(top_behind, ABOARD_M_S) || went >= CARRIED_M_S);
    // nothing is known of the way here when no two fixes of it tell a speed
    let changed = top_before
        .is_some_and(|before| before < LIGHT_M_S && reached(top_behind, LIGHT_M_S.max(FASTER * before)));
    let rail = lasted <= config.change_s && came.max(went) >= RAIL_M_S;
    if in_transit || boarded || changed || rail {
        Role::Wait
    } else {
        Role::Stop
    }
}

/// What lies around a stay.
#[derive(Clone, Copy)]
struct Vicinity<'a> {
    track: &'a Track,
    samples: &'a [Sample],
    stay: &'a Stay,
    /// First fix at the place, when it was reached, and where it is, as seen by who arrives.
    first: usize,
    from: f64,
    place: Place,
    until: f64,
}

impl Vicinity<'_> {
    /// The same as seen by somebody who has just come into sight of the place.
    fn at_door(&self) -> Self {
        let beyond = |at: &usize| {
            let mark = self.track.at(*at);
            mark.place.distance_m(&self.stay.anchor) > DOOR_M + 2.0 * mark.sigma
        };
        let recent = |at: &usize| self.from - self.track.at(*at).seconds <= ACCESS_S;
        let door = (0..self.stay.first).rev().take_while(recent).find(beyond);
        door.map_or(*self, |at| Self {
            first: at,
            from: self.track.at(at).seconds,
            place: self.track.at(at).place,
            ..*self
        })
    }

    /// Mean speed away from the place over two minutes before arriving or after leaving, m/s.
    fn approach(&self, behind: bool) -> f64 {
        let origin = if behind { self.until } else { self.from };
        let mut found = 0.0;
        let mut at = if behind { self.stay.last } else { self.first };
        loop {
            let next = if behind {
                Some(at + 1).filter(|next| *next < self.track.len())
            } else {
                at.checked_sub(1)
            };
            let Some(next) = next else { return found };
            at = next;
            let mark = self.track.at(at);
            let dt = (mark.seconds - origin).abs();
            if dt > 3.0 * APPROACH_S && found > 0.0 {
                return found;
            }
            if dt >= APPROACH_S / 2.0 {
                found = mark.place.distance_m(&self.place) / dt;
            }
            if dt >= APPROACH_S {
                return found;
            }
        }
    }

    /// Highest mean speed over about a minute in the `within` seconds before arriving or after leaving, m/s.
    fn top_speed(&self, behind: bool, within: f64) -> Option<f64> {
        let near = |sample: &&Sample| {
            let dt = if behind {
                sample.seconds - self.until
            } else {
                self.from - sample.seconds
            };
            (-30.0..=within).contains(&dt)
        };
        let low = self
            .samples
            .partition_point(|sample| sample.seconds < self.from - within);
        let window = self
            .samples
            .iter()
            .skip(low)
            .take_while(|sample| sample.seconds <= self.until + within);
        let picked: Vec<&Sample> = window.filter(near).collect();
        let mut top: Option<f64> = None;
        for (at, head) in picked.iter().enumerate() {
            for tail in picked.iter().skip(at + 1) {
                let dt = tail.seconds - head.seconds;
                if dt > MINUTE_S.1 {
                    break;
                }
                let noise = (head.variance + tail.variance).sqrt();
                if dt >= MINUTE_S.0 && noise <= TOP_NOISE_M_S * dt {
                    let speed = (head.place.distance_m(&tail.place) - noise) / dt;
                    top = Some(top.map_or(speed, |top| top.max(speed)));
                    break;
                }
            }
        }
        top
    }
}
