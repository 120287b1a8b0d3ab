use jiff::civil::DateTime;

use super::{AnswerResult, MessageId};
use crate::jt808::edition::Edition;
use crate::jt808::location::items::{AxesItem, SmallGroup};
use crate::jt808::part::{BcdTime, Bytes, Items, Octets, Parsed, Part, Shown, Walk, layout};
use crate::{Time, Value};

layout! {
    /// 0x5501 and, for a fix that was kept, 0x5502: the short position of Jointech's padlocks. Not in the standard;
    /// read as Traccar does.
    pub struct ShortPosition<'a> {
        /// When, UTC.
        time: DayFirstTime = "时间",
        /// Where.
        place: ShortPlace = "经纬度",
        /// Speed in knots, two decimal digits.
        speed_kn: BcdNumber = "速度",
        /// Course in steps of two degrees.
        heading_deg: TwoDegrees = "方向",
        /// Strength of the mobile network.
        signal: u8 = "信号强度",
        /// Satellites.
        satellites: u8 = "卫星数",
        /// Total distance.
        odometer_km: u32 = "里程",
        /// Battery; 0xAA and 0xAB while it is charged.
        battery_percent: u8 = "电池电量",
        /// Serving cell.
        cell_id: u32 = "CI",
        /// Its location area.
        lac: u16 = "LAC",
        /// Kind of product.
        product: u8 = "产品类型",
        /// State, by product.
        status: u16 = "状态",
        /// Alarms, by product.
        alarms: u16 = "报警",
        /// What follows.
        items: Items<ShortItem<'a>> = "附加信息",
    }
}

layout! {
    /// 0x4401: the answer to them.
    pub struct ShortReceipt {
        /// Id of the message.
        answered_id: MessageId = "应答ID",
        /// How it went.
        result: AnswerResult = "结果",
    }
}

/// Six bytes of packed decimal `DD MM YY hh mm ss`, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DayFirstTime(
    /// The bytes.
    pub [u8; 6],
);

impl DayFirstTime {
    fn year_first(self) -> BcdTime {
        let [day, month, year, hour, minute, second] = self.0;
        BcdTime([year, month, day, hour, minute, second])
    }

    /// The time; `None` when it is no date.
    #[must_use]
    pub fn time(self) -> Option<Time> {
        self.year_first().in_zone(0)
    }

    fn civil(self) -> Option<DateTime> {
        self.year_first().civil()
    }
}

impl<'a> Part<'a> for DayFirstTime {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, Octets(bytes)) = Octets::parse(input, edition)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.extend_from_slice(&self.0);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        match self.civil() {
            Some(civil) => Shown::plain(Value::Text(format!("{civil}Z"))),
            None => Shown {
                note: "no date".to_owned(),
                ..Shown::plain(Value::Text(Octets(self.0).hex()))
            },
        }
    }
}

/// Latitude as eight decimal digits `ddmmmmmm`, longitude as nine `dddmmmmmm`, minutes in ten-thousandths, and a digit
/// of flags: bit 0 positioned, bit 1 north, bit 2 east.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ShortPlace(
    /// The bytes.
    pub [u8; 9],
);

impl ShortPlace {
    fn flags(self) -> u8 {
        let [.., last] = self.0;
        last & 15
    }

    /// True when the padlock has a fix.
    #[must_use]
    pub fn positioned(self) -> bool {
        self.flags() & 1 != 0
    }

    /// Latitude in degrees, north positive; `None` when the digits are none.
    #[must_use]
    pub fn latitude(self) -> Option<f64> {
        let [a, b, c, d, ..] = self.0;
        degrees(
            [a, b, c, d].iter().flat_map(|byte| [byte >> 4, byte & 15]),
            self.flags() & 2 != 0,
        )
    }

    /// Longitude in degrees, east positive; `None` when the digits are none.
    #[must_use]
    pub fn longitude(self) -> Option<f64> {
        let [.., e, f, g, h, i] = self.0;
        let digits = [e, f, g, h, i]
            .into_iter()
            .flat_map(|byte| [byte >> 4, byte & 15]);
        degrees(digits.take(9), self.flags() & 4 != 0)
    }
}

