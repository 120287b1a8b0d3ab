use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::Coverage;
use super::fix::{Alarms, Fix, HeardTower, Source};
use super::noise::{ASSISTED, CELL, GNSS, Noise};
use crate::world::{Actor, Leg, Point, Sensor, State, World, to_degrees};

/// Something a device does.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// When, in seconds since the world's start.
    pub at: f64,
    /// What.
    pub what: What,
}

/// Kinds of actions.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The network is there: connect, or connect again.
    Connect,
    /// The network is gone.
    Disconnect,
    /// A sign of life without position.
    Heartbeat(Fix),
    /// A fix as it is made.
    Live(Fix),
    /// Fixes that could not be sent when they were made, oldest first.
    Stored(Vec<Fix>),
}

/// Fixes in one refill message.
const REFILL: usize = 10;
/// Fixes that a device can keep; the oldest are lost when it is full, as in real devices.
const MEMORY: usize = 2000;
/// Seconds between reports on the way.
const MOVING_S: f64 = 10.0;
/// Seconds between reports of a telephone on the way.
const PHONE_MOVING_S: f64 = 30.0;
/// Seconds between reports at rest.
const RESTING_S: f64 = 60.0;
/// One device in so many is switched on when the world begins.
const SWITCHED_ON: usize = 7;
/// Seconds between reports of a telephone at rest, and of a device without satellites.
const SLOW_S: f64 = 300.0;
/// km/h above which a vehicle's device raises the alarm; the fastest road allows 80.
const ALARM_KMH: f64 = 82.0;

/// The actions of one device, in order of time. An iterator that never looks at anything but the world.
#[derive(Debug)]
pub struct Diary<'a> {
    world: &'a World,
    actor: &'a Actor,
    coverage: Coverage,
    noise: Noise,
    rng: StdRng,
    /// Time of the next measurement, a whole second.
    next: f64,
    connected: bool,
    memory: Vec<Fix>,
    /// Actions that are due at the same measurement.
    due: std::collections::VecDeque<Action>,
    /// Leg for which a telephone has noticed that it moves, and when it does.
    noticed: (usize, f64),
    since_heartbeat: f64,
    first: bool,
}

impl<'a> Diary<'a> {
    /// Diary of one actor's device.
    #[must_use]
    pub fn new(world: &'a World, actor: &'a Actor) -> Self {
        let index = actor.identity.index;
        let seed = world.settings.seed ^ (index as u64 + 1).wrapping_mul(0xd134_2543_de82_ef95);
        let mut rng = StdRng::seed_from_u64(seed);
        Self {
            world,
            actor,
            coverage: Coverage::of(world, index),
            noise: Noise::new(seed ^ 0x6e6f_6973),
            // Devices are not in step.
            next: f64::from(rng.random_range(0..RESTING_S as u32)),
            rng,
            connected: false,
            memory: Vec::new(),
            due: std::collections::VecDeque::new(),
            noticed: (usize::MAX, 0.0),
            since_heartbeat: 0.0,
            first: true,
        }
    }

    /// Leaves out what happens before `t`; the device is switched on then.
    #[must_use]
    pub fn from(mut self, t: f64) -> Self {
        self.next += t.ceil();
        self
    }

    fn measure(&mut self) {
        let t = self.next;
        let state = self.actor.track.at(t, &self.world.places);
        let moving = state.under_way && self.notices(self.actor.track.leg_at(t)) <= t;
        self.next = self.woken(t, t + self.interval(moving));
        let online = self.coverage.reaches(state.point, t);
        if online != self.connected {
            self.connected = online;
            let what = if online { What::Connect } else { What::Disconnect };
            self.due.push_back(Action { at: t, what });
        }
        let fix = self.fix(t, &state, moving);
        if !online {
            if self.memory.len() == MEMORY {
                self.memory.remove(0);
            }
            self.memory.push(fix);
            return;
        }
        // Every other make sends what is new before what is old.
        let live = Action {
            at: t,
            what: What::Live(fix.clone()),
        };
        let old_first = self.actor.identity.index.is_multiple_of(2);
        if !old_first {
            self.due.push_back(live.clone());
        }
        let memory = std::mem::take(&mut self.memory);
        for fixes in memory.chunks(REFILL) {
            self.due.push_back(Action {
                at: t,
                what: What::Stored(fixes.to_vec()),
            });
        }
        if old_first {
            self.due.push_back(live);
        }
        self.since_heartbeat += 1.0;
        if !moving && self.since_heartbeat >= 3.0 {
            self.since_heartbeat = 0.0;
            self.due.push_back(Action {
                at: t,
                what: What::Heartbeat(fix),
            });
        }
    }

