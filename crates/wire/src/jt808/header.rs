use nom::Parser;
use nom::bytes::complete::take;
use nom::number::complete::{be_u8, be_u16};

use super::edition::Edition;
use super::frame::Dialect;
use super::part::{Fault, Parsed};
use super::phone::Phone;

/// Header of a message (JT/T 808-2019 §4.4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Header {
    /// Message id.
    pub id: u16,
    /// Length and flags.
    pub properties: Properties,
    /// Version byte, in headers with the version flag (2019).
    pub version: Option<u8>,
    /// The terminal's id.
    pub phone: Phone,
    /// Serial number of the message, counted by the sender.
    pub serial: u16,
    /// The serial is one byte, and bits 10 to 14 of the properties say nothing: padlocks' short messages.
    pub short_serial: bool,
    /// Present when the message is one part of a longer one.
    pub part: Option<PartOf>,
}

/// Place of a sub-packet in its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartOf {
    /// Number of sub-packets of the message.
    pub total: u16,
    /// Number of this one, from 1.
    pub index: u16,
}

/// The word of body properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Properties(pub u16);

impl Properties {
    /// Bit 13: the header has the sub-packet fields.
    pub const SPLIT: u16 = 1 << 13;
    /// Bit 14: the header has the version byte and the long phone (2019).
    pub const VERSIONED: u16 = 1 << 14;

    /// Bits 0 to 9: bytes of the body.
    #[must_use]
    pub const fn body_length(self) -> u16 {
        self.0 & 0x3FF
    }

    /// Bits 10 to 12: 0 not encrypted, 1 RSA, others reserved.
    #[must_use]
    pub const fn encryption(self) -> u8 {
        (self.0 >> 10 & 7) as u8
    }

    /// Bit 15, which the standard reserves: in short messages of padlocks, that an answer is wanted.
    #[must_use]
    pub const fn answer_wanted(self) -> bool {
        self.0 & 1 << 15 != 0
    }

    /// True when the header has the sub-packet fields.
    #[must_use]
    pub const fn split(self) -> bool {
        self.0 & Self::SPLIT != 0
    }

    /// True when the header has the 2019 layout.
    #[must_use]
    pub const fn versioned(self) -> bool {
        self.0 & Self::VERSIONED != 0
    }
}

/// Where a header ends early: `left` bytes were left and `expected` was to come.
#[derive(Debug)]
pub(super) struct Short {
    pub(super) left: usize,
    pub(super) expected: &'static str,
}

/// True for the messages whose serial may be one byte: short positions of padlocks and their answer.
pub(super) const fn may_be_short(id: u16) -> bool {
    matches!(id, 0x4401 | 0x5501 | 0x5502)
}

impl Header {
    /// How the body is encrypted: 0 not, 1 RSA, others reserved.
    #[must_use]
    pub const fn encryption(&self) -> u8 {
        if self.short_serial {
            0
        } else {
            self.properties.encryption()
        }
    }

    /// Reads a header and gives the bytes after it.
    #[inline]
    pub(super) fn parse(input: &[u8], dialect: Dialect) -> Result<(&[u8], Self), Short> {
        header(input, dialect).map_err(|error| match error {
            nom::Err::Error(fault) | nom::Err::Failure(fault) => Short {
                left: fault.input.len(),
                expected: fault.field.unwrap_or(fault.expected),
            },
            nom::Err::Incomplete(_) => Short {
                left: 0,
                expected: "more bytes",
            },
        })
    }

    /// The edition that the header shows: 2019, or one of the two older ones, which only the content tells apart.
    #[must_use]
    pub fn edition(&self, older: Edition) -> Edition {
        if self.version.is_some() {
            Edition::V2019
        } else if older == Edition::V2019 {
            Edition::V2013
        } else {
            older
        }
    }

    /// Bytes of the header.
    #[must_use]
    pub fn width(&self) -> usize {
        let version = usize::from(self.version.is_some());
        let part = if self.part.is_some() { 4 } else { 0 };
        self.phone
            .as_bytes()
            .len()
            .saturating_add(version)
            .saturating_add(part)
            .saturating_add(if self.short_serial { 5 } else { 6 })
    }

    /// Appends the header.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.id.to_be_bytes());
        out.extend_from_slice(&self.properties.0.to_be_bytes());
        out.extend(self.version);
        out.extend_from_slice(self.phone.as_bytes());
        let [high, low] = self.serial.to_be_bytes();
        out.extend((!self.short_serial).then_some(high));
        out.push(low);
        if let Some(part) = self.part {
            out.extend_from_slice(&part.total.to_be_bytes());
            out.extend_from_slice(&part.index.to_be_bytes());
        }
    }
}

/// The header of a short message: it is one where the length field fits exactly with a serial of one byte.
fn short(input: &[u8], dialect: Dialect) -> Parsed<'_, Option<Header>> {
    let (rest, (id, properties)) = (be_u16, be_u16).parse(input)?;
    let (rest, phone) = take(dialect.phone_width()).parse(rest)?;
    let (rest, serial) = be_u8(rest)?;
    let properties = Properties(properties);
    let fits = may_be_short(id) && rest.len() == usize::from(properties.body_length());
    let header = Header {
        id,
        properties,
        phone: Phone::from_bytes(phone),
        serial: serial.into(),
        short_serial: true,
        ..Header::default()
    };
    Ok((rest, fits.then_some(header)))
}

#[inline]
fn header(input: &[u8], dialect: Dialect) -> Parsed<'_, Header> {
    if let [high, low, ..] = *input
        && may_be_short(u16::from_be_bytes([high, low]))
        && let Ok((rest, Some(header))) = short(input, dialect)
    {
        return Ok((rest, header));
    }
    let (input, id) = be_u16(input).map_err(Fault::in_field("message id"))?;
    let (input, properties) = be_u16(input).map_err(Fault::in_field("body properties"))?;
    let properties = Properties(properties);
    let (input, version) = if properties.versioned() {
        let (input, version) = be_u8(input).map_err(Fault::in_field("protocol version"))?;
        (input, Some(version))
    } else {
        (input, None)
    };
    let width = if properties.versioned() {
        10
    } else {
        dialect.phone_width()
    };
    let (input, phone) = take(width).parse(input).map_err(Fault::in_field("phone"))?;
    let (input, serial) = be_u16(input).map_err(Fault::in_field("serial"))?;
    let (input, part) = if properties.split() {
        let (input, (total, index)) = (be_u16, be_u16)
            .parse(input)
            .map_err(Fault::in_field("sub-packet fields"))?;
        (input, Some(PartOf { total, index }))
    } else {
        (input, None)
    };
    Ok((
        input,
        Header {
            id,
            properties,
            version,
            phone: Phone::from_bytes(phone),
            serial,
            short_serial: false,
            part,
        },
    ))
}
