//! Where frames begin and end, unescaped and checked (JT/T 808-2019 §4.4).

mod dialect;
mod splitter;

pub use dialect::Dialect;
pub use splitter::{Excess, Split, Splitter};

use super::header::{Header, Short};
use crate::{ErrorKind, WireError};

/// Longest unescaped content: the 2019 header with sub-packet fields (21), the longest body (1,023), the checksum.
pub const MAX_CONTENT: usize = 1045;

/// Longest run of bytes that is searched for a closing delimiter: every content byte escaped, and a little room.
pub const MAX_ESCAPED: usize = 2200;

/// One delimited, unescaped and checked frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The header. Zeroes for a sentence of text.
    pub header: Header,
    /// The body as the length field counts it: possibly one sub-packet, possibly encrypted.
    pub body: &'a [u8],
    /// Bytes between the body and the checksum that the length field does not count; empty in a sound frame.
    pub surplus: &'a [u8],
    /// Header, body and checksum, unescaped.
    pub content: &'a [u8],
    /// The frame as received, delimiters included.
    pub raw: &'a [u8],
    /// How the frame is delimited.
    pub dialect: Dialect,
}

/// The standard's checksum: all bytes, exclusive or. Eight at a time, since this is done for every frame.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u8 {
    let (words, rest) = bytes.as_chunks::<8>();
    let word = words.iter().fold(0, |sum, word| sum ^ u64::from_ne_bytes(*word));
    word.to_ne_bytes()
        .iter()
        .chain(rest)
        .fold(0, |sum, byte| sum ^ byte)
}

impl<'a> Frame<'a> {
    /// Reads unescaped content (header, body, checksum).
    ///
    /// # Errors
    /// A wrong checksum, a header that ends early, or a length field that does not match.
    #[inline]
    pub fn from_content(
        content: &'a [u8],
        raw: &'a [u8],
        dialect: Dialect,
        excess: Excess,
    ) -> Result<Self, WireError> {
        let (&sent, covered) = content.split_last().ok_or_else(no_content)?;
        let sum = checksum(covered);
        if sum != sent {
            return Err(wrong_checksum(raw.len(), sum, sent));
        }
        if content.len() > MAX_CONTENT {
            return Err(too_long(content.len()));
        }
        let (after, header) =
            Header::parse(covered, dialect).map_err(|fault| header_ends(covered.len(), &fault))?;
        let declared = usize::from(header.properties.body_length());
        let (body, surplus) = after
            .split_at_checked(declared)
            .ok_or_else(|| mismatch(declared, after.len()))?;
        if !surplus.is_empty() && excess == Excess::Reject {
            return Err(mismatch(declared, after.len()));
        }
        Ok(Self {
            header,
            body,
            surplus,
            content,
            raw,
            dialect,
        })
    }
}

#[cold]
fn no_content() -> WireError {
    WireError::new(ErrorKind::Truncated, 0, "expected a header, found nothing")
}

#[cold]
fn wrong_checksum(length: usize, sum: u8, sent: u8) -> WireError {
    WireError::new(
        ErrorKind::Checksum,
        length.saturating_sub(2),
        format!("expected checksum 0x{sum:02X}, found 0x{sent:02X}"),
    )
}

#[cold]
fn too_long(length: usize) -> WireError {
    WireError::new(
        ErrorKind::TooLarge,
        0,
        format!("expected at most {MAX_CONTENT} bytes of content, found {length}"),
    )
}

#[cold]
fn header_ends(length: usize, fault: &Short) -> WireError {
    WireError::new(
        ErrorKind::Truncated,
        length.saturating_sub(fault.left).saturating_add(1),
        format!(
            "expected {} in the header, found {length} bytes in all",
            fault.expected
        ),
    )
}

#[cold]
fn mismatch(declared: usize, found: usize) -> WireError {
    WireError::new(
        ErrorKind::Length,
        3,
        format!("expected {declared} bytes of body as the length field says, found {found}"),
    )
}
