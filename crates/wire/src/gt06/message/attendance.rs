use super::super::part::{Bytes, Date, Facts, Hex, Parsed, Part, Scaled, Shown, layout};
use crate::Value;

layout! {
    /// 0xB2: somebody clocked in with a Bluetooth tag.
    pub struct ClockIn {
        /// Time of the message.
        date: Date = "日期时间",
        /// Strength of the tag.
        rssi: u8 = "信号强度",
        /// Address of the tag.
        tag_address: Hex<6> = "标签MAC",
        /// Id of the beacon.
        uuid: Hex<16> = "UUID",
        /// Major number.
        major: u16 = "Major",
        /// Minor number.
        minor: u16 = "Minor",
        /// Battery of the tag.
        tag_battery_v: Scaled<u16, 100> = "标签电压",
        /// In or out.
        clock_state: ClockState = "打卡状态",
    }
}

layout! {
    /// 0xB0: clocking in, not published.
    pub struct ClockInOther<'a> {
        /// Not published.
        data: Bytes<'a> = "数据",
    }
}

/// Bits 5 to 2: whether somebody came or went, in the numbers of the maker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ClockState(
    /// The byte.
    pub u8,
);

impl<'a> Part<'a> for ClockState {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, byte) = u8::parse(input)?;
        Ok((input, Self(byte)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown { value: Value::Integer(i64::from(self.0 >> 2 & 0x0F)), note: format!("raw {:#04x}", self.0), parts: Vec::new() }
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.number(name, f64::from(self.0 >> 2 & 0x0F), self.bytes());
    }
}
