//! Vehicles that drive and park, and what their trackers report, in order of time.

use trips::engine::{Millis, Place};

/// Midnight of the first day.
const BEGIN: Millis = 1_772_409_600_000;
const DAY_S: i64 = 86_400;
/// Seconds between reports on the way and when parked.
const DRIVING_S: i64 = 10;
const PARKED_S: i64 = 1800;
/// Error of a fix per axis and the accuracy that it states, metres.
const ERROR_M: f64 = 5.0;
const ACCURACY_M: f64 = 8.0;

/// One report of one vehicle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Report {
    pub(crate) vehicle: usize,
    pub(crate) time: Millis,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) accuracy_m: f64,
}

/// Name of a vehicle's tracker.
pub(crate) fn id(vehicle: usize) -> String {
    format!("8600{vehicle:011}")
}

#[derive(Debug)]
struct Vehicle {
    place: Place,
    heading: f64,
    /// Drives of today, in seconds of the day.
    drives: Vec<(i64, i64)>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Fleet {
    vehicles: Vec<Vehicle>,
    seed: u64,
    second: i64,
    end: i64,
    next: usize,
}

impl Fleet {
    pub(crate) fn new(vehicles: usize, days: i64) -> Self {
        let vehicle = |number: usize| Vehicle {
            place: Place::new(31.0, 121.0)
                .moved_m((number % 100) as f64 * 300.0, (number / 100) as f64 * 300.0),
            heading: 0.0,
            drives: Vec::new(),
        };
        Self {
            vehicles: (0..vehicles).map(vehicle).collect(),
            seed: 7,
            second: 0,
            end: days * DAY_S,
            next: 0,
        }
    }

    /// Between 0 and 1 (Knuth's MMIX generator), so that the fleet is the same everywhere.
    fn share(&mut self) -> f64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// One to six drives in slots of two hours and a half from six in the morning on.
    fn drives(&mut self) -> Vec<(i64, i64)> {
        let count = self.between(1.0, 7.0) as i64;
        (0..count)
            .map(|slot| {
                let leave = 6 * 3600 + slot * 9000 + self.between(0.0, 4800.0) as i64;
                (leave, leave + self.between(600.0, 3600.0) as i64)
            })
            .collect()
    }

    /// What the vehicle reports at this second, if it reports.
    fn report(&mut self, number: usize) -> Option<Report> {
        let of_day = self.second % DAY_S;
        if of_day == 0 {
            let drives = self.drives();
            self.vehicles.get_mut(number)?.drives = drives;
        }
        let (turn, speed) = (self.between(-0.4, 0.4), self.between(8.0, 16.0));
        let (east, north) = (
            self.between(-2.0, 2.0) * ERROR_M,
            self.between(-2.0, 2.0) * ERROR_M,
        );
        let vehicle = self.vehicles.get_mut(number)?;
        let drives = vehicle
            .drives
            .iter()
            .any(|(leave, arrive)| (*leave..*arrive).contains(&of_day));
        if drives {
            vehicle.heading += turn;
            let metres = speed * DRIVING_S as f64;
            vehicle.place = vehicle
                .place
                .moved_m(vehicle.heading.cos() * metres, vehicle.heading.sin() * metres);
        } else if (self.second + number as i64 * DRIVING_S) % PARKED_S != 0 {
            return None;
        }
        let seen = vehicle.place.moved_m(east, north);
        Some(Report {
            vehicle: number,
            time: BEGIN + self.second * 1000,
            latitude: seen.latitude,
            longitude: seen.longitude,
            accuracy_m: ACCURACY_M,
        })
    }
}

impl Iterator for Fleet {
    type Item = Report;

    fn next(&mut self) -> Option<Report> {
        while self.second < self.end {
            while self.next < self.vehicles.len() {
                self.next += 1;
                if let Some(report) = self.report(self.next - 1) {
                    return Some(report);
                }
            }
            self.next = 0;
            self.second += DRIVING_S;
        }
        None
    }
}
