//! The way as it most likely was: a smoother over the fixes, and its length.
//!
//! Position and velocity follow the constant-velocity model of tracking (Bar-Shalom, Li and Kirubarajan 2001, section
//! 6.2) in two equal axes; the filter of Kalman (1960) runs forwards, the smoother of Rauch, Tung and Striebel (1965)
//! back. A stated accuracy is the noise of its fix, so that a coarse fix bends the way little and a sharp one much.
//! Fixes that the result contradicts are trusted less in a second and a third pass.

use super::track::Mark;
use super::travel::{Leg, Pause};

/// How much the velocity of a vehicle changes, m²/s³ per axis: bends, lights and traffic.
const RIDE_JERK: f64 = 6.0;
/// The same on foot.
const WALK_JERK: f64 = 0.5;
/// Spread of speeds that a way may begin with, m/s.
const FIRST_SPEED_M_S: f64 = 20.0;
/// Of fixes closer together than this only the best counts, seconds.
const APART_S: f64 = 0.9;
/// A fix further off than this many standard deviations is trusted less.
const STRAY: f64 = 2.0;
/// Passes over the fixes.
const PASSES: usize = 3;
/// Standard deviation of the place of a pause, metres.
const PAUSE_SIGMA_M: f64 = 3.0;
/// The curve between two fixes is known when they are no further apart than this, seconds.
const CURVE_S: f64 = 60.0;
/// Parts that the curve between two fixes is measured in.
const CURVE_PARTS: i32 = 6;

/// A point of the way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Knot {
    /// The fix that it belongs to, moved to where it most likely was.
    pub mark: Mark,
    /// Metres per second to the east and the north.
    velocity: (f64, f64),
    /// Nothing moves on the way to the next knot.
    stands: bool,
}

/// The way through `marks`, still during `pauses`, by the means of `legs`. Both are in order of time.
pub(crate) fn course(marks: &[Mark], pauses: &[Pause], legs: &[Leg]) -> Vec<Knot> {
    let mut knots = Vec::with_capacity(marks.len() + 2 * pauses.len());
    let mut rest = marks.iter().peekable();
    let mut segment: Vec<Mark> = Vec::new();
    for pause in pauses {
        while let Some(mark) = rest.next_if(|mark| mark.seconds < pause.from) {
            add(&mut segment, *mark);
        }
        let mut last = None;
        while let Some(mark) = rest.next_if(|mark| mark.seconds <= pause.until) {
            last = Some(*mark);
        }
        let Some(pattern) = last.or_else(|| segment.last().copied()) else {
            continue;
        };
        let edge = |seconds: f64| Mark {
            seconds,
            place: pause.place,
            sigma: PAUSE_SIGMA_M,
            ..pattern
        };
        let from = segment
            .last()
            .map_or(pause.from, |last| pause.from.max(last.seconds + APART_S));
        segment.push(edge(from));
        smooth(&segment, legs, &mut knots);
        if let Some(knot) = knots.last_mut() {
            knot.stands = true;
        }
        segment.clear();
        segment.push(edge(pause.until.max(from + APART_S)));
    }
    rest.for_each(|mark| add(&mut segment, *mark));
    smooth(&segment, legs, &mut knots);
    knots
}

/// Metres along the way.
pub(crate) fn length_m(knots: &[Knot]) -> f64 {
    knots
        .iter()
        .zip(knots.iter().skip(1))
        .map(|(a, b)| step_m(a, b))
        .sum()
}

fn add(segment: &mut Vec<Mark>, mark: Mark) {
    match segment.last_mut() {
        Some(last) if mark.seconds - last.seconds < APART_S => {
            if mark.sigma < last.sigma {
                *last = mark;
            }
        }
        _ => segment.push(mark),
    }
}

/// Metres between two knots: along the cubic curve that has their velocities, else straight on.
fn step_m(a: &Knot, b: &Knot) -> f64 {
    if a.stands {
        return 0.0;
    }
    let (east, north) = a.mark.place.offset_m(&b.mark.place);
    let chord = east.hypot(north);
    let dt = b.mark.seconds - a.mark.seconds;
    if dt > CURVE_S {
        return chord;
    }
    let mut at = (0.0, 0.0);
    let mut length = 0.0;
    for part in 1..=CURVE_PARTS {
        let h = f64::from(part) / f64::from(CURVE_PARTS);
        let (leave, reach, end) = (
            h * (1.0 - h) * (1.0 - h) * dt,
            h * h * (h - 1.0) * dt,
            h * h * (3.0 - 2.0 * h),
        );
        let next = (
            leave * a.velocity.0 + reach * b.velocity.0 + end * east,
            leave * a.velocity.1 + reach * b.velocity.1 + end * north,
        );
        length += (next.0 - at.0).hypot(next.1 - at.1);
        at = next;
    }
    length
}

