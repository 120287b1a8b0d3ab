//! From a position event to what the engine takes.

use events::position::v1::{Position, Quality, Source};

use crate::engine::{Config, Fix, Millis};

/// Devices did not report positions before 2000; a clock that says so was never set.
const EARLIEST_MS: Millis = 946_684_800_000;
/// Accuracies in metres to assume of fixes that state none.
const CELL_M: f64 = 1500.0;
const WIFI_M: f64 = 60.0;

/// Why a position is no fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Unusable {
    /// The device says that the coordinates are old or empty.
    #[error("the device says that the position is not valid")]
    NotValid,
    /// No time, or one before 2000.
    #[error("the time of the fix is none, or before 2000")]
    Time,
    /// No place on earth, or 0/0.
    #[error("the coordinates are no place on earth, or both zero")]
    Place,
}

impl Unusable {
    /// Name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotValid => "not-valid",
            Self::Time => "time",
            Self::Place => "place",
        }
    }
}

fn millis(at: &events::Timestamp) -> Millis {
    at.seconds * 1000 + Millis::from(at.nanos) / 1_000_000
}

/// The fix of a position, and when it arrived where that is known.
///
/// # Errors
/// When it has no time or place that can be used.
pub fn fix(position: &Position, config: &Config) -> Result<(Fix, Option<Millis>), Unusable> {
    if !position.valid {
        return Err(Unusable::NotValid);
    }
    let time = position
        .fix_time
        .as_ref()
        .map(millis)
        .filter(|time| *time >= EARLIEST_MS)
        .ok_or(Unusable::Time)?;
    if position.quality.contains(&(Quality::ImpossibleTime as i32)) {
        return Err(Unusable::Time);
    }
    let accuracy_m =
        position
            .accuracy_m
            .filter(|accuracy| *accuracy > 0.0)
            .unwrap_or(match position.source() {
                Source::Cell => CELL_M,
                Source::Wifi => WIFI_M,
                _ => config.accuracy_m,
            });
    let believable = !position.quality.contains(&(Quality::ImpossibleSpeed as i32));
    let speed_m_s = position.speed_kmh.filter(|_| believable).map(|speed| speed / 3.6);
    let fix = Fix::new(time, position.latitude, position.longitude, accuracy_m)
        .ok_or(Unusable::Place)?
        .with_speed(speed_m_s)
        .with_odometer(position.odometer_m);
    Ok((fix, position.received_at.as_ref().map(millis)))
}
