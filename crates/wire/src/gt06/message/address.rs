use memchr::memmem;

use super::super::part::{Alarm, Cell, Date, Facts, Gps, Hex, ItemValue, Octets, Parsed, Part, Shown, layout};
use crate::Value;

layout! {
    /// 0x1A in the device's zone, 0x2A in UTC: the device asks for the address of its position.
    pub struct AddressRequest {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Where the address goes.
        phone: Phone = "电话号码",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
    }
}

layout! {
    /// 0x17 of the JM-LL301: the same for its cell.
    pub struct AddressRequestCell {
        /// Serving cell.
        cell: Cell = "基站",
        /// Where the address goes.
        phone: Phone = "电话号码",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
    }
}

layout! {
    /// 0xA7: the same for its 4G cell.
    pub struct AddressRequestCell4g {
        /// Serving cell.
        cell: Cell<1, 4, 8> = "基站",
        /// Where the address goes.
        phone: Phone = "电话号码",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
    }
}

layout! {
    /// 0x17 from the platform, and 0x97 in short frames: the address.
    pub struct AddressAnswer<'a> {
        /// From the flag to the end.
        length: u8 = "长度",
        /// Address.
        address: AddressText<'a> = "地址",
    }
}

layout! {
    /// 0x97 from the platform: the address.
    pub struct AddressAnswerLong<'a> {
        /// From the flag to the end.
        length: u16 = "长度",
        /// Address.
        address: AddressText<'a> = "地址",
    }
}

/// A phone number in 21 bytes, filled with zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Phone(
    /// The bytes.
    pub [u8; 21],
);

impl Phone {
    /// The number.
    #[must_use]
    pub fn number(&self) -> String {
        String::from_utf8_lossy(&self.0).trim_matches(['\0', ' ']).to_owned()
    }
}

impl<'a> Part<'a> for Phone {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, Octets(bytes)) = Octets::parse(input)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown { value: Value::Text(self.number()), note: String::new(), parts: Vec::new() }
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.item(name, self.bytes(), ItemValue::Text(self.number()));
    }
}

layout! {
    /// Flag, keyword, address and phone number of an answer, parted by `&&`, to the end.
    pub struct AddressText<'a> {
        /// Flag.
        server_flag: Hex<4> = "服务器标志",
        /// `ADDRESS` or `ALARMSMS`, address as UTF-16BE, phone number, `##`.
        text: AddressBody<'a> = "地址内容",
    }
}

/// The text of an address answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AddressBody<'a>(
    /// The bytes.
    pub &'a [u8],
);

impl AddressBody<'_> {
    /// The address.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        let from = memmem::find(self.0, b"&&")?.saturating_add(2);
        let rest = self.0.get(from..)?;
        // The address has two bytes a character, so the mark behind it stands at an even place.
        let until = memmem::find_iter(rest, b"&&").find(|at| at.is_multiple_of(2)).unwrap_or(rest.len());
        let units = rest.get(..until)?.chunks_exact(2).filter_map(|pair| pair.first_chunk().copied());
        Some(char::decode_utf16(units.map(u16::from_be_bytes)).map(|unit| unit.unwrap_or('\u{FFFD}')).collect())
    }
}

impl<'a> Part<'a> for AddressBody<'a> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (rest, text) = nom::combinator::rest(input)?;
        Ok((rest, Self(text)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown {
            value: self.address().map_or(Value::Bytes, Value::Text),
            note: String::new(),
            parts: Vec::new(),
        }
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.item(name, self.bytes(), self.address().map_or(ItemValue::Bytes, ItemValue::Text));
    }
}