/// Position and velocity of both axes, and their covariance, which is the same for both.
#[derive(Debug, Clone, Copy)]
struct State {
    place: (f64, f64),
    velocity: (f64, f64),
    /// Variance of the place, covariance, variance of the velocity.
    covariance: (f64, f64, f64),
}

impl State {
    fn predicted(&self, dt: f64, jerk: f64) -> Self {
        let (p, c, v) = self.covariance;
        Self {
            place: (
                self.place.0 + dt * self.velocity.0,
                self.place.1 + dt * self.velocity.1,
            ),
            velocity: self.velocity,
            covariance: (
                p + dt * (2.0 * c + dt * v) + jerk * dt * dt * dt / 3.0,
                c + dt * v + jerk * dt * dt / 2.0,
                v + jerk * dt,
            ),
        }
    }

    fn seen(&self, place: (f64, f64), variance: f64) -> Self {
        let (p, c, v) = self.covariance;
        let (gain, gain_v) = (p / (p + variance), c / (p + variance));
        let (x, y) = (place.0 - self.place.0, place.1 - self.place.1);
        Self {
            place: (self.place.0 + gain * x, self.place.1 + gain * y),
            velocity: (self.velocity.0 + gain_v * x, self.velocity.1 + gain_v * y),
            covariance: (p - gain * p, c - gain * c, v - gain_v * c),
        }
    }

    /// This filtered state `dt` before `next`, given what was `predicted` for it and that it turned out as `next`.
    fn smoothed(&self, next: &Self, predicted: &Self, dt: f64) -> Self {
        let (p, c, v) = self.covariance;
        let (pp, pc, pv) = predicted.covariance;
        let determinant = pp * pv - pc * pc;
        if determinant <= 0.0 {
            return *self;
        }
        let (ahead, ahead_v) = (p + dt * c, c + dt * v);
        let to_place = (
            (ahead * pv - c * pc) / determinant,
            (c * pp - ahead * pc) / determinant,
        );
        let to_velocity = (
            (ahead_v * pv - v * pc) / determinant,
            (v * pp - ahead_v * pc) / determinant,
        );
        let (x, y) = (next.place.0 - predicted.place.0, next.place.1 - predicted.place.1);
        let (vx, vy) = (
            next.velocity.0 - predicted.velocity.0,
            next.velocity.1 - predicted.velocity.1,
        );
        Self {
            place: (
                self.place.0 + to_place.0 * x + to_place.1 * vx,
                self.place.1 + to_place.0 * y + to_place.1 * vy,
            ),
            velocity: (
                self.velocity.0 + to_velocity.0 * x + to_velocity.1 * vx,
                self.velocity.1 + to_velocity.0 * y + to_velocity.1 * vy,
            ),
            covariance: self.covariance,
        }
    }
}

/// A fix in metres from the first one, with the variance it is trusted with.
#[derive(Debug, Clone, Copy)]
struct Sight {
    place: (f64, f64),
    variance: f64,
    /// Seconds since the one before, and how the velocity changed in them.
    dt: f64,
    jerk: f64,
}

/// Appends the way through `segment`.
fn smooth(segment: &[Mark], legs: &[Leg], knots: &mut Vec<Knot>) {
    let Some(origin) = segment.first() else { return };
    let mut legs = legs.iter().peekable();
    let mut before = origin.seconds;
    let mut sights: Vec<Sight> = segment
        .iter()
        .map(|mark| {
            while legs.next_if(|leg| leg.until < mark.seconds).is_some() {}
            let walks = legs.peek().is_some_and(|leg| leg.walk);
            let dt = mark.seconds - before;
            before = mark.seconds;
            Sight {
                place: origin.place.offset_m(&mark.place),
                variance: mark.sigma * mark.sigma,
                dt,
                jerk: if walks { WALK_JERK } else { RIDE_JERK },
            }
        })
        .collect();
    let mut states = pass(&sights);
    for _ in 1..PASSES {
        for ((sight, state), mark) in sights.iter_mut().zip(&states).zip(segment) {
            let off = (sight.place.0 - state.place.0).hypot(sight.place.1 - state.place.1);
            let strays = (off * off / sight.variance / (STRAY * STRAY)).max(1.0);
            sight.variance = mark.sigma * mark.sigma * strays;
        }
        states = pass(&sights);
    }
    knots.extend(
        segment
            .iter()
            .zip(&sights)
            .zip(&states)
            .map(|((mark, sight), state)| Knot {
                mark: Mark {
                    place: mark
                        .place
                        .moved_m(state.place.0 - sight.place.0, state.place.1 - sight.place.1),
                    ..*mark
                },
                velocity: state.velocity,
                stands: false,
            }),
    );
}

