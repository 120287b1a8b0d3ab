use jiff::civil::DateTime;
use jiff::tz::Offset;
use std::fmt;

use super::{Octets, Parsed, Part, Shown};
use crate::Value;
use crate::jt808::edition::Edition;
use crate::session::Time;

/// The standard's time zone, GMT+8, in minutes east of UTC.
pub const GMT8_MINUTES: i32 = 480;

/// A time as six bytes of packed decimal `YY MM DD hh mm ss`, GMT+8 unless said otherwise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BcdTime(
    /// The bytes.
    pub [u8; 6],
);

impl BcdTime {
    /// The time in a zone that is `zone_minutes` east of UTC; `None` when it is no date (a nibble over 9, month 0,
    /// all zeros before the first fix).
    #[must_use]
    pub fn in_zone(self, zone_minutes: i32) -> Option<Time> {
        let civil = self.civil()?;
        let offset = Offset::from_seconds(zone_minutes.checked_mul(60)?).ok()?;
        offset
            .to_timestamp(civil)
            .ok()
            .map(|timestamp| Time(timestamp.as_millisecond()))
    }

    /// The time in the standard's zone.
    #[must_use]
    pub fn time(self) -> Option<Time> {
        self.in_zone(GMT8_MINUTES)
    }

    /// The bytes of a time in a zone that is `zone_minutes` east of UTC; zeros outside the years 2000 to 2099.
    #[must_use]
    pub fn from_time(time: Time, zone_minutes: i32) -> Self {
        let civil = || -> Option<[i8; 6]> {
            let offset = Offset::from_seconds(zone_minutes.checked_mul(60)?).ok()?;
            let civil = offset.to_datetime(jiff::Timestamp::from_millisecond(time.0).ok()?);
            let year = i8::try_from(civil.year().checked_sub(2000)?)
                .ok()
                .filter(|year| (0..100).contains(year))?;
            Some([
                year,
                civil.month(),
                civil.day(),
                civil.hour(),
                civil.minute(),
                civil.second(),
            ])
        };
        Self(civil().unwrap_or_default().map(to_bcd))
    }

    /// The digits as a date and time, where they are one.
    #[must_use]
    pub fn civil(self) -> Option<DateTime> {
        let [year, month, day, hour, minute, second] = self.0.map(from_bcd);
        DateTime::new(
            2000i16.checked_add(i16::from(year?))?,
            month?,
            day?,
            hour?,
            minute?,
            second?,
            0,
        )
        .ok()
    }
}

impl fmt::Debug for BcdTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.civil() {
            Some(civil) => write!(f, "{civil}"),
            None => write!(f, "{}", Octets(self.0).hex()),
        }
    }
}

impl<'a> Part<'a> for BcdTime {
    #[inline]
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, Octets(bytes)) = Octets::parse(input, edition)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.extend_from_slice(&self.0);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        match self.civil() {
            Some(civil) => Shown::plain(Value::Text(format!("{civil}+08:00"))),
            None => Shown {
                value: Value::Text(Octets(self.0).hex()),
                note: "no date".to_owned(),
                parts: Vec::new(),
            },
        }
    }
}

/// A packed byte as a number, `None` when a nibble is over 9.
fn from_bcd(byte: u8) -> Option<i8> {
    let (tens, ones) = (byte >> 4, byte & 15);
    if tens > 9 || ones > 9 {
        return None;
    }
    i8::try_from(tens.checked_mul(10)?.checked_add(ones)?).ok()
}

/// A number below 100 as a packed byte.
fn to_bcd(number: i8) -> u8 {
    let number = number.unsigned_abs();
    ((number / 10) << 4) | (number % 10)
}
