//! The simulated town: roads, places, fences, towers, and what everybody does there.
//!
//! Everything follows from [`Settings`]: the same settings give the same world on every machine. Nothing here does
//! I/O or reads a clock. Times are seconds since the world's start, which is a midnight in Wuhan (UTC+8).

mod day;
mod fences;
mod geojson;
mod motion;
mod people;
mod places;
mod plane;
mod roads;
mod roster;
mod towers;
mod track;

pub use day::{Occupation, plan};
pub use fences::{Fence, Shape};
pub use motion::{Mode, Moment, Motion};
pub use people::{Actor, Identity, Protocol, Sensor, Transport};
pub use places::{Place, PlaceId, PlaceKind, Places};
pub use plane::{CENTRE, Degrees, Point, to_degrees, to_point};
pub use roads::{RoadClass, RoadNetwork, Stretch};
pub use towers::{TowerId, Towers};
pub use track::{Leg, Planner, State, TimedLeg, Track};

use jiff::{SignedDuration, Timestamp};

/// Seconds that Wuhan's clocks are ahead of UTC.
pub const UTC_OFFSET_S: i64 = 8 * 3600;

/// What a world is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Decides everything that is chance.
    pub seed: u64,
    /// Begin of the first day, a midnight in Wuhan.
    pub start: Timestamp,
    /// Days to be planned.
    pub days: u32,
    /// Devices in the field.
    pub devices: usize,
}

/// The simulated town with everything that happens in it.
#[derive(Debug)]
pub struct World {
    /// What it was made from.
    pub settings: Settings,
    /// The roads.
    pub roads: RoadNetwork,
    /// Offices, customers, homes.
    pub places: Places,
    /// Fences around places and on the way.
    pub fences: Vec<Fence>,
    /// Mobile network.
    pub towers: Towers,
    /// Everybody who carries or drives a device.
    pub actors: Vec<Actor>,
}

impl World {
    /// Makes the world of the settings.
    #[must_use]
    pub fn generate(settings: Settings) -> Self {
        let roads = RoadNetwork::generate(settings.seed);
        let places = Places::generate(settings.seed, settings.devices, &roads);
        let fences = fences::generate(&roads, &places);
        let actors = people::generate(&settings, &roads, &places);
        Self {
            settings,
            towers: Towers::generate(settings.seed),
            roads,
            places,
            fences,
            actors,
        }
    }

    /// The time `t` seconds after the world's start, to the millisecond.
    #[must_use]
    pub fn time(&self, t: f64) -> Timestamp {
        self.settings.start + SignedDuration::from_millis((t * 1000.0).round() as i64)
    }

    /// End of the last planned day in seconds since the start.
    #[must_use]
    pub fn end(&self) -> f64 {
        f64::from(self.settings.days) * 86_400.0
    }
}

/// The last midnight in Wuhan at or before `time`.
#[must_use]
pub fn midnight_before(time: Timestamp) -> Timestamp {
    let local = time.as_second() + UTC_OFFSET_S;
    time - SignedDuration::from_secs(local.rem_euclid(86_400))
        - SignedDuration::from_nanos(i64::from(time.subsec_nanosecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn settings(seed: u64) -> Settings {
        Settings {
            seed,
            start: "2026-03-02T00:00:00+08:00".parse().unwrap(),
            days: 1,
            devices: 20,
        }
    }

    fn fingerprint(world: &World) -> Vec<(u64, u64)> {
        world
            .actors
            .iter()
            .flat_map(|actor| {
                (0..24).map(|hour| actor.track.at(f64::from(hour) * 3600.0 + 17.0, &world.places))
            })
            .map(|state| (state.point.x.to_bits(), state.point.y.to_bits()))
            .collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_world_and_another_seed_another() {
        let world = World::generate(settings(7));
        assert_eq!(fingerprint(&world), fingerprint(&World::generate(settings(7))));
        assert_ne!(fingerprint(&world), fingerprint(&World::generate(settings(8))));
    }

    #[test]
    fn everybody_is_somewhere_all_day_and_nobody_jumps() {
        let world = World::generate(settings(11));
        for actor in &world.actors {
            let legs = actor.track.legs();
            assert_eq!(legs[0].start, 0.0);
            for pair in legs.windows(2) {
                assert_eq!(pair[0].end, pair[1].start, "{}", actor.name);
            }
            assert!(actor.track.end() >= world.end(), "{}", actor.name);
            let mut before = actor.track.at(0.0, &world.places);
            for second in 1..86_400 {
                let now = actor.track.at(f64::from(second), &world.places);
                let step = now.point.distance(before.point);
                assert!(step < 36.0, "{} jumps {step} m at {second}", actor.name);
                before = now;
            }
        }
    }

    #[test]
    fn midnight_is_wuhans() {
        let noon: Timestamp = "2026-03-02T12:34:56.5+08:00".parse().unwrap();
        assert_eq!(midnight_before(noon), settings(1).start);
        assert_eq!(midnight_before(settings(1).start), settings(1).start);
    }
}