    fn interval(&self, moving: bool) -> f64 {
        match (self.actor.identity.sensor, moving) {
            (Sensor::Tracker, true) => MOVING_S,
            (Sensor::Tracker, false) => RESTING_S,
            (Sensor::Phone, true) => PHONE_MOVING_S,
            (Sensor::Phone, false) | (Sensor::Cell, _) => SLOW_S,
        }
    }

    /// When the device notices that it is under way on a leg. Telephones do so late: in the traces the first fix comes
    /// 203 s after the start in the median and 552 s in one case of ten, a log-normal delay.
    fn notices(&mut self, leg: usize) -> f64 {
        // Fixes are made on whole seconds.
        let start = self.actor.track.legs()[leg].start.ceil();
        if self.actor.identity.sensor != Sensor::Phone {
            return start;
        }
        if self.noticed.0 != leg {
            let (u, v): (f64, f64) = (self.rng.random(), self.rng.random());
            let normal = (-2.0 * (1.0 - u).ln()).sqrt() * (v * std::f64::consts::TAU).cos();
            self.noticed = (leg, (start + 203.0 * (0.78 * normal).exp()).ceil());
        }
        self.noticed.1
    }

    /// The time of the next measurement: `planned`, or earlier when the device wakes because it moves.
    fn woken(&mut self, t: f64, planned: f64) -> f64 {
        let leg = self.actor.track.leg_at(planned);
        match self.actor.track.legs()[leg].leg {
            Leg::Go { .. } => {
                let notice = self.notices(leg);
                if notice > t && notice < planned {
                    notice
                } else {
                    planned
                }
            }
            Leg::Stay { .. } => planned,
        }
    }

    fn fix(&mut self, t: f64, state: &State, moving: bool) -> Fix {
        let identity = &self.actor.identity;
        let first = std::mem::replace(&mut self.first, false);
        let (source, model) = match identity.sensor {
            Sensor::Cell => (Source::Cell, &CELL),
            Sensor::Phone if !moving => (Source::Assisted, &ASSISTED),
            Sensor::Phone | Sensor::Tracker => (Source::Gnss, &GNSS),
        };
        // A receiver that was just switched on has no fix yet; most have been on for long.
        let valid = !(first && identity.index.is_multiple_of(SWITCHED_ON));
        let error = self.noise.at(t, model);
        let believed = Point::new(state.point.x + error.east_m, state.point.y + error.north_m);
        let degrees = to_degrees(believed);
        let speed_kmh = if moving { state.speed * 3.6 } else { 0.0 };
        let hours = t / 3600.0;
        let battery = if self.actor.occupation.is_vehicle() {
            100
        } else {
            (100.0 - (hours % 24.0) * 3.4).clamp(5.0, 100.0) as u8
        };
        let sos = self.rng.random_bool(1.0 / 20_000.0);
        Fix {
            time: self.world.time(t).as_second(),
            source,
            valid,
            latitude: if valid { degrees.latitude } else { 0.0 },
            longitude: if valid { degrees.longitude } else { 0.0 },
            accuracy_m: error.accuracy_m,
            altitude_m: 23.0 + 4.0 * (believed.x / 3000.0).sin(),
            speed_kmh,
            heading_deg: state.heading as u16 % 360,
            satellites: if valid {
                (16.0 - error.accuracy_m / 4.0).clamp(4.0, 14.0) as u8
            } else {
                0
            },
            acc_on: self.actor.occupation.is_vehicle().then_some(state.under_way),
            odometer_m: 10_000_000.0 + identity.index as f64 * 123_000.0 + state.odometer,
            battery_percent: battery,
            csq: self.rng.random_range(12..=31),
            alarms: Alarms {
                sos,
                overspeed: self.actor.occupation.is_vehicle() && speed_kmh > ALARM_KMH,
                power_cut: false,
                low_battery: battery < 15,
            },
            towers: self.towers(state.point),
        }
    }