/// Filters forwards and smooths back.
fn pass(sights: &[Sight]) -> Vec<State> {
    let mut predictions: Vec<State> = Vec::with_capacity(sights.len());
    let mut states: Vec<State> = Vec::with_capacity(sights.len());
    for sight in sights {
        let prediction = states.last().map_or(
            State {
                place: sight.place,
                velocity: (0.0, 0.0),
                covariance: (sight.variance, 0.0, FIRST_SPEED_M_S * FIRST_SPEED_M_S),
            },
            |state| state.predicted(sight.dt, sight.jerk),
        );
        predictions.push(prediction);
        states.push(if states.is_empty() {
            prediction
        } else {
            prediction.seen(sight.place, sight.variance)
        });
    }
    let mut next: Option<(State, &State, f64)> = None;
    for ((state, prediction), sight) in states.iter_mut().zip(&predictions).zip(sights).rev() {
        if let Some((after, predicted, dt)) = next {
            *state = state.smoothed(&after, predicted, dt);
        }
        next = Some((*state, prediction, sight.dt));
    }
    states
}

#[cfg(test)]
mod tests {
    use super::super::place::Place;
    use super::*;

    /// A mark at these metres from a place on land.
    fn mark(seconds: f64, east: f64, north: f64, sigma: f64) -> Mark {
        Mark {
            seconds,
            place: Place::new(31.2, 121.4).moved_m(east, north),
            sigma,
            speed: None,
            odometer: None,
            time: (seconds * 1e3) as i64,
        }
    }

    fn length(marks: &[Mark], pauses: &[Pause]) -> f64 {
        length_m(&course(marks, pauses, &[]))
    }

    #[test]
    fn a_straight_way_keeps_its_length() {
        let marks: Vec<Mark> = (0..100)
            .map(|at| mark(f64::from(at) * 10.0, f64::from(at) * 139.0, 0.0, 5.0))
            .collect();
        let metres = length(&marks, &[]);
        assert!((metres - 99.0 * 139.0).abs() < 5.0, "{metres}");
    }

    #[test]
    fn a_zigzag_of_errors_is_no_way() {
        let off = |at: i32| if at % 2 == 0 { 30.0 } else { -30.0 };
        let marks: Vec<Mark> = (0..200)
            .map(|at| mark(f64::from(at) * 2.0, f64::from(at) * 20.0, off(at), 43.0))
            .collect();
        let raw: f64 = marks
            .windows(2)
            .map(|pair| pair[0].place.distance_m(&pair[1].place))
            .sum();
        let metres = length(&marks, &[]);
        assert!(raw > 12_000.0, "{raw}");
        assert!((metres - 3980.0).abs() < 80.0, "{metres}");
    }

    #[test]
    fn a_circle_is_longer_than_its_chords() {
        let turn = |at: i32| f64::from(at) * 0.25;
        let marks: Vec<Mark> = (0..60)
            .map(|at| {
                mark(
                    f64::from(at) * 10.0,
                    400.0 * turn(at).cos(),
                    400.0 * turn(at).sin(),
                    3.0,
                )
            })
            .collect();
        let metres = length(&marks, &[]);
        let true_m = 400.0 * turn(59);
        assert!((metres / true_m - 1.0).abs() < 0.01, "{metres} of {true_m}");
    }

    #[test]
    fn a_pause_counts_nothing() {
        let go = (0..50).map(|at| mark(f64::from(at) * 10.0, f64::from(at) * 100.0, 0.0, 5.0));
        let off = |at: i32| if at % 2 == 0 { 15.0 } else { -15.0 };
        let stand = (50..100).map(|at| mark(f64::from(at) * 10.0, 5000.0 + off(at), 0.0, 10.0));
        let on = (100..150).map(|at| mark(f64::from(at) * 10.0, f64::from(at - 50) * 100.0, 0.0, 5.0));
        let marks: Vec<Mark> = go.chain(stand).chain(on).collect();
        let pause = Pause {
            wait: false,
            from: 500.0,
            until: 1000.0,
            place: Place::new(31.2, 121.4).moved_m(5000.0, 0.0),
        };
        let metres = length(&marks, &[pause]);
        assert!((metres - 9900.0).abs() < 30.0, "{metres}");
    }

    #[test]
    fn a_fix_far_off_the_way_bends_it_little() {
        let mut marks: Vec<Mark> = (0..60)
            .map(|at| mark(f64::from(at) * 10.0, f64::from(at) * 100.0, 0.0, 8.0))
            .collect();
        marks[30].place = marks[30].place.moved_m(0.0, 400.0);
        let metres = length(&marks, &[]);
        // straight through it would be 625 m more
        assert!(metres < 5900.0 + 200.0, "{metres}");
    }

    #[test]
    fn no_marks_are_no_way() {
        assert!(course(&[], &[], &[]).is_empty());
    }
}
