//! Messages to frames, for either side.

use super::edition::Edition;
use super::frame::{Dialect, checksum};
use super::header::{Header, PartOf, Properties, may_be_short};
use super::message::Message;
use super::phone::Phone;

/// Longest body of one frame: what the ten bits of the length field can say.
pub const MAX_BODY: usize = 1023;

/// Bytes of body that are made room for: most messages to a terminal are short.
const USUAL_BODY: usize = 16;
/// Bytes of a frame besides header and body: two delimiters and the checksum.
const AROUND: usize = 3;

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
        self.enclose(message.id(), self.serial, None, USUAL_BODY, |out| {
            message.write(out, self.edition);
        })
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
        self.enclose(id, serial, part, body.len(), |out| out.extend_from_slice(body))
    }

    /// One frame around what `write` appends, in one buffer. `room`: bytes that the body is expected to have.
    fn enclose(
        &self,
        id: u16,
        serial: u16,
        part: Option<PartOf>,
        room: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Vec<u8> {
        let versioned = self.edition.since_2019();
        let mut flags = 0;
        if versioned {
            flags |= Properties::VERSIONED;
        }
        if part.is_some() {
            flags |= Properties::SPLIT;
        }
        let header = Header {
            id,
            properties: Properties(flags),
            version: versioned.then_some(self.version),
            phone: self.phone,
            serial,
            short_serial: !versioned && part.is_none() && may_be_short(id),
            part,
        };
        let around = header.width().saturating_add(AROUND);
        let mut frame = Vec::with_capacity(around.saturating_add(room));
        frame.push(self.dialect.delimiter());
        header.write(&mut frame);
        let body_at = frame.len();
        write(&mut frame);
        frame.truncate(body_at.saturating_add(MAX_BODY));
        let length = u16::try_from(frame.len().saturating_sub(body_at)).unwrap_or(0);
        // Behind the delimiter and the message id.
        if let Some(properties) = frame.get_mut(3..5) {
            properties.copy_from_slice(&(flags | length).to_be_bytes());
        }
        let sum = checksum(frame.get(1..).unwrap_or_default());
        frame.push(sum);
        close(frame, self.dialect)
    }
}

/// Escapes what stands behind the opening delimiter, and sets the closing one.
fn close(mut frame: Vec<u8>, dialect: Dialect) -> Vec<u8> {
    let content = frame.get(1..).unwrap_or_default();
    if dialect.must_escape(content) {
        frame = escape(content, dialect);
    }
    frame.push(dialect.delimiter());
    frame
}

/// Content with escapes behind an opening delimiter.
fn escape(content: &[u8], dialect: Dialect) -> Vec<u8> {
    let mut frame = Vec::with_capacity(content.len().saturating_add(8));
    frame.push(dialect.delimiter());
    for byte in content {
        match dialect.escape(*byte) {
            Some(pair) => frame.extend(pair),
            None => frame.push(*byte),
        }
    }
    frame
}
