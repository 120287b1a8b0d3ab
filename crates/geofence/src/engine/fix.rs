use events::position::v1::{Position, Source};
use spatial::{InvalidPoint, Point};

use super::Settings;

/// The earliest time that is taken: clocks that were never set say 1970 or 1980.
pub(super) const FIRST_TIME_MS: i64 = 946_684_800_000;

/// What the engine needs of a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    /// Time of the fix, Unix milliseconds.
    pub time: i64,
    /// Where.
    pub point: Point,
    /// Radius in metres that holds the true place with 68 % probability; 0 where nothing is known, and the
    /// coordinates are taken as they are.
    pub accuracy_m: f32,
    /// Metres above mean sea level; NaN where unknown.
    pub altitude_m: f32,
}

/// A position that is no evidence of anything. It is kept in the rejects, unless the device itself says that it has no fix.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Quarantine {
    /// The position has no time.
    #[error("expected the time of the fix, found none")]
    NoTime,
    /// The time cannot be right.
    #[error("the fix is dated before the year 2000: the device has no clock yet")]
    TooEarly,
    /// The time is ahead of the time of arrival.
    #[error(
        "the fix is dated {ahead_s} s after it was received: check the clock and the time zone of the device"
    )]
    Future {
        /// Seconds ahead.
        ahead_s: i64,
    },
    /// The coordinates are no place.
    #[error("the coordinates are no place: {0}")]
    Place(#[from] InvalidPoint),
    /// Latitude and longitude are both zero: a device without a fix.
    #[error("latitude and longitude are both zero: the device had no fix")]
    Zero,
    /// The device says that it has no fix.
    #[error("the device says that it has no fix")]
    NotValid,
    /// Older than what is kept of the device.
    #[error(
        "the fix is {behind_s} s older than the newest of the device, beyond the horizon: recompute from the stored positions"
    )]
    TooOld {
        /// Seconds behind the newest fix.
        behind_s: i64,
    },
}

impl Quarantine {
    /// Reason from the closed set of the rejects.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::TooOld { .. } => "late",
            Self::Future { .. } => "future",
            _ => "field",
        }
    }
}

impl Fix {
    /// Reads a position. `arrival` is the time at which it was received, Unix milliseconds.
    ///
    /// # Errors
    /// When the position is no evidence.
    pub fn read(position: &Position, arrival: i64, settings: &Settings) -> Result<Self, Quarantine> {
        let time = position.fix_time.as_ref().map(millis).ok_or(Quarantine::NoTime)?;
        if time < FIRST_TIME_MS {
            return Err(Quarantine::TooEarly);
        }
        let ahead = time.saturating_sub(arrival);
        if ahead > settings.future_ms {
            return Err(Quarantine::Future {
                ahead_s: ahead / 1000,
            });
        }
        if !position.valid {
            return Err(Quarantine::NotValid);
        }
        let point = Point::new(position.latitude, position.longitude)?;
        if point.latitude == 0.0 && point.longitude == 0.0 {
            return Err(Quarantine::Zero);
        }
        #[allow(
            clippy::cast_possible_truncation,
            reason = "single precision holds millimetres of accuracy and height"
        )]
        Ok(Self {
            time,
            point,
            accuracy_m: accuracy(position, settings) as f32,
            altitude_m: position.altitude_m.map_or(f32::NAN, |altitude| altitude as f32),
        })
    }

    /// Height where it is known.
    pub(super) fn altitude(&self) -> Option<f64> {
        (!self.altitude_m.is_nan()).then_some(f64::from(self.altitude_m))
    }

    /// True when the two say the same.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        self.time == other.time && self.point == other.point
    }

    /// Of two fixes of the same time, whether this one is to be believed: the more accurate, and when that does not
    /// decide, a fixed choice that does not depend on the order of arrival.
    pub(super) fn beats(&self, other: &Self) -> bool {
        let key = |fix: &Self| (fix.assumed_accuracy_m(), fix.point.latitude, fix.point.longitude);
        let (ours, theirs) = (key(self), key(other));
        ours.0
            .total_cmp(&theirs.0)
            .then(ours.1.total_cmp(&theirs.1))
            .then(ours.2.total_cmp(&theirs.2))
            .is_lt()
    }

    /// Accuracy, or what is usual where it is unknown.
    pub(super) fn assumed_accuracy_m(&self) -> f64 {
        if self.accuracy_m > 0.0 {
            f64::from(self.accuracy_m)
        } else {
            USUAL_ACCURACY_M
        }
    }
}

/// Accuracy of an ordinary satellite fix in metres, for the number of fixes that a change takes when a device does not say.
const USUAL_ACCURACY_M: f64 = 10.0;

fn accuracy(position: &Position, settings: &Settings) -> f64 {
    match position.accuracy_m {
        Some(metres) if metres.is_finite() && metres > 0.0 => metres,
        _ => match position.source() {
            Source::Cell => settings.cell_accuracy_m,
            Source::Wifi => settings.wifi_accuracy_m,
            _ => 0.0,
        },
    }
}

/// Unix milliseconds of a timestamp.
#[must_use]
pub fn millis(at: &events::Timestamp) -> i64 {
    at.seconds
        .saturating_mul(1000)
        .saturating_add(i64::from(at.nanos) / 1_000_000)
}

/// The timestamp of Unix milliseconds.
#[must_use]
pub fn timestamp(millis: i64) -> events::Timestamp {
    events::Timestamp {
        seconds: millis.div_euclid(1000),
        nanos: i32::try_from(millis.rem_euclid(1000)).unwrap_or_default() * 1_000_000,
    }
}
