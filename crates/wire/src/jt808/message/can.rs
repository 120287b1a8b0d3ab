use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::{Items, Octets, Parsed, Part, Shown, layout};

layout! {
    /// 0x0705: frames of the vehicle's bus (2013 §8.50, 2019 §8.48). The printed offset 8 of the frames is wrong.
    pub struct CanReport {
        /// Number of frames as stated.
        count: u16 = "数据项个数",
        /// When the first was received, `hh mm ss` and four digits of milliseconds.
        first_at: Octets<5> = "CAN总线数据接收时间",
        /// The frames.
        frames: Items<CanFrame> = "CAN总线数据项",
    }
}

layout! {
    /// One frame of the bus.
    pub struct CanFrame {
        /// Channel, kind and id.
        id: CanId = "CAN ID",
        /// The data.
        data: Octets<8> = "CAN DATA",
    }
}

/// Channel, kind and id of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CanId(
    /// The word as on the wire.
    pub u32,
);

impl CanId {
    /// Channel 1 or 2.
    #[must_use]
    pub const fn channel(self) -> u8 {
        if self.0 >> 31 == 0 { 1 } else { 2 }
    }

    /// True for an id of 29 bits.
    #[must_use]
    pub const fn extended(self) -> bool {
        self.0 >> 30 & 1 == 1
    }

    /// True when the data are the mean over the interval.
    #[must_use]
    pub const fn averaged(self) -> bool {
        self.0 >> 29 & 1 == 1
    }

    /// The id.
    #[must_use]
    pub const fn id(self) -> u32 {
        self.0 & 0x1FFF_FFFF
    }
}

impl<'a> Part<'a> for CanId {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, word) = u32::parse(input, edition)?;
        Ok((input, Self(word)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.0.write(out, edition);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        let kind = if self.extended() {
            "extended 扩展帧"
        } else {
            "standard 标准帧"
        };
        let value = if self.averaged() {
            ", average 平均值"
        } else {
            ""
        };
        Shown {
            value: Value::Integer(i64::from(self.id())),
            note: format!("CAN{}, {kind}, id 0x{:X}{value}", self.channel(), self.id()),
            parts: Vec::new(),
        }
    }
}
