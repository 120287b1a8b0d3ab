//! Some hours of some devices among fences of which one is moved meanwhile, and what the engine makes of them.

use std::collections::BTreeMap;

use bus::Record;
use bytes::Bytes;
use events::fence::v1 as proto;
use events::position::v1::{Position, Source};
use events::{Message, Topic};
use geofence::engine::{Context, FenceSet, Fix, Memberships, Settings, Track, timestamp};
use jiff::Timestamp;
use spatial::{Frame, Point};

pub(crate) const DEVICES: usize = 30;
/// Fixes of each device in the day; some come twice.
const FIXES: i64 = 500;
const STEP_MS: i64 = 12_000;
/// Fence that every device enters with its last fix.
pub(crate) const DONE: &str = "done";
const PLACE: Point = Point {
    latitude: 31.23,
    longitude: 121.47,
};

/// What is written to the log.
pub(crate) struct Day {
    pub(crate) fences: Vec<Record>,
    pub(crate) positions: Vec<Record>,
}

/// A small generator with a seed (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.unit() * f64::from(count) < 1.0
    }
}

/// The point so many metres east and north of the place.
pub(crate) fn point(east: f64, north: f64) -> Point {
    Frame::at(PLACE).to_point([east, north])
}

/// A circle round a point so many metres east and north.
pub(crate) fn circle(id: &str, version: u32, (east, north): (f64, f64), radius_m: f64) -> proto::Fence {
    let centre = point(east, north);
    proto::Fence {
        id: id.into(),
        version,
        shape: Some(proto::fence::Shape::Circle(proto::Circle {
            latitude: centre.latitude,
            longitude: centre.longitude,
            radius_m,
        })),
        ..Default::default()
    }
}

pub(crate) fn record(topic: Topic, key: &str, message: &impl Message, at: i64) -> Record {
    Record {
        topic,
        key: Bytes::copy_from_slice(key.as_bytes()),
        value: Some(message.encode_to_vec().into()),
        headers: Vec::new(),
        timestamp: Timestamp::from_millisecond(at).unwrap(),
    }
}

pub(crate) fn position(device: &str, time: i64, place: Point, arrival: i64) -> Record {
    let position = Position {
        device: device.into(),
        fix_time: Some(timestamp(time)),
        received_at: Some(timestamp(arrival)),
        source: Source::Gnss.into(),
        valid: true,
        latitude: place.latitude,
        longitude: place.longitude,
        accuracy_m: Some(6.0),
        ..Default::default()
    };
    record(Topic::Positions, device, &position, arrival)
}

impl Day {
    /// A day that begins at `begin`, Unix milliseconds.
    pub(crate) fn new(begin: i64) -> Self {
        let moved = begin + FIXES / 2 * STEP_MS;
        let office = proto::Fence {
            rules: Some(proto::Rules {
                dwell_s: Some(300.0),
                ..Default::default()
            }),
            ..circle("office", 1, (0.0, 0.0), 150.0)
        };
        let fences = [
            (office, begin - 3_600_000),
            (circle("kiosk", 1, (-150.0, 50.0), 30.0), begin - 3_600_000),
            (circle("site", 1, (250.0, 0.0), 120.0), begin - 3_600_000),
            (circle(DONE, 1, (0.0, 9_000.0), 200.0), begin - 3_600_000),
            (circle("site", 2, (-250.0, 0.0), 120.0), moved),
        ];
        Self {
            fences: fences
                .iter()
                .map(|(fence, at)| record(Topic::Fences, &fence.id, fence, *at))
                .collect(),
            positions: (0..DEVICES)
                .flat_map(|number| positions(&format!("device-{number}"), begin, number as u64))
                .collect(),
        }
    }

    /// What the engine alone makes of it.
    pub(crate) fn expected(&self) -> BTreeMap<String, proto::FenceEvent> {
        let settings = Settings::default();
        let mut fences = FenceSet::new(settings.fence_retention_ms());
        for record in &self.fences {
            let fence = proto::Fence::decode(record.value.clone().unwrap()).unwrap();
            fences.define(&fence, record.timestamp.as_millisecond()).unwrap();
        }
        let mut tracks: BTreeMap<String, Track> = BTreeMap::new();
        let mut events = Vec::new();
        for record in &self.positions {
            let position = Position::decode(record.value.clone().unwrap()).unwrap();
            let arrival = record.timestamp.as_millisecond();
            let fix = Fix::read(&position, arrival, &settings).unwrap();
            let context = Context {
                settings: &settings,
                fences: &fences,
                members: &Memberships::default(),
                device: &position.device,
            };
            let mut changes = Vec::new();
            let track = tracks.entry(position.device.clone()).or_default();
            track.observe(fix, arrival, &context, &mut changes).unwrap();
            events.extend(changes.iter().map(|change| {
                let (fence, name) = fences.name_of(change.transition.fence).unwrap();
                change.to_event(&position.device, fence, name)
            }));
        }
        remaining(events)
    }
}

/// The fixes of one device as they arrive: some late, some twice, the last one when all others are there.
fn positions(device: &str, begin: i64, seed: u64) -> Vec<Record> {
    let mut dice = Dice(seed);
    let (mut east, mut north) = (0.0, 0.0);
    let mut arriving: Vec<(i64, i64, Point)> = Vec::new();
    let mut late_until = 0;
    for number in 0..FIXES {
        if number / 40 % 2 == 1 {
            east += (dice.unit() - 0.5) * 160.0 - east * 0.02;
            north += (dice.unit() - 0.5) * 160.0 - north * 0.02;
        }
        let place = point(east, north);
        if number >= late_until && dice.one_in(60) {
            late_until = number + 30;
        }
        let delay = if number < late_until { 120 } else { 0 };
        arriving.push((number + delay, number, place));
        if dice.one_in(10) {
            arriving.push((number + (dice.unit() * 100.0) as i64, number, place));
        }
    }
    // Far away for long enough to have left everything, then to the end.
    arriving.extend((FIXES..FIXES + 10).map(|number| (number + 200, number, point(0.0, 4_000.0))));
    arriving.push((FIXES + 300, FIXES + 20, point(0.0, 9_000.0)));
    arriving.sort_by_key(|(order, number, _)| (*order, *number));
    let mut arrival = begin;
    arriving
        .into_iter()
        .map(|(_, number, place)| {
            let time = begin + number * STEP_MS;
            arrival = arrival.max(time) + 1;
            position(device, time, place, arrival)
        })
        .collect()
}

/// Of each event the record of the highest revision, without those that were withdrawn, and without what tells how the
/// event became known. Fails when a revision does not grow.
pub(crate) fn remaining(events: Vec<proto::FenceEvent>) -> BTreeMap<String, proto::FenceEvent> {
    let mut newest: BTreeMap<String, proto::FenceEvent> = BTreeMap::new();
    for event in events {
        if let Some(before) = newest.insert(event.event_id.clone(), event.clone()) {
            assert!(before.revision < event.revision, "{before:?} then {event:?}");
        }
    }
    newest.retain(|_, event| !event.withdrawn);
    for event in newest.values_mut() {
        (event.revision, event.late, event.observed_at, event.retracts) = (0, false, None, String::new());
    }
    newest
}
