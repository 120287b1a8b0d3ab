use super::{Dialect, Frame, MAX_ESCAPED};
use crate::jt808::header::Header;
use crate::{ErrorKind, WireError};

/// What to do with a frame that holds more bytes than its length field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Excess {
    /// The frame is bad.
    #[default]
    Reject,
    /// The length field is right and the bytes after the body are [`Frame::surplus`]. Some devices need it.
    Accept,
}

/// Finds frames in a stream of bytes.
///
/// The caller keeps the bytes: it gives all that it has, drops what was consumed, and calls again with the rest
/// and more. However the stream is cut, the items are the same. A bad frame and bytes between frames are items.
#[derive(Debug, Clone, Copy, Default)]
pub struct Splitter {
    excess: Excess,
    /// Known since the first good frame.
    dialect: Option<Dialect>,
    /// How the bytes before the input ended.
    before: Before,
}

/// What came before the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Before {
    /// Nothing, or bytes that belong to no frame.
    #[default]
    Nothing,
    /// A delimiter that closed a good frame; it may open the next.
    Good,
    /// A delimiter that ended a bad frame; it may open the next.
    Bad,
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

impl Splitter {
    /// A splitter with a ruling on frames that are longer than their length field says.
    #[must_use]
    pub const fn new(excess: Excess) -> Self {
        Self {
            excess,
            dialect: None,
            before: Before::Nothing,
        }
    }

    /// The dialect of the connection once a good frame was seen.
    #[must_use]
    pub const fn dialect(&self) -> Option<Dialect> {
        self.dialect
    }

    /// The first item of `input`, or `None` when more bytes are needed.
    ///
    /// `scratch` takes the unescaped bytes of a frame that has escapes; it grows to 2,200 bytes at most.
    pub fn next<'a>(&mut self, input: &'a [u8], scratch: &'a mut Vec<u8>) -> Option<Split<'a>> {
        let mut skipped: usize = 0;
        loop {
            let rest = input.get(skipped..).filter(|rest| !rest.is_empty())?;
            let found = self.look(rest)?;
            let consumed = skipped.saturating_add(found.length());
            match found {
                Found::Empty => skipped = consumed,
                Found::Framed {
                    dialect,
                    inner_from,
                    inner_to,
                    length,
                    strict,
                    escape,
                } => {
                    let raw = rest.get(..length)?;
                    let inner = rest.get(inner_from..inner_to)?;
                    let frame = open_at(inner, escape, raw, dialect, self.excess, scratch);
                    return Some(self.settle(frame, raw, consumed, dialect, strict));
                }
                Found::Text { length } => {
                    let raw = rest.get(..length)?;
                    let frame = Frame {
                        header: Header::default(),
                        body: raw,
                        surplus: &[],
                        content: raw,
                        raw,
                        dialect: Dialect::Text,
                    };
                    self.before = Before::Nothing;
                    return Some(Split {
                        consumed,
                        raw,
                        frame: Ok(frame),
                    });
                }
                Found::Junk { length } => {
                    self.before = Before::Nothing;
                    let raw = rest.get(..length)?;
                    return Some(Split {
                        consumed,
                        raw,
                        frame: Err(junk(length)),
                    });
                }
                Found::Endless { length } => {
                    self.before = Before::Nothing;
                    let raw = rest.get(..length)?;
                    let error = WireError::new(
                        ErrorKind::TooLarge,
                        length,
                        format!("expected a closing delimiter within {MAX_ESCAPED} bytes, found none"),
                    );
                    return Some(Split {
                        consumed,
                        raw,
                        frame: Err(error),
                    });
                }
            }
        }
    }

    /// Notes how a delimited stretch turned out.
    #[inline]
    fn settle<'a>(
        &mut self,
        frame: Result<Frame<'a>, WireError>,
        raw: &'a [u8],
        consumed: usize,
        dialect: Dialect,
        strict: bool,
    ) -> Split<'a> {
        let frame = match frame {
            Ok(frame) => {
                self.before = Before::Good;
                self.dialect = Some(dialect);
                Ok(frame)
            }
            Err(error) => {
                let after_good = self.before == Before::Good;
                self.before = Before::Bad;
                if strict || !after_good {
                    Err(error)
                } else {
                    Err(junk(raw.len()))
                }
            }
        };
        Split { consumed, raw, frame }
    }

    /// What stands at the front of `rest`, which is not empty.
    #[inline]
    fn look(&self, rest: &[u8]) -> Option<Found> {
        if self.dialect != Some(Dialect::Standard) {
            return match self.before {
                Before::Bad if self.dialect.is_none() => look_after_bad(rest),
                _ => look_unsettled(rest, self.dialect.is_some()),
            };
        }
        match memchr::memchr(Dialect::Standard.delimiter(), rest) {
            Some(0) => framed(rest, Dialect::Standard),
            // The delimiter before may have opened this stretch.
            Some(at) if self.before != Before::Nothing && at <= MAX_ESCAPED => {
                Some(closed_at(rest.get(..at)?, Dialect::Standard))
            }
            Some(at) => Some(Found::Junk {
                length: at.min(MAX_ESCAPED),
            }),
            None if rest.len() > MAX_ESCAPED => Some(Found::Junk { length: MAX_ESCAPED }),
            None => None,
        }
    }
}

