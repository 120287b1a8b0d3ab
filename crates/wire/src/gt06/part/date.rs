use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::{Facts, ItemValue, Octets, Parsed, Part, Shown, Stated};
use crate::{Time, Value};

/// Year without the century, month, day, hour, minute, second: one binary byte each (not packed decimal).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(
    /// The bytes.
    pub [u8; 6],
);

impl Date {
    /// The date where the bytes are one: month 13 has been seen.
    #[must_use]
    pub fn civil(self) -> Option<DateTime> {
        let [year, month, day, hour, minute, second] = self.0.map(|byte| i8::try_from(byte).ok());
        let year = i16::from(year.filter(|year| *year < 100)?).checked_add(2000)?;
        DateTime::new(year, month?, day?, hour?, minute?, second?, 0).ok()
    }

    /// The time, when the date is told in a zone that is `zone_min` minutes east of UTC.
    #[must_use]
    pub fn in_zone(self, zone_min: i32) -> Option<Time> {
        let offset = Offset::from_seconds(zone_min.checked_mul(60)?).ok()?;
        let timestamp = offset.to_timestamp(self.civil()?).ok()?;
        Some(Time(timestamp.as_millisecond()))
    }

    /// The date of a time in a zone; zeros outside the years 2000 to 2099.
    #[must_use]
    pub fn from_time(time: Time, zone_min: i32) -> Self {
        let civil = || -> Option<[u8; 6]> {
            let offset = Offset::from_seconds(zone_min.checked_mul(60)?).ok()?;
            let civil = offset.to_datetime(jiff::Timestamp::from_millisecond(time.0).ok()?);
            let year = u8::try_from(civil.year().checked_sub(2000)?)
                .ok()
                .filter(|year| *year < 100)?;
            let [month, day, hour, minute, second] = [
                civil.month(),
                civil.day(),
                civil.hour(),
                civil.minute(),
                civil.second(),
            ]
            .map(i8::unsigned_abs);
            Some([year, month, day, hour, minute, second])
        };
        Self(civil().unwrap_or_default())
    }
}

fn shown(civil: Option<DateTime>) -> Shown {
    match civil {
        Some(civil) => Shown::plain(Value::Text(civil.to_string())),
        None => Shown {
            value: Value::Bytes,
            note: "no date".to_owned(),
            parts: Vec::new(),
        },
    }
}

impl<'a> Part<'a> for Date {
    #[inline]
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, Octets(bytes)) = Octets::parse(input)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        shown(self.civil())
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.date(name, Stated::Civil(*self), self.bytes());
    }
}

/// The same as packed decimal: the Topin dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BcdDate(
    /// The bytes.
    pub [u8; 6],
);

impl BcdDate {
    /// The same date with binary bytes; nibbles over 9 make it one that is none.
    #[must_use]
    pub fn binary(self) -> Date {
        Date(self.0.map(|byte| match (byte >> 4, byte & 0x0F) {
            (high @ 0..=9, low @ 0..=9) => high.saturating_mul(10).saturating_add(low),
            _ => u8::MAX,
        }))
    }
}

impl<'a> Part<'a> for BcdDate {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, Octets(bytes)) = Octets::parse(input)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        shown(self.binary().civil())
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.date(name, Stated::Civil(self.binary()), self.bytes());
    }
}

/// Seconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixTime(
    /// The seconds.
    pub u32,
);

impl<'a> Part<'a> for UnixTime {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, seconds) = u32::parse(input)?;
        Ok((input, Self(seconds)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        let time = jiff::Timestamp::from_second(i64::from(self.0))
            .map_or_else(|_| String::new(), |time| time.to_string());
        Shown {
            value: Value::Text(time),
            note: format!("raw {}", self.0),
            parts: Vec::new(),
        }
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        if self.0 == 0 {
            facts.item(name, self.bytes(), ItemValue::Number(0.0));
        } else {
            facts.date(name, Stated::Unix(self.0), self.bytes());
        }
    }
}
