use crate::world::{Actor, Leg, Mode, PlaceId, Point};

/// A rest of at least this many seconds ends a trip; a shorter one is a halt within it.
const STOP_S: f64 = 5.0 * 60.0;
/// A trip reaches a point at least this many metres from its start.
const DISPLACEMENT_M: f64 = 300.0;

/// A journey between two stops.
#[derive(Debug, Clone, PartialEq)]
pub struct Trip {
    /// Departure, seconds since the world's start.
    pub start: f64,
    /// Arrival.
    pub end: f64,
    /// Where it began.
    pub from: PlaceId,
    /// Where it ended.
    pub to: PlaceId,
    /// Metres made.
    pub distance_m: f64,
    /// How; the mode of the first leg.
    pub mode: Mode,
    /// Rests of less than five minutes on the way.
    pub halts: usize,
}

/// A rest of five minutes and more.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// Begin, seconds since the world's start.
    pub start: f64,
    /// End.
    pub end: f64,
    /// Where.
    pub place: PlaceId,
}

/// The stops of one actor, in order.
#[must_use]
pub fn stops(actor: &Actor) -> Vec<Stop> {
    actor
        .track
        .legs()
        .iter()
        .filter_map(|timed| match timed.leg {
            Leg::Stay { place } if timed.end - timed.start >= STOP_S => Some(Stop {
                start: timed.start,
                end: timed.end,
                place,
            }),
            _ => None,
        })
        .collect()
}

/// The trips of one actor, in order.
#[must_use]
pub fn trips(actor: &Actor) -> Vec<Trip> {
    let mut trips: Vec<(Trip, Point, f64)> = Vec::new();
    let mut open = false;
    for timed in actor.track.legs() {
        match &timed.leg {
            Leg::Stay { .. } => open &= timed.end - timed.start < STOP_S,
            Leg::Go { from, to, motion } => {
                let start = motion.line().first().copied().unwrap_or_default();
                if !open {
                    let trip = Trip {
                        start: timed.start,
                        end: timed.end,
                        from: *from,
                        to: *to,
                        distance_m: 0.0,
                        mode: motion.mode(),
                        halts: 0,
                    };
                    trips.push((trip, start, 0.0));
                }
                if let Some((trip, origin, reach)) = trips.last_mut() {
                    trip.halts += usize::from(open);
                    trip.end = timed.end;
                    trip.to = *to;
                    trip.distance_m += motion.length_m();
                    let furthest = motion.line().iter().map(|p| p.distance(*origin));
                    *reach = furthest.fold(*reach, f64::max);
                }
                open = true;
            }
        }
    }
    trips
        .into_iter()
        .filter(|(_, _, reach)| *reach >= DISPLACEMENT_M)
        .map(|(trip, _, _)| trip)
        .collect()
}
