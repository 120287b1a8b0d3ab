//! Where one person or vehicle really is at any time of the simulated days.

use super::{Mode, Motion, PlaceId, Places, Point, RoadNetwork};

/// A stay at a place or a way between two.
#[derive(Debug)]
pub enum Leg {
    /// Standing at a place.
    Stay {
        /// Where.
        place: PlaceId,
    },
    /// On the way.
    Go {
        /// From where.
        from: PlaceId,
        /// To where.
        to: PlaceId,
        /// How.
        motion: Motion,
    },
}

/// A leg with its times, in seconds since the world's start.
#[derive(Debug)]
pub struct TimedLeg {
    /// Begin.
    pub start: f64,
    /// End, the begin of the next leg.
    pub end: f64,
    /// What is done.
    pub leg: Leg,
}

/// Everything one mover does, without a gap.
#[derive(Debug)]
pub struct Track {
    legs: Vec<TimedLeg>,
    /// Metres made before each leg.
    made: Vec<f64>,
}

/// Truth at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State {
    /// Where.
    pub point: Point,
    /// m/s.
    pub speed: f64,
    /// Course in degrees.
    pub heading: f64,
    /// True while on the way, red lights included.
    pub under_way: bool,
    /// How, while on the way.
    pub mode: Option<Mode>,
    /// Metres made since the world's start.
    pub odometer: f64,
}

impl Track {
    /// All legs in order.
    #[must_use]
    pub fn legs(&self) -> &[TimedLeg] {
        &self.legs
    }

    /// End of the last leg in seconds since the world's start.
    #[must_use]
    pub fn end(&self) -> f64 {
        self.legs.last().map_or(0.0, |leg| leg.end)
    }

    /// Index of the leg at `t`.
    #[must_use]
    pub fn leg_at(&self, t: f64) -> usize {
        self.legs.partition_point(|leg| leg.start <= t).max(1) - 1
    }

    /// Truth at `t` seconds since the world's start.
    #[must_use]
    pub fn at(&self, t: f64, places: &Places) -> State {
        let index = self.leg_at(t);
        let timed = &self.legs[index];
        match &timed.leg {
            Leg::Stay { place } => State {
                point: places.get(*place).point,
                speed: 0.0,
                heading: 0.0,
                under_way: false,
                mode: None,
                odometer: self.made[index],
            },
            Leg::Go { motion, .. } => {
                let moment = motion.at(t - timed.start);
                State {
                    point: moment.point,
                    speed: moment.speed,
                    heading: moment.heading,
                    under_way: true,
                    mode: Some(motion.mode()),
                    odometer: self.made[index] + moment.travelled,
                }
            }
        }
    }
}

/// Writes a [`Track`] leg by leg.
#[derive(Debug)]
pub struct Planner<'a> {
    roads: &'a RoadNetwork,
    places: &'a Places,
    legs: Vec<TimedLeg>,
    at: PlaceId,
    now: f64,
}

impl<'a> Planner<'a> {
    /// Begins at `place` at the world's start.
    #[must_use]
    pub fn new(roads: &'a RoadNetwork, places: &'a Places, place: PlaceId) -> Self {
        Self {
            roads,
            places,
            legs: Vec::new(),
            at: place,
            now: 0.0,
        }
    }

    /// Seconds since the world's start.
    #[must_use]
    pub fn now(&self) -> f64 {
        self.now
    }

    /// Where it stands now.
    #[must_use]
    pub fn place(&self) -> PlaceId {
        self.at
    }

    /// Stays until `time`; nothing when that is past.
    pub fn stay_until(&mut self, time: f64) {
        if time <= self.now {
            return;
        }
        let start = std::mem::replace(&mut self.now, time);
        match self.legs.last_mut() {
            Some(TimedLeg {
                end,
                leg: Leg::Stay { .. },
                ..
            }) => *end = time,
            _ => self.legs.push(TimedLeg {
                start,
                end: time,
                leg: Leg::Stay { place: self.at },
            }),
        }
    }

    /// The way to a place, not yet made.
    pub fn way(&self, to: PlaceId, mode: Mode, pace: f64, wait: impl FnMut() -> f64) -> Motion {
        let route = self.places.route(self.at, to, self.roads);
        Motion::along(&route, mode, pace, wait)
    }

    /// Makes a way now.
    pub fn go(&mut self, to: PlaceId, motion: Motion) {
        if to == self.at {
            return;
        }
        let start = self.now;
        self.now += motion.duration_s();
        self.legs.push(TimedLeg {
            start,
            end: self.now,
            leg: Leg::Go {
                from: self.at,
                to,
                motion,
            },
        });
        self.at = to;
    }

    /// The finished track.
    #[must_use]
    pub fn finish(self) -> Track {
        let mut sum = 0.0;
        let made = self
            .legs
            .iter()
            .map(|timed| {
                let before = sum;
                if let Leg::Go { motion, .. } = &timed.leg {
                    sum += motion.length_m();
                }
                before
            })
            .collect();
        Track {
            legs: self.legs,
            made,
        }
    }
}
