//! Where frames begin and end in a stream, and whether their checksum is right.

mod checksum;
mod foreign;
mod splitter;
mod topin;

pub use checksum::crc;
pub use splitter::{Checksums, Split, Splitter};

/// Longest short frame: a length byte of 255 and the five bytes it does not count.
pub const MAX_SHORT: usize = 260;

/// Longest long frame that is accepted unless [`Splitter::new`] says otherwise.
pub const DEFAULT_MAX_LONG: usize = 4096;

/// How a frame begins, and what that says about the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `78 78`, one length byte.
    Short,
    /// `79 79`, two length bytes.
    Long,
    /// `78 78`, no serial and no checksum: the Topin dialect, where the length byte counts access points or less.
    Topin,
}

/// What is known about the checksum of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Checksum {
    /// It matches.
    Right,
    /// It does not match; the splitter was told to accept that.
    Wrong,
    /// The dialect has none.
    Absent,
}

/// One delimited frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// How it begins.
    pub form: Form,
    /// Protocol number: what kind of message it is.
    pub number: u8,
    /// The length field as sent. In the Topin dialect it counts something else.
    pub declared: u16,
    /// The message: all between the protocol number and the serial. In the Topin dialect all between start and stop
    /// bytes, since the byte in the place of the length says how to read the rest.
    pub content: &'a [u8],
    /// Serial of the message, 0 where the dialect has none.
    pub serial: u16,
    /// Outcome of the check.
    pub checksum: Checksum,
    /// The length field matches the bytes. A frame whose length is wrong and whose checksum is right is accepted.
    pub length_right: bool,
    /// The frame as received, start and stop bytes included.
    pub raw: &'a [u8],
}

impl Frame<'_> {
    /// Place of the content in the frame.
    #[must_use]
    pub const fn content_at(&self) -> usize {
        match self.form {
            Form::Topin => 2,
            Form::Short => 4,
            Form::Long => 5,
        }
    }
}