/// A stretch that the delimiter before it may have opened and the one at `at` ends.
fn closed_at(inner: &[u8], dialect: Dialect) -> Found {
    let at = inner.len();
    Found::Framed {
        dialect,
        inner_from: 0,
        inner_to: at,
        length: at.saturating_add(1),
        strict: false,
        escape: dialect.find_escape(inner),
    }
}

/// What stands at the front of the input.
enum Found {
    /// A delimiter that is followed by another one.
    Empty,
    /// A stretch that ends at a delimiter. `strict`: it began with one of its own.
    Framed {
        dialect: Dialect,
        inner_from: usize,
        inner_to: usize,
        length: usize,
        strict: bool,
        /// Place of the first escape sequence in what stands between the delimiters.
        escape: Option<usize>,
    },
    /// A sentence in round brackets.
    Text { length: usize },
    /// Bytes that belong to no frame.
    Junk { length: usize },
    /// A delimiter without a closing one in reach.
    Endless { length: usize },
}

impl Found {
    const fn length(&self) -> usize {
        match self {
            Self::Empty => 1,
            Self::Framed { length, .. }
            | Self::Text { length }
            | Self::Junk { length }
            | Self::Endless { length } => *length,
        }
    }
}

/// A stretch that begins with the dialect's delimiter.
#[inline]
fn framed(rest: &[u8], dialect: Dialect) -> Option<Found> {
    let inner = rest.get(1..)?;
    let (closing, escape) = dialect.find_end(inner);
    match closing {
        Some(0) => Some(Found::Empty),
        Some(at) if at <= MAX_ESCAPED => Some(Found::Framed {
            dialect,
            inner_from: 1,
            inner_to: at.saturating_add(1),
            length: at.saturating_add(2),
            strict: true,
            escape,
        }),
        None if inner.len() <= MAX_ESCAPED => None,
        _ => Some(Found::Endless { length: MAX_ESCAPED }),
    }
}

/// As [`Splitter::look`] before the dialect is known: both delimiters may begin a frame, but an `E7` only where a
/// whole good frame follows, since it also occurs in rubbish. It stays so after a frame of the padlock dialect, which
/// rubbish may have been by chance; only then (`padlock`) a bad frame between `E7` is one.
fn look_unsettled(rest: &[u8], padlock: bool) -> Option<Found> {
    let standard = Dialect::Standard.delimiter();
    let first = memchr::memchr2(standard, Dialect::Padlock.delimiter(), rest);
    if first != Some(0) {
        if let Some(text) = text(rest, first) {
            return text;
        }
        return match first {
            Some(at) => Some(Found::Junk {
                length: at.min(MAX_ESCAPED),
            }),
            None if rest.len() > MAX_ESCAPED => Some(Found::Junk { length: MAX_ESCAPED }),
            None => None,
        };
    }
    if rest.first() == Some(&standard) {
        return framed(rest, Dialect::Standard);
    }
    look_padlock(rest, padlock)
}

/// As [`look_unsettled`] behind a bad frame of the standard dialect: its closing delimiter may have opened a frame,
/// so nothing is said before the next delimiter came.
fn look_after_bad(rest: &[u8]) -> Option<Found> {
    match memchr::memchr(Dialect::Standard.delimiter(), rest) {
        Some(at) if at > 0 && at <= MAX_ESCAPED => {
            let inner = rest.get(..at)?;
            let good = open(inner, inner, Dialect::Standard, Excess::Accept, &mut Vec::new()).is_ok();
            if good {
                Some(closed_at(inner, Dialect::Standard))
            } else {
                look_unsettled(rest, false)
            }
        }
        None if rest.len() <= MAX_ESCAPED => None,
        _ => look_unsettled(rest, false),
    }
}

