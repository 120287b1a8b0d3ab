use memchr::memmem;

use super::foreign::{self, Foreign};
use super::{Checksum, DEFAULT_MAX_LONG, Form, Frame, MAX_SHORT, crc, topin};
use crate::{ErrorKind, WireError};

/// Longest run of bytes that begins no frame and is reported as one item.
const MAX_JUNK: usize = 1024;

/// What to do with a frame whose checksum is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checksums {
    /// The frame is bad, as the documents say.
    #[default]
    Check,
    /// The frame is good when start, length and stop fit. For devices that compute it wrongly.
    Accept,
}

/// Finds frames in a stream of bytes.
///
/// The caller keeps the bytes: it gives all that it has, drops what was consumed, and calls again with the rest
/// and more. A bad frame and bytes between frames are items, never the end of the stream.
///
/// Where a frame's length field does not lead to its stop bytes, the next stop bytes decide, and the checksum says
/// whether the frame is good all the same. A good frame inside a broken one is found and not lost.
#[derive(Debug, Clone, Copy)]
pub struct Splitter {
    checksums: Checksums,
    max_long: usize,
}

impl Default for Splitter {
    fn default() -> Self {
        Self::new(Checksums::Check, DEFAULT_MAX_LONG)
    }
}

/// One item of the stream.
#[derive(Debug)]
pub struct Split<'a> {
    /// Bytes of the input that are done with.
    pub consumed: usize,
    /// The bytes of the item as received.
    pub raw: &'a [u8],
    /// The frame, or what is wrong with the bytes.
    pub frame: Result<Frame<'a>, WireError>,
}

/// An item's length and what is wrong with it, `None` when it is a good frame.
type Found = (usize, Option<WireError>);

impl Splitter {
    /// A splitter with a ruling on wrong checksums and the longest long frame, in bytes, that it accepts.
    #[must_use]
    pub const fn new(checksums: Checksums, max_long: usize) -> Self {
        Self { checksums, max_long }
    }

    /// The first item of `input`, or `None` when more bytes are needed.
    pub fn next<'a>(&self, input: &'a [u8]) -> Option<Split<'a>> {
        if let Some(frame) = self.whole(input) {
            return Some(Split {
                consumed: frame.raw.len(),
                raw: frame.raw,
                frame: Ok(frame),
            });
        }
        let (length, error) = if begins_frame(input) {
            self.broken(input)?
        } else {
            junk(input)?
        };
        let raw = input.get(..length)?;
        let frame = match error {
            None => topin::frame(raw).ok_or_else(|| stray(raw)),
            Some(error) => match self.by_stop_bytes(raw, &error) {
                Some(frame) => Ok(frame),
                None => Err(error),
            },
        };
        Some(Split {
            consumed: length,
            raw,
            frame,
        })
    }

    /// The frame at the front of `input` when all of it is there and its length, stop bytes and checksum are right.
    #[inline]
    fn whole<'a>(&self, input: &'a [u8]) -> Option<Frame<'a>> {
        let (form, declared, end) = declared(input)?;
        let raw = input.get(..end)?;
        if end > self.limit(form) {
            return None;
        }
        check(raw, form, declared).filter(|frame| frame.checksum == Checksum::Right)
    }

    const fn limit(&self, form: Form) -> usize {
        match form {
            Form::Long => self.max_long,
            Form::Short | Form::Topin => MAX_SHORT,
        }
    }

    /// Decides about a start marker that no sound frame follows, or not yet.
    fn broken(&self, input: &[u8]) -> Option<Found> {
        let (form, declared, end) = declared(input)?;
        let limit = self.limit(form);
        let too_long = end > limit;
        let mut needed = if too_long { 0 } else { end };
        if form == Form::Short {
            needed = needed.max(topin::scan_needs(input).unwrap_or(0).min(limit));
        }
        let mut first_stop = None;
        for stop in memmem::find_iter(input, b"\r\n") {
            let until = stop.saturating_add(2);
            if until < 6 || until > limit {
                continue;
            }
            let prefix = input.get(..until)?;
            if form == Form::Short && topin::length(prefix) == Some(until) {
                return Some((until, None));
            }
            if check(prefix, form, declared).is_some_and(|frame| frame.checksum == Checksum::Right) {
                return Some((until, Some(wrong_length(declared, until))));
            }
            if let Some(at) = self.good_frame_within(prefix) {
                return Some((at, Some(cut_short(end, at))));
            }
            first_stop = first_stop.or(Some(until));
            if until == end {
                return Some(self.wrong_checksum(prefix, form, declared));
            }
            if until >= needed {
                break;
            }
        }
        if input.len() < needed {
            return None;
        }
        match first_stop {
            Some(until) => {
                let error = if too_long {
                    over_limit(end, limit)
                } else {
                    wrong_length(declared, until)
                };
                Some((self.cut(input.get(..until)?), Some(error)))
            }
            None if input.len() > limit => {
                let error = if too_long {
                    over_limit(end, limit)
                } else {
                    endless(limit)
                };
                Some((self.cut(input.get(..limit)?), Some(error)))
            }
            None => None,
        }
    }

    /// A frame with the right length and stop bytes and a wrong checksum.
    fn wrong_checksum(&self, raw: &[u8], form: Form, declared: u16) -> Found {
        let frame = check(raw, form, declared);
        let at = raw.len().saturating_sub(4);
        let sent = raw
            .get(at..)
            .and_then(|tail| tail.first_chunk::<2>())
            .map_or(0, |pair| u16::from_be_bytes(*pair));
        let right = raw.get(2..at).map_or(0, crc);
        let message = match frame {
            Some(_) => format!("expected checksum 0x{right:04X}, found 0x{sent:04X}"),
            None => "expected a length of 5 or more, found less".to_owned(),
        };
        let kind = if frame.is_some() {
            ErrorKind::Checksum
        } else {
            ErrorKind::Length
        };
        let error = WireError::new(kind, at, message);
        let length = if self.checksums == Checksums::Accept {
            raw.len()
        } else {
            self.cut(raw)
        };
        (length, Some(error))
    }

    /// Where a bad frame ends for the next look: before a marker inside it that announces a frame which reaches
    /// beyond it, else at its own end.
    fn cut(&self, raw: &[u8]) -> usize {
        markers(raw, 2)
            .find(|at| {
                let inner = raw.get(*at..).unwrap_or_default();
                declared(inner).is_some_and(|(form, _, end)| end > inner.len() && end <= self.limit(form))
            })
            .unwrap_or(raw.len())
    }

    /// Place of a good frame inside `raw` that ends where `raw` ends.
    fn good_frame_within(&self, raw: &[u8]) -> Option<usize> {
        markers(raw, 1).find(|at| {
            let inner = raw.get(*at..).unwrap_or_default();
            self.whole(inner)
                .is_some_and(|frame| frame.raw.len() == inner.len())
        })
    }

    /// The frame of a bad item that is accepted all the same.
    fn by_stop_bytes<'a>(&self, raw: &'a [u8], error: &WireError) -> Option<Frame<'a>> {
        let (form, declared, _) = declared(raw)?;
        let frame = check(raw, form, declared)?;
        let accept = match error.kind {
            ErrorKind::Length => frame.checksum == Checksum::Right,
            ErrorKind::Checksum => self.checksums == Checksums::Accept,
            _ => false,
        };
        accept.then_some(frame)
    }
}

