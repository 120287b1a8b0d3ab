//! A small world: fences around a place, fixes in metres from it, and what the engine made of them.

use std::collections::BTreeMap;

use events::fence::v1 as proto;
use geofence::engine::{
    Change, Context, FenceSet, Fix, Kind, Memberships, Quarantine, Settings, Taken, Track,
};
use spatial::{Frame, Point, distance};

/// Monday 2 March 2026, 00:00 UTC.
pub(crate) const MONDAY: i64 = 1_772_409_600_000;
/// How long versions of fences that have ended are kept.
pub(crate) const RETENTION_MS: i64 = 4 * 24 * 3_600_000;
/// Somewhere in Shanghai.
pub(crate) const PLACE: Point = Point {
    latitude: 31.2304,
    longitude: 121.4737,
};

/// Milliseconds of hours, minutes and seconds after [`MONDAY`].
pub(crate) fn at(hours: i64, minutes: i64, seconds: i64) -> i64 {
    MONDAY + ((hours * 60 + minutes) * 60 + seconds) * 1000
}

/// The point that lies so many metres east and north of [`PLACE`].
pub(crate) fn point(east: f64, north: f64) -> Point {
    Frame::at(PLACE).to_point([east, north])
}

/// A fix with an accuracy in metres; 0 = unknown.
pub(crate) fn fix(time: i64, place: Point, accuracy_m: f32) -> Fix {
    Fix {
        time,
        point: place,
        accuracy_m,
        altitude_m: f32::NAN,
    }
}

pub(crate) fn ring(corners: &[Point]) -> proto::Ring {
    let coordinates = corners
        .iter()
        .chain(corners.first())
        .flat_map(|point| [point.longitude, point.latitude])
        .collect();
    proto::Ring { coordinates }
}

/// A square of that half width around a point, metres.
pub(crate) fn square(east: f64, north: f64, half: f64) -> proto::Ring {
    ring(&[
        point(east - half, north - half),
        point(east + half, north - half),
        point(east + half, north + half),
        point(east - half, north + half),
    ])
}

pub(crate) fn area(id: &str, polygons: Vec<Vec<proto::Ring>>) -> proto::Fence {
    let polygons = polygons
        .into_iter()
        .map(|rings| proto::Polygon { rings })
        .collect();
    proto::Fence {
        id: id.into(),
        shape: Some(proto::fence::Shape::Area(proto::Area { polygons })),
        ..Default::default()
    }
}

pub(crate) fn circle(id: &str, centre: Point, radius_m: f64) -> proto::Fence {
    proto::Fence {
        id: id.into(),
        shape: Some(proto::fence::Shape::Circle(proto::Circle {
            latitude: centre.latitude,
            longitude: centre.longitude,
            radius_m,
        })),
        ..Default::default()
    }
}

pub(crate) fn with_rules(mut fence: proto::Fence, rules: proto::Rules) -> proto::Fence {
    fence.rules = Some(rules);
    fence
}

/// One device among fences.
pub(crate) struct World {
    pub(crate) fences: FenceSet,
    pub(crate) settings: Settings,
    pub(crate) members: Memberships,
    pub(crate) track: Track,
    /// Everything that was published.
    pub(crate) changes: Vec<Change>,
    arrival: i64,
}

impl World {
    pub(crate) fn new(fences: &[proto::Fence]) -> Self {
        let (fences, errors) = FenceSet::load(fences, RETENTION_MS);
        assert_eq!(errors, []);
        Self::among(fences)
    }

    pub(crate) fn among(fences: FenceSet) -> Self {
        Self {
            fences,
            settings: Settings::default(),
            members: Memberships::default(),
            track: Track::default(),
            changes: Vec::new(),
            arrival: i64::MIN,
        }
    }

    /// Takes a fix; it arrives when the newest one did.
    pub(crate) fn observe(&mut self, fix: Fix) -> Result<Taken, Quarantine> {
        self.arrival = self.arrival.max(fix.time);
        self.observe_at(fix, self.arrival)
    }

    pub(crate) fn observe_at(&mut self, fix: Fix, arrival: i64) -> Result<Taken, Quarantine> {
        let context = Context {
            settings: &self.settings,
            fences: &self.fences,
            members: &self.members,
            device: "D1",
        };
        self.track.observe(fix, arrival, &context, &mut self.changes)
    }

    pub(crate) fn advance(&mut self, until: i64) {
        let context = Context {
            settings: &self.settings,
            fences: &self.fences,
            members: &self.members,
            device: "D1",
        };
        self.track.advance(until, &context, &mut self.changes);
    }

    pub(crate) fn finish(&mut self, until: i64) {
        let context = Context {
            settings: &self.settings,
            fences: &self.fences,
            members: &self.members,
            device: "D1",
        };
        self.track.finish(until, &context, &mut self.changes);
    }

    /// What remains: of each event the highest revision, without what was withdrawn, in the order of time. Fails when a
    /// revision does not grow.
    pub(crate) fn remaining(&self) -> Vec<Remaining> {
        let mut records: BTreeMap<uuid::Uuid, &Change> = BTreeMap::new();
        for change in &self.changes {
            if let Some(before) = records.insert(change.event_id, change) {
                assert!(before.revision < change.revision, "{before:?} then {change:?}");
            }
        }
        let mut remaining: Vec<Remaining> = records
            .into_values()
            .filter(|change| !change.withdrawn)
            .map(|change| {
                let transition = &change.transition;
                let (fence, name) = self.fences.name_of(transition.fence).unwrap_or(("?", ""));
                let mut event = change.to_event("D1", fence, name);
                // These two tell how the event became known, not what happened.
                (event.revision, event.late, event.observed_at, event.retracts) =
                    (0, false, None, String::new());
                Remaining {
                    time: transition.event_time,
                    kind: transition.kind,
                    fence: fence.into(),
                    event,
                }
            })
            .collect();
        remaining.sort_by(|a, b| (a.time, a.kind, &a.fence).cmp(&(b.time, b.kind, &b.fence)));
        remaining
    }

    /// [`World::remaining`] as text, `enter yard 08:00:10`.
    pub(crate) fn summary(&self) -> Vec<String> {
        self.remaining().iter().map(ToString::to_string).collect()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Remaining {
    pub(crate) time: i64,
    pub(crate) kind: Kind,
    pub(crate) fence: String,
    pub(crate) event: proto::FenceEvent,
}

impl std::fmt::Display for Remaining {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = (self.time - MONDAY).div_euclid(1000);
        write!(
            f,
            "{} {} {:02}:{:02}:{:02}",
            self.kind.name(),
            self.fence,
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )
    }
}

/// Fixes each `step` seconds from `from` up to and with `until`, all at one point.
pub(crate) fn stay(from: i64, until: i64, step: i64, place: Point, accuracy_m: f32) -> Vec<Fix> {
    (0..)
        .map(|n| from + n * step * 1000)
        .take_while(|time| *time <= until)
        .map(|time| fix(time, place, accuracy_m))
        .collect()
}

/// A point in a direction from [`PLACE`].
pub(crate) fn away(azimuth: f64, metres: f64) -> Point {
    distance::destination(PLACE, azimuth, metres)
}