/// The front of `rest` is an `E7` and the dialect is not known: a frame of the padlock dialect when all up to the next
/// `E7` checks out, unless a whole frame of the standard dialect comes first.
fn look_padlock(rest: &[u8], padlock: bool) -> Option<Found> {
    let inner = rest.get(1..)?;
    let closing = memchr::memchr(Dialect::Padlock.delimiter(), inner).filter(|at| *at <= MAX_ESCAPED);
    let reach = inner.get(..closing.unwrap_or_else(|| inner.len().min(MAX_ESCAPED)))?;
    let mut scratch = Vec::new();
    if let Some(at) = standard_frame_within(reach, &mut scratch) {
        return Some(Found::Junk {
            length: at.saturating_add(1),
        });
    }
    if closing.is_none() && inner.len() <= MAX_ESCAPED {
        return None;
    }
    let good =
        closing.is_some() && open(reach, reach, Dialect::Padlock, Excess::Reject, &mut scratch).is_ok();
    if good || (padlock && closing.is_some_and(|at| at > 0)) {
        framed(rest, Dialect::Padlock)
    } else {
        Some(Found::Junk { length: 1 })
    }
}

/// Place of a whole good frame of the standard dialect.
fn standard_frame_within(bytes: &[u8], scratch: &mut Vec<u8>) -> Option<usize> {
    let delimiter = Dialect::Standard.delimiter();
    let mut places = memchr::memchr_iter(delimiter, bytes);
    let mut opening = places.next()?;
    for closing in places {
        let inner = bytes.get(opening.saturating_add(1)..closing)?;
        if open(inner, inner, Dialect::Standard, Excess::Accept, scratch).is_ok() {
            return Some(opening);
        }
        opening = closing;
    }
    None
}

/// A sentence in round brackets before the next delimiter: `Some(None)` when it is not complete yet.
#[expect(
    clippy::option_option,
    reason = "no sentence, a sentence that is not complete, a sentence"
)]
fn text(rest: &[u8], delimiter: Option<usize>) -> Option<Option<Found>> {
    if rest.first() != Some(&b'(') {
        return None;
    }
    let reach = rest.get(..delimiter.unwrap_or(rest.len()).min(MAX_ESCAPED))?;
    let end = reach
        .iter()
        .position(|byte| *byte == b')' || !(b' '..=b'~').contains(byte));
    match end {
        Some(at) if reach.get(at) == Some(&b')') => Some(Some(Found::Text {
            length: at.saturating_add(1),
        })),
        None if delimiter.is_none() && rest.len() < MAX_ESCAPED => Some(None),
        _ => None,
    }
}

/// Unescapes and checks what stands between two delimiters.
fn open<'a>(
    inner: &'a [u8],
    raw: &'a [u8],
    dialect: Dialect,
    excess: Excess,
    scratch: &'a mut Vec<u8>,
) -> Result<Frame<'a>, WireError> {
    open_at(inner, dialect.find_escape(inner), raw, dialect, excess, scratch)
}

/// As [`open`], with the place of the first escape sequence.
#[inline]
fn open_at<'a>(
    inner: &'a [u8],
    escape: Option<usize>,
    raw: &'a [u8],
    dialect: Dialect,
    excess: Excess,
    scratch: &'a mut Vec<u8>,
) -> Result<Frame<'a>, WireError> {
    let content = match escape {
        None => inner,
        Some(first) => {
            unescape(inner, first, dialect, scratch)?;
            scratch.as_slice()
        }
    };
    Frame::from_content(content, raw, dialect, excess)
}

/// Unescapes `inner`, whose first escape stands at `first`, into `scratch`.
fn unescape(inner: &[u8], first: usize, dialect: Dialect, scratch: &mut Vec<u8>) -> Result<(), WireError> {
    scratch.clear();
    scratch.reserve(inner.len());
    let mut done: usize = 0;
    let mut escape = Some(first);
    while let Some(at) = escape {
        let plain = inner.get(done..at).unwrap_or_default();
        scratch.extend_from_slice(plain);
        let lead = inner.get(at).copied().unwrap_or_default();
        let follow = inner.get(at.saturating_add(1)).copied();
        let byte = follow
            .and_then(|follow| dialect.unescape(lead, follow))
            .ok_or_else(|| {
                let found = follow.map_or_else(
                    || "the end of the frame".to_owned(),
                    |byte| format!("0x{byte:02X}"),
                );
                WireError::new(
                    ErrorKind::Escape,
                    at.saturating_add(2),
                    format!("expected 01 or 02 after 0x{lead:02X}, found {found}"),
                )
            })?;
        scratch.push(byte);
        done = at.saturating_add(2);
        escape = dialect
            .find_escape(inner.get(done..).unwrap_or_default())
            .map(|next| done.saturating_add(next));
    }
    scratch.extend_from_slice(inner.get(done..).unwrap_or_default());
    Ok(())
}

fn junk(length: usize) -> WireError {
    WireError::new(
        ErrorKind::Junk,
        0,
        format!("expected a frame that begins with 7E, found {length} bytes that belong to none"),
    )
}
