//! The position that 0x0200 and seven other messages carry (JT/T 808-2019 §8.12).

mod alarm;
mod item;
pub mod items;
mod status;

pub use alarm::Alarms;
pub use item::{FixedTail, Item, ItemBuf, ItemIter, ItemList};
pub use items::ItemValue;
pub use status::{Load, Status};

use super::edition::Edition;
use super::part::{BcdTime, Parsed, Part, Scaled, Shown, Walk, layout};
use crate::{Field, Value};

layout! {
    shown = with_signs;
    /// The basic part, 28 bytes.
    pub struct Fix {
        /// Alarm bits.
        alarms: Alarms = "报警标志",
        /// Status bits.
        status: Status = "状态",
        /// Latitude without sign, in degrees; see [`Fix::latitude`].
        latitude_deg: Scaled<u32, 1_000_000> = "纬度",
        /// Longitude without sign, in degrees; see [`Fix::longitude`].
        longitude_deg: Scaled<u32, 1_000_000> = "经度",
        /// Height in metres. The standard says unsigned; below the sea it wraps, so it is read signed.
        altitude_m: i16 = "高程",
        /// Speed.
        speed_kmh: Scaled<u16, 10> = "速度",
        /// Course, 0 to 359, north 0, clockwise.
        heading_deg: u16 = "方向",
        /// Time of the fix by the terminal.
        time: BcdTime = "时间",
    }
}

impl Fix {
    /// Bytes of the basic part.
    pub const LENGTH: usize = 28;

    /// Latitude in degrees, north positive.
    #[must_use]
    pub fn latitude(&self) -> f64 {
        signed(self.latitude_deg.0, self.status.south())
    }

    /// Longitude in degrees, east positive.
    #[must_use]
    pub fn longitude(&self) -> f64 {
        signed(self.longitude_deg.0, self.status.west())
    }

    /// True when the terminal has a fix and its coordinates are plain: otherwise they are zero, old, or encrypted.
    #[must_use]
    pub fn valid(&self) -> bool {
        self.status.positioned() && !self.status.encrypted()
    }
}

/// Coordinates get the sign that the status bits say.
fn with_signs(fix: &Fix, fields: &mut [Field]) {
    for field in fields {
        match field.name.as_ref() {
            "latitude_deg" => field.value = Value::Number(fix.latitude()),
            "longitude_deg" => field.value = Value::Number(fix.longitude()),
            _ => {}
        }
    }
}

/// Degrees from an unsigned word and its hemisphere bit. Some terminals send two's complement instead.
fn signed(raw: u32, negative: bool) -> f64 {
    let two_complement = raw.cast_signed();
    if two_complement < 0 {
        f64::from(two_complement) / 1e6
    } else if negative {
        -f64::from(raw) / 1e6
    } else {
        f64::from(raw) / 1e6
    }
}

/// A position with its additional items: the body of 0x0200.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Location<'a> {
    /// The basic part.
    pub fix: Fix,
    /// What follows it.
    pub items: ItemList<'a>,
}

impl<'a> Part<'a> for Location<'a> {
    #[inline]
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, fix) = Fix::parse(input, edition)?;
        let (input, items) = ItemList::parse(input, edition)?;
        Ok((input, Self { fix, items }))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.fix.write(out, edition);
        self.items.write(out, edition);
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let (basic, rest) = raw.split_at_checked(Fix::LENGTH).unwrap_or((raw, &[]));
        let mut fields = self.fix.show(basic, at, edition).parts;
        let mut walk = Walk::new(rest, at.saturating_add(basic.len()), edition);
        walk.step::<ItemList<'a>>("items", "位置附加信息");
        fields.extend(walk.finish());
        Shown::parts(fields)
    }
}
