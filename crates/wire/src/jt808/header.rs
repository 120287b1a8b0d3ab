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

impl Header {
    /// Reads a header and gives the bytes after it.
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
        if self.properties.versioned() {
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
            .saturating_add(6)
    }

    /// Appends the header.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.id.to_be_bytes());
        out.extend_from_slice(&self.properties.0.to_be_bytes());
        out.extend(self.version);
        out.extend_from_slice(self.phone.as_bytes());
        out.extend_from_slice(&self.serial.to_be_bytes());
        if let Some(part) = self.part {
            out.extend_from_slice(&part.total.to_be_bytes());
            out.extend_from_slice(&part.index.to_be_bytes());
        }
    }
}

fn header(input: &[u8], dialect: Dialect) -> Parsed<'_, Header> {
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
            part,
        },
    ))
}