fn degrees(mut digits: impl Iterator<Item = u8>, positive: bool) -> Option<f64> {
    let number = digits.try_fold(0u32, |number, digit| {
        (digit < 10).then(|| number.wrapping_mul(10).wrapping_add(digit.into()))
    })?;
    let degrees = f64::from(number / 1_000_000) + f64::from(number % 1_000_000) / 600_000.0;
    Some(if positive { degrees } else { -degrees })
}

impl<'a> Part<'a> for ShortPlace {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, Octets(bytes)) = Octets::parse(input, edition)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.extend_from_slice(&self.0);
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let shown = |degrees: Option<f64>, note: &str| Shown {
            note: note.to_owned(),
            ..Shown::plain(degrees.map_or(Value::Bytes, Value::Number))
        };
        let positioned = if self.positioned() {
            "positioned"
        } else {
            "not positioned"
        };
        let mut walk = Walk::new(raw, at, edition);
        walk.push(4, |raw, at| {
            shown(self.latitude(), "").into_field("latitude_deg", "纬度", at, raw)
        });
        walk.push(5, |raw, at| {
            shown(self.longitude(), positioned).into_field("longitude_deg", "经度", at, raw)
        });
        Shown::parts(walk.finish())
    }
}

/// A number as two decimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct BcdNumber(
    /// The byte as on the wire.
    pub u8,
);

impl BcdNumber {
    /// The number; `None` when the digits are none.
    #[must_use]
    pub const fn get(self) -> Option<u8> {
        let (tens, ones) = (self.0 >> 4, self.0 & 15);
        if tens < 10 && ones < 10 {
            Some(tens.wrapping_mul(10).wrapping_add(ones))
        } else {
            None
        }
    }
}

impl<'a> Part<'a> for BcdNumber {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, byte) = u8::parse(input, edition)?;
        Ok((input, Self(byte)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.push(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown::plain(
            self.get()
                .map_or(Value::Bytes, |number| Value::Integer(number.into())),
        )
    }
}

/// An angle in steps of two degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TwoDegrees(
    /// The byte as on the wire.
    pub u8,
);

impl TwoDegrees {
    /// Degrees.
    #[must_use]
    pub fn get(self) -> u16 {
        u16::from(self.0) << 1
    }
}

impl<'a> Part<'a> for TwoDegrees {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, byte) = u8::parse(input, edition)?;
        Ok((input, Self(byte)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.push(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown {
            note: format!("raw {}", self.0),
            ..Shown::plain(Value::Integer(self.get().into()))
        }
    }
}

/// What follows a short position: an id, a length, a value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShortItem<'a>(
    /// Id and value.
    pub SmallGroup<'a>,
);

impl<'a> Part<'a> for ShortItem<'a> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, group) = SmallGroup::parse(input, edition)?;
        Ok((input, Self(group)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.0.write(out, edition);
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut walk = Walk::new(raw, at, edition);
        walk.step::<u8>("id", "附加信息ID");
        walk.step::<u8>("length", "附加信息长度");
        match (self.0.id, self.0.value.bytes.len()) {
            (0x02, 2) => walk.step::<i16>("altitude_m", "高程"),
            (0x0A, 3..) => {
                walk.step::<u16>("mcc", "MCC");
                walk.step::<u8>("mnc", "MNC");
                walk.step::<Bytes<'a>>("more", "其他");
            }
            (0x0B, 1..) => {
                walk.step::<u8>("lock_command", "锁指令");
                walk.step::<Bytes<'a>>("lock_data", "锁数据");
            }
            (0x0C, 6) => walk.step::<AxesItem>("tilt", "倾角"),
            (0x10, 1) => walk.step::<u8>("wake_source", "唤醒源"),
            (0xFC, 1) => walk.step::<u8>("fence", "围栏编号"),
            _ => walk.step::<Bytes<'a>>("value", "附加信息"),
        }
        Shown::parts(walk.finish())
    }
}