    fn towers(&self, point: Point) -> Vec<HeardTower> {
        let count = if self.actor.identity.sensor == Sensor::Cell {
            4
        } else {
            1
        };
        self.world
            .towers
            .heard(point)
            .into_iter()
            .take(count)
            .map(|(id, _, distance)| HeardTower {
                id,
                signal: (110.0 - distance / 25.0).clamp(20.0, 110.0) as u8,
            })
            .collect()
    }
}

impl Iterator for Diary<'_> {
    type Item = Action;

    fn next(&mut self) -> Option<Action> {
        loop {
            if let Some(action) = self.due.pop_front() {
                return Some(action);
            }
            if self.next >= self.world.end() {
                return None;
            }
            self.measure();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Settings, World};

    fn world() -> World {
        World::generate(Settings {
            seed: 5,
            start: "2026-03-02T00:00:00+08:00".parse().unwrap(),
            days: 1,
            devices: 20,
        })
    }

    #[test]
    fn every_measured_fix_is_sent_once_live_or_stored_and_none_while_offline() {
        let world = world();
        let mut stored = 0;
        for actor in &world.actors {
            let mut connected = false;
            let mut last_live = i64::MIN;
            let mut times = Vec::new();
            for action in Diary::new(&world, actor) {
                match action.what {
                    What::Connect => assert!(!std::mem::replace(&mut connected, true)),
                    What::Disconnect => assert!(std::mem::replace(&mut connected, false)),
                    What::Heartbeat(_) => assert!(connected),
                    What::Live(fix) => {
                        assert!(connected);
                        assert!(fix.time > last_live);
                        last_live = fix.time;
                        times.push(fix.time);
                    }
                    What::Stored(fixes) => {
                        assert!(connected);
                        assert!(!fixes.is_empty() && fixes.len() <= REFILL);
                        stored += fixes.len();
                        times.extend(fixes.iter().map(|fix| fix.time));
                    }
                }
            }
            let sent = times.len();
            times.sort_unstable();
            times.dedup();
            assert_eq!(times.len(), sent, "{} sends a fix twice", actor.name);
        }
        assert!(stored > 100, "only {stored} fixes were stored");
    }

    #[test]
    fn trackers_report_every_ten_seconds_on_the_way_and_stay_near_the_truth() {
        let world = world();
        let courier = &world.actors[1];
        let mut far = 0;
        let mut count = 0;
        let mut previous: Option<f64> = None;
        for action in Diary::new(&world, courier) {
            let What::Live(fix) = action.what else { continue };
            let truth = courier.track.at(action.at, &world.places);
            if truth.under_way {
                if let Some(before) = previous.filter(|before| action.at - before < 60.0) {
                    assert!((action.at - before - MOVING_S).abs() < 1e-6 || action.at - before > MOVING_S);
                }
                previous = Some(action.at);
            }
            if fix.valid {
                let point = crate::world::to_point(crate::world::Degrees {
                    latitude: fix.latitude,
                    longitude: fix.longitude,
                });
                count += 1;
                if point.distance(truth.point) > 30.0 {
                    far += 1;
                }
            }
        }
        assert!(count > 1500, "{count}");
        assert!(far * 4 < count, "{far} of {count} further than 30 m");
    }
}
