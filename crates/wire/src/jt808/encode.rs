//! Messages to frames, for either side.

use super::edition::Edition;
use super::frame::{Dialect, checksum};
use super::header::{Header, PartOf, Properties, may_be_short};
use super::message::Message;
use super::phone::Phone;

/// Longest body of one frame: what the ten bits of the length field can say.
pub const MAX_BODY: usize = 1023;

/// What surrounds a message on its way: all of the header but the message's id and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope {
    /// Edition whose layouts are used.
    pub edition: Edition,
    /// Version byte of a 2019 header.
    pub version: u8,
    /// The terminal's id. Its width is that of the other side's headers.
    pub phone: Phone,
    /// Serial of the (first) frame.
    pub serial: u16,
    /// How frames are delimited.
    pub dialect: Dialect,
}

impl Envelope {
    /// For a terminal with this number: its header has the width of the edition. `None` when the digits do not fit.
    #[must_use]
    pub fn new(edition: Edition, digits: &str, serial: u16) -> Option<Self> {
        let width = if edition.since_2019() { 10 } else { 6 };
        let phone = Phone::from_digits(digits, width)?;
        Some(Self {
            edition,
            version: 1,
            phone,
            serial,
            dialect: Dialect::Standard,
        })
    }

    /// The frames of a message: one, or several sub-packets with consecutive serials when it is longer than a frame.
    #[must_use]
    pub fn frames(&self, message: &Message<'_>) -> Vec<Vec<u8>> {
        let mut body = Vec::with_capacity(64);
        message.write(&mut body, self.edition);
        self.frames_of(message.id(), &body)
    }

    /// The one frame of a message that fits into one; longer ones are cut, so this is for those that always fit.
    #[must_use]
    pub fn frame(&self, message: &Message<'_>) -> Vec<u8> {
        let mut body = Vec::with_capacity(64);
        message.write(&mut body, self.edition);
        body.truncate(MAX_BODY);
        self.seal(message.id(), self.serial, None, &body)
    }

    /// The frames of a body.
    #[must_use]
    pub fn frames_of(&self, id: u16, body: &[u8]) -> Vec<Vec<u8>> {
        if body.len() <= MAX_BODY {
            return vec![self.seal(id, self.serial, None, body)];
        }
        let total = u16::try_from(body.len().div_ceil(MAX_BODY)).unwrap_or(u16::MAX);
        (1..=total)
            .zip(body.chunks(MAX_BODY))
            .map(|(index, chunk)| {
                let serial = self.serial.wrapping_add(index).wrapping_sub(1);
                self.seal(id, serial, Some(PartOf { total, index }), chunk)
            })
            .collect()
    }

    /// One frame: header, body and checksum, escaped, between delimiters. `body` is at most [`MAX_BODY`] bytes.
    #[must_use]
    pub fn seal(&self, id: u16, serial: u16, part: Option<PartOf>, body: &[u8]) -> Vec<u8> {
        let body = body.get(..MAX_BODY).unwrap_or(body);
        let versioned = self.edition.since_2019();
        let mut properties = u16::try_from(body.len()).unwrap_or(0);
        if versioned {
            properties |= Properties::VERSIONED;
        }
        if part.is_some() {
            properties |= Properties::SPLIT;
        }
        let header = Header {
            id,
            properties: Properties(properties),
            version: versioned.then_some(self.version),
            phone: self.phone,
            serial,
            short_serial: !versioned && part.is_none() && may_be_short(id),
            part,
        };
        let mut content = Vec::with_capacity(header.width().saturating_add(body.len()).saturating_add(1));
        header.write(&mut content);
        content.extend_from_slice(body);
        content.push(checksum(&content));
        escape(&content, self.dialect)
    }
}

/// Escapes content and sets the delimiters.
fn escape(content: &[u8], dialect: Dialect) -> Vec<u8> {
    let mut frame = Vec::with_capacity(content.len().saturating_add(8));
    frame.push(dialect.delimiter());
    for byte in content {
        match dialect.escape(*byte) {
            Some(pair) => frame.extend(pair),
            None => frame.push(*byte),
        }
    }
    frame.push(dialect.delimiter());
    frame
}
