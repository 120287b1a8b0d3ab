//! Scripted days: what a device reports while its carrier does what the script says.

use events::trip::v1::{Finality, Flag, HaltKind, Stop, Trip};
use trips::engine::{Config, Device, Fix, Millis, Place, Record};

/// 2026-03-02T00:00:00Z.
pub(crate) const MIDNIGHT: Millis = 1_772_409_600_000;

/// A day in the making: time and place of the carrier, and the fixes so far.
#[derive(Debug, Clone)]
pub(crate) struct Day {
    pub(crate) now_s: f64,
    place: Place,
    /// Seconds between reports.
    every_s: f64,
    pub(crate) accuracy_m: f64,
    odometer_m: Option<f64>,
    /// Metres that the odometer counts per metre.
    odometer_rate: f64,
    seed: u64,
    pub(crate) fixes: Vec<Fix>,
}

impl Day {
    pub(crate) fn new() -> Self {
        Self {
            now_s: 8.0 * 3600.0,
            place: Place::new(31.2304, 121.4737),
            every_s: 10.0,
            accuracy_m: 8.0,
            odometer_m: None,
            odometer_rate: 1.0,
            seed: 7,
            fixes: Vec::new(),
        }
    }

    pub(crate) fn every(mut self, seconds: f64) -> Self {
        self.every_s = seconds;
        self
    }

    pub(crate) fn accuracy(mut self, metres: f64) -> Self {
        self.accuracy_m = metres;
        self
    }

    pub(crate) fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    pub(crate) fn odometer(mut self, start_m: f64, rate: f64) -> Self {
        self.odometer_m = Some(start_m);
        self.odometer_rate = rate;
        self
    }

    /// Uniform between -1 and 1 (Knuth's MMIX generator), so that days are the same everywhere.
    fn random(&mut self) -> f64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    fn error(&mut self) -> f64 {
        // the sum of three uniforms has a standard deviation of one
        (self.random() + self.random() + self.random()) * self.accuracy_m / 1.51
    }

    /// One report from `east`, `north` metres off the true place.
    pub(crate) fn report_off(&mut self, east: f64, north: f64) {
        let place = self.place.moved_m(east, north);
        let time = MIDNIGHT + (self.now_s * 1e3) as Millis;
        self.fixes.extend(
            Fix::new(time, place.latitude, place.longitude, self.accuracy_m)
                .map(|fix| fix.with_odometer(self.odometer_m)),
        );
    }

    fn report(&mut self) {
        let (east, north) = (self.error(), self.error());
        self.report_off(east, north);
    }

    /// Stays for a while.
    pub(crate) fn park(mut self, seconds: f64) -> Self {
        let until = self.now_s + seconds;
        while self.now_s < until {
            self.report();
            self.now_s += self.every_s;
        }
        self.now_s = until;
        self
    }

    /// Says nothing for a while, and is `east`, `north` metres away afterwards.
    pub(crate) fn silent(mut self, seconds: f64, east: f64, north: f64) -> Self {
        self.now_s += seconds;
        self.place = self.place.moved_m(east, north);
        self.odometer_m = self
            .odometer_m
            .map(|odometer| odometer + east.hypot(north) * self.odometer_rate);
        self
    }

    /// Goes `metres` at `speed_m_s` in the direction `heading` (degrees, clockwise from north).
    pub(crate) fn go(mut self, metres: f64, speed_m_s: f64, heading: f64) -> Self {
        let (north, east) = (heading.to_radians().cos(), heading.to_radians().sin());
        let (start, began_s) = (self.place, self.now_s);
        let odometer = self.odometer_m;
        let until = began_s + metres / speed_m_s;
        let at = |seconds: f64| (seconds - began_s) * speed_m_s;
        while self.now_s < until {
            let gone = at(self.now_s);
            self.place = start.moved_m(east * gone, north * gone);
            self.odometer_m = odometer.map(|odometer| odometer + gone * self.odometer_rate);
            self.report();
            self.now_s += self.every_s;
        }
        self.now_s = until;
        self.place = start.moved_m(east * metres, north * metres);
        self.odometer_m = odometer.map(|odometer| odometer + metres * self.odometer_rate);
        self
    }

    /// Drives at 50 km/h to the north-east.
    pub(crate) fn drive(self, metres: f64) -> Self {
        self.go(metres, 50.0 / 3.6, 45.0)
    }
}

/// The last revisions of what was published, in order of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Result {
    pub(crate) trips: Vec<Trip>,
    pub(crate) stops: Vec<Stop>,
}

impl Result {
    pub(crate) fn of(records: impl IntoIterator<Item = Record>) -> Self {
        let mut result = Self::default();
        for record in records {
            match record {
                Record::Trip(trip) => {
                    result.trips.retain(|known| known.trip_id != trip.trip_id);
                    result.trips.push(trip);
                }
                Record::Stop(stop) => {
                    result.stops.retain(|known| known.stop_id != stop.stop_id);
                    result.stops.push(stop);
                }
            }
        }
        result.trips.retain(|trip| !trip.withdrawn);
        result.stops.retain(|stop| !stop.withdrawn);
        result
            .trips
            .sort_by_key(|trip| trip.start_time.as_ref().map(|at| (at.seconds, at.nanos)));
        result
            .stops
            .sort_by_key(|stop| stop.start_time.as_ref().map(|at| (at.seconds, at.nanos)));
        result
    }

    /// The same without revisions, which count what was published on the way.
    pub(crate) fn settled(mut self) -> Self {
        self.trips.iter_mut().for_each(|trip| trip.revision = 0);
        self.stops.iter_mut().for_each(|stop| stop.revision = 0);
        self
    }
}

/// What a device publishes when the fixes come in this order and results are asked for as they are due.
pub(crate) fn published(fixes: &[Fix], config: &Config) -> Vec<Record> {
    let mut device = Device::default();
    let mut records = Vec::new();
    let mut newest = Millis::MIN;
    for fix in fixes {
        device.push(*fix, None, config);
        newest = newest.max(fix.time);
        if device.is_due(config) {
            records.extend(device.update("d", newest, config));
        }
    }
    records.extend(device.close("d", config));
    records
}

/// The end of that.
pub(crate) fn result(fixes: &[Fix]) -> Result {
    let result = Result::of(published(fixes, &Config::default()));
    assert!(result.trips.iter().all(|trip| trip.finality() == Finality::Final));
    result
}

/// Seconds since the midnight of the script.
pub(crate) fn second(at: Option<&events::Timestamp>) -> f64 {
    let at = at.expect("a time");
    (at.seconds * 1000 - MIDNIGHT) as f64 / 1e3 + f64::from(at.nanos) / 1e9
}

pub(crate) fn has(trip: &Trip, flag: Flag) -> bool {
    trip.flags.contains(&(flag as i32))
}

/// Seconds of the halts of that kind.
pub(crate) fn halts(trip: &Trip, kind: HaltKind) -> Vec<f64> {
    let lasted =
        |halt: &events::trip::v1::Halt| second(halt.end_time.as_ref()) - second(halt.start_time.as_ref());
    trip.halts
        .iter()
        .filter(|halt| halt.kind() == kind)
        .map(lasted)
        .collect()
}

pub(crate) fn estimate(trip: &Trip) -> f64 {
    trip.distance.as_ref().expect("a distance").estimate_m
}

/// A shuffle that is the same everywhere.
pub(crate) fn shuffled<T>(mut items: Vec<T>, seed: u64) -> Vec<T> {
    let mut state = seed;
    for at in (1..items.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        items.swap(at, (state >> 33) as usize % (at + 1));
    }
    items
}
