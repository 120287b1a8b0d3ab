//! Times as people write them in a roster.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// A moment as written: absolute, local, or a whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// With an offset.
    At(i64),
    /// Without: in the zone of the person.
    Local(DateTime),
    /// A whole day in the zone of the person.
    Day(Date),
}

/// A text that is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found:?}")]
pub struct NoTime {
    expected: &'static str,
    found: String,
}

impl When {
    /// Reads `2025-09-24`, `2025-09-24T09:00[:00]`, the same with a blank, or with an offset or `Z`.
    ///
    /// # Errors
    /// When the text is none of these.
    pub fn parse(text: &str) -> Result<Self, NoTime> {
        let text = text.trim();
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self::At(at.as_second()));
        }
        // A date alone also parses as a date-time at midnight, so it is tried first.
        if text.len() == 10
            && let Ok(day) = text.parse::<Date>()
        {
            return Ok(Self::Day(day));
        }
        text.parse::<DateTime>().map(Self::Local).map_err(|_| NoTime {
            expected: "a time like 2025-09-24T09:00, 2025-09-24T09:00:00+08:00 or 2025-09-24",
            found: text.to_owned(),
        })
    }

    /// The moment as the beginning of something: a day begins at its first second.
    #[must_use]
    pub fn begin(self, zone: &TimeZone) -> i64 {
        match self {
            Self::At(at) => at,
            Self::Local(local) => second(local, zone),
            Self::Day(day) => second(day.at(0, 0, 0, 0), zone),
        }
    }

    /// The moment as the end of something: a day ends where the next begins.
    #[must_use]
    pub fn finish(self, zone: &TimeZone) -> i64 {
        match self {
            Self::Day(day) => second(day.saturating_add(1.day()).at(0, 0, 0, 0), zone),
            other => other.begin(zone),
        }
    }
}

/// Unix second of a local time: in a gap of the clock the time as if it had not jumped, in a fold the first
/// (RFC 5545, 3.3.5).
#[must_use]
pub fn second(local: DateTime, zone: &TimeZone) -> i64 {
    zone.to_timestamp(local).map_or(0, Timestamp::as_second)
}

/// Local date of a Unix second.
#[must_use]
pub fn day(at: i64, zone: &TimeZone) -> Date {
    local(at, zone).date()
}

/// Local time of a Unix second.
#[must_use]
pub fn local(at: i64, zone: &TimeZone) -> DateTime {
    zone.to_datetime(Timestamp::from_second(at).unwrap_or_default())
}

/// Reads `09:00` as minutes after midnight; `24:00` to `48:00` are on the next day.
///
/// # Errors
/// When the text is no time of day.
pub fn minutes(text: &str) -> Result<u32, NoTime> {
    let no = || NoTime {
        expected: "a time of day like 09:00",
        found: text.to_owned(),
    };
    let (hours, minutes) = text.trim().split_once(':').ok_or_else(no)?;
    // Seconds are allowed where they say nothing: TOML writes its times with them.
    let minutes = minutes.strip_suffix(":00").unwrap_or(minutes);
    let hours: u32 = hours.parse().map_err(|_| no())?;
    let minutes: u32 = minutes.parse().map_err(|_| no())?;
    let sum = hours * 60 + minutes;
    if minutes < 60 && hours <= 48 && sum <= 48 * 60 {
        Ok(sum)
    } else {
        Err(no())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_local_absolute_or_a_whole_day() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let nine = "2025-09-24T01:00:00Z".parse::<Timestamp>().unwrap().as_second();
        for text in [
            "2025-09-24T09:00",
            "2025-09-24 09:00:00",
            "2025-09-24T09:00:00+08:00",
            "2025-09-24T01:00Z",
        ] {
            assert_eq!(When::parse(text).unwrap().begin(&zone), nine, "{text}");
        }
        let day = When::parse("2025-09-24").unwrap();
        assert_eq!(day.finish(&zone) - day.begin(&zone), 86_400);
        assert!(When::parse("tomorrow").is_err());
        assert_eq!((minutes("09:05"), minutes("33:00")), (Ok(545), Ok(1980)));
        assert!(minutes("9").is_err() && minutes("10:60").is_err() && minutes("50:00").is_err());
    }
}