/// Form, length field and whole length of the frame that `input` begins with.
#[inline]
fn declared(input: &[u8]) -> Option<(Form, u16, usize)> {
    match *input {
        [0x78, 0x78, length, _, ..] => Some((
            Form::Short,
            u16::from(length),
            usize::from(length).saturating_add(5),
        )),
        [0x79, 0x79, high, low, ..] => {
            let length = u16::from_be_bytes([high, low]);
            Some((Form::Long, length, usize::from(length).saturating_add(6)))
        }
        _ => None,
    }
}

/// Reads `raw` as a frame from its start to its stop bytes; says what its checksum is worth.
#[inline]
fn check(raw: &[u8], form: Form, declared: u16) -> Option<Frame<'_>> {
    let number_at = if form == Form::Long { 4 } else { 3 };
    let (covered, tail) = raw.split_last_chunk::<4>()?;
    let (before, serial) = covered.split_last_chunk::<2>()?;
    let [crc_high, crc_low, 0x0D, 0x0A] = *tail else {
        return None;
    };
    let (number, content) = before.get(number_at..)?.split_first()?;
    let sent = u16::from_be_bytes([crc_high, crc_low]);
    let right = crc(covered.get(2..)?) == sent;
    let length = raw.len().saturating_sub(if form == Form::Long { 6 } else { 5 });
    Some(Frame {
        form,
        number: *number,
        declared,
        content,
        serial: u16::from_be_bytes(*serial),
        checksum: if right { Checksum::Right } else { Checksum::Wrong },
        length_right: length == usize::from(declared),
        raw,
    })
}

fn begins_frame(input: &[u8]) -> bool {
    matches!(input, [0x78, 0x78, ..] | [0x79, 0x79, ..])
}

/// Places of start markers from `from` on.
fn markers(bytes: &[u8], from: usize) -> impl Iterator<Item = usize> {
    bytes
        .windows(2)
        .enumerate()
        .skip(from)
        .filter(|(_, pair)| begins_frame(pair))
        .map(|(at, _)| at)
}

/// Bytes that begin no frame.
fn junk(input: &[u8]) -> Option<Found> {
    let next = markers(input, 1).next();
    match foreign::recognise(input) {
        Some(Foreign::Sentence { protocol, length }) if next.is_none_or(|at| at >= length) => {
            let message =
                format!("expected 7878 or 7979, found a sentence of {protocol}; give the device that port");
            return Some((length, Some(WireError::new(ErrorKind::Junk, 0, message))));
        }
        Some(Foreign::Unfinished) if next.is_none() => return None,
        _ => {}
    }
    let length = match next {
        Some(at) => at.min(MAX_JUNK),
        None if input.len() > MAX_JUNK => MAX_JUNK,
        None => return None,
    };
    let message = format!("expected 7878 or 7979, found {length} bytes that begin no frame");
    Some((length, Some(WireError::new(ErrorKind::Junk, 0, message))))
}

#[cold]
fn stray(raw: &[u8]) -> WireError {
    WireError::new(
        ErrorKind::Junk,
        0,
        format!("expected a frame, found {} bytes", raw.len()),
    )
}

#[cold]
fn wrong_length(declared: u16, until: usize) -> WireError {
    WireError::new(
        ErrorKind::Length,
        2,
        format!("expected stop bytes where the length {declared} says, found them after {until} bytes"),
    )
}

#[cold]
fn cut_short(end: usize, at: usize) -> WireError {
    WireError::new(
        ErrorKind::Truncated,
        at,
        format!("expected {end} bytes as the length says, found the next frame after {at}"),
    )
}

#[cold]
fn over_limit(end: usize, limit: usize) -> WireError {
    WireError::new(
        ErrorKind::TooLarge,
        2,
        format!("expected a frame of at most {limit} bytes, found one that says it has {end}"),
    )
}

#[cold]
fn endless(limit: usize) -> WireError {
    WireError::new(
        ErrorKind::Length,
        2,
        format!("expected stop bytes within {limit} bytes, found none"),
    )
}
