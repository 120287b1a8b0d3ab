//! What is published: its kinds, its ids, and what makes two of them the same.

use events::Timestamp;
use events::trip::v1 as proto;
use events::trip::v1::Flag;
use serde::{Deserialize, Serialize};

use super::fix::Millis;
use super::role::Cast;
use super::travel::Travel;
use super::way::Way;

/// End of what has not ended, in a gist.
pub(crate) const ONGOING: Millis = Millis::MAX / 4;

/// A record to be published.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A trip.
    Trip(proto::Trip),
    /// A stop.
    Stop(proto::Stop),
}

impl Record {
    /// Its deterministic id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Trip(trip) => &trip.trip_id,
            Self::Stop(stop) => &stop.stop_id,
        }
    }

    /// True when it says that there was no such trip or stop.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        match self {
            Self::Trip(trip) => trip.withdrawn,
            Self::Stop(stop) => stop.withdrawn,
        }
    }

    /// Sorts records by device, then by time.
    #[must_use]
    pub fn order(&self) -> (&str, i64, i32) {
        let (device, start) = match self {
            Self::Trip(trip) => (&trip.device, &trip.start_time),
            Self::Stop(stop) => (&stop.device, &stop.start_time),
        };
        let start = start.unwrap_or_default();
        (device, start.seconds, start.nanos)
    }
}

/// What decides whether a record has changed enough to be published again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Gist {
    pub start: Millis,
    pub end: Millis,
    /// Metres of the way, or metres that the place moved by.
    pub size: f64,
    /// Fixes on the way.
    pub fixes: usize,
    /// Flags, legs and halts in one number.
    pub shape: u64,
}

/// Differences below these are not told: milliseconds, metres and fixes that every further fix may move.
const SAME_MS: Millis = 10_000;
const SAME_M: f64 = 30.0;
const SAME_FIXES: usize = 3;
const SAME_SHARE: f64 = 0.005;

impl Gist {
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        (self.start - other.start).abs() <= SAME_MS
            && (self.end - other.end).abs() <= SAME_MS
            && (self.size - other.size).abs() <= SAME_M.max(SAME_SHARE * other.size)
            && self.fixes.abs_diff(other.fixes) <= SAME_FIXES.max(other.fixes / 50)
            && self.shape == other.shape
    }
}

/// A record before it has a revision: what it is made of, and its gist.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// Time of the fix that names the record.
    pub key: Millis,
    pub gist: Gist,
    pub source: Source,
    /// The device has not been seen at its end.
    pub ongoing: bool,
}

/// What a record is made of.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Stop(Cast),
    Trip(Way, Travel),
}

impl Draft {
    pub(crate) fn is_trip(&self) -> bool {
        matches!(self.source, Source::Trip(..))
    }
}

pub(crate) fn stamp(time: Millis) -> Timestamp {
    Timestamp {
        seconds: time.div_euclid(1000),
        nanos: (time.rem_euclid(1000) * 1_000_000) as i32,
    }
}

/// Id of the trip or stop of `device` that the fix of time `key` names.
pub(crate) fn id(trip: bool, device: &str, key: Millis) -> String {
    let kind: &[u8] = if trip { b"trip" } else { b"stop" };
    events::id::deterministic(&[kind, device.as_bytes(), &key.to_be_bytes()]).to_string()
}

/// Flags, legs and halts in one number.
pub(crate) fn shape(flags: &[Flag], legs: usize, halts: usize) -> u64 {
    let flags = flags.iter().fold(0_u64, |bits, flag| bits | 1 << (*flag as u32));
    flags | (legs as u64) << 16 | (halts as u64) << 32
}
