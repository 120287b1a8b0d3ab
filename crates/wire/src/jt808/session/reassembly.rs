//! Sub-packets to messages (2013 §7.12 and the reference's reading of it).
//!
//! The total that a terminal states costs nothing: memory grows with the parts that came, within [`Limits`].

use std::collections::BTreeMap;

use crate::jt808::edition::Edition;
use crate::jt808::frame::{Dialect, Frame};
use crate::jt808::header::{Header, PartOf};
use crate::session::Time;
use crate::{ErrorKind, WireError};

/// How much a connection may hold while parts are missing, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Parts of one message.
    pub parts: u16,
    /// Messages at once.
    pub messages: usize,
    /// Bytes of all messages.
    pub bytes: usize,
    /// Seconds without a part after which the missing ones are asked for.
    pub ask_s: i64,
    /// How often they are asked for.
    pub asks: u8,
    /// Seconds without a part after which the message is given up.
    pub drop_s: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parts: 1024,
            messages: 4,
            bytes: 1 << 20,
            ask_s: 10,
            asks: 3,
            drop_s: 90,
        }
    }
}

/// Most parts that are asked for at once, as the standard says for 0x8800.
const ASK_AT_ONCE: usize = 125;

/// Messages whose parts did not all come yet.
#[derive(Debug, Default)]
pub(super) struct Reassembly {
    partial: Vec<Partial>,
    bytes: usize,
}

#[derive(Debug)]
struct Partial {
    /// Header of the part that came last.
    header: Header,
    total: u16,
    dialect: Dialect,
    edition: Edition,
    /// Serial of part 1 when parts have consecutive serials, which they need not have.
    first_serial: u16,
    parts: BTreeMap<u16, Vec<u8>>,
    /// When the last part came.
    heard: Time,
    /// When the missing ones are asked for next.
    ask_at: Time,
    asked: u8,
}

/// What became of a part.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is kept; others are missing.
    Kept,
    /// It came before.
    Repeated,
    /// It was the last; this is the whole body.
    Whole(Vec<u8>),
}

/// What a message with missing parts needs.
#[derive(Debug)]
pub(super) enum Need {
    /// Ask for these parts.
    Ask(Missing),
    /// It was given up.
    GivenUp(WireError),
}

/// Parts to ask for.
#[derive(Debug)]
pub(super) struct Missing {
    pub(super) header: Header,
    pub(super) dialect: Dialect,
    pub(super) edition: Edition,
    pub(super) first_serial: u16,
    pub(super) indices: Vec<u16>,
    /// First bytes of the message, where its first part came.
    pub(super) front: Option<[u8; 4]>,
}

impl Reassembly {
    /// Takes a part; `body` is its body, decrypted.
    pub(super) fn take(
        &mut self,
        frame: &Frame<'_>,
        part: PartOf,
        body: &[u8],
        edition: Edition,
        limits: &Limits,
        now: Time,
    ) -> Result<Outcome, WireError> {
        if part.total == 0 || part.index == 0 || part.index > part.total {
            return Err(WireError::new(
                ErrorKind::Field,
                13,
                format!(
                    "expected a sub-packet from 1 to its total, found {} of {}",
                    part.index, part.total
                ),
            ));
        }
        if part.total > limits.parts {
            return Err(too_large(format!(
                "at most {} sub-packets, found {}",
                limits.parts, part.total
            )));
        }
        if part.total == 1 {
            return Ok(Outcome::Whole(body.to_vec()));
        }
        let place = self.place(frame, part, body);
        let held = place
            .and_then(|place| self.partial.get(place))
            .map(|partial| partial.parts.contains_key(&part.index));
        if held == Some(true) {
            return Ok(Outcome::Repeated);
        }
        if self.bytes.saturating_add(body.len()) > limits.bytes {
            return Err(too_large(format!(
                "at most {} bytes of sub-packets on a connection, found more",
                limits.bytes
            )));
        }
        let place = match place {
            Some(place) => place,
            None if self.partial.len() >= limits.messages => {
                return Err(too_large(format!(
                    "at most {} messages in sub-packets at once, found one more",
                    limits.messages
                )));
            }
            None => {
                self.partial.push(Partial {
                    header: frame.header,
                    total: part.total,
                    dialect: frame.dialect,
                    edition,
                    first_serial: first_serial(&frame.header, part),
                    parts: BTreeMap::new(),
                    heard: now,
                    ask_at: now,
                    asked: 0,
                });
                self.partial.len().saturating_sub(1)
            }
        };
        let Some(partial) = self.partial.get_mut(place) else {
            return Ok(Outcome::Kept);
        };
        partial.parts.insert(part.index, body.to_vec());
        partial.header = frame.header;
        partial.heard = now;
        partial.ask_at = now.after_s(limits.ask_s);
        if part.index == 1 {
            partial.first_serial = frame.header.serial;
        }
        self.bytes = self.bytes.saturating_add(body.len());
        if partial.parts.len() < usize::from(partial.total) {
            return Ok(Outcome::Kept);
        }
        let whole = self.remove(place);
        Ok(Outcome::Whole(
            whole
                .map(|partial| partial.parts.into_values().flatten().collect())
                .unwrap_or_default(),
        ))
    }

    /// Place of the message that a part belongs to. A first part with other bytes begins the message anew.
    fn place(&mut self, frame: &Frame<'_>, part: PartOf, body: &[u8]) -> Option<usize> {
        let place = self
            .partial
            .iter()
            .position(|partial| partial.header.id == frame.header.id && partial.total == part.total)?;
        let anew = part.index == 1
            && self
                .partial
                .get(place)?
                .parts
                .get(&1)
                .is_some_and(|first| first.as_slice() != body);
        if anew {
            self.remove(place);
            return None;
        }
        Some(place)
    }

    fn remove(&mut self, place: usize) -> Option<Partial> {
        if place >= self.partial.len() {
            return None;
        }
        let partial = self.partial.swap_remove(place);
        let bytes: usize = partial.parts.values().map(Vec::len).sum();
        self.bytes = self.bytes.saturating_sub(bytes);
        Some(partial)
    }

    /// The next thing that is due at `now`.
    pub(super) fn due(&mut self, limits: &Limits, now: Time) -> Option<Need> {
        if let Some(place) = self
            .partial
            .iter()
            .position(|partial| now >= partial.heard.after_s(limits.drop_s))
        {
            let partial = self.remove(place)?;
            return Some(Need::GivenUp(WireError::new(
                ErrorKind::Truncated,
                0,
                format!(
                    "expected {} sub-packets of message 0x{:04X}, found {} and then none for {} s",
                    partial.total,
                    partial.header.id,
                    partial.parts.len(),
                    limits.drop_s
                ),
            )));
        }
        let partial = self
            .partial
            .iter_mut()
            .find(|partial| partial.asked < limits.asks && now >= partial.ask_at)?;
        partial.asked = partial.asked.saturating_add(1);
        partial.ask_at = now.after_s(limits.ask_s);
        let indices = (1..=partial.total)
            .filter(|index| !partial.parts.contains_key(index))
            .take(ASK_AT_ONCE)
            .collect();
        Some(Need::Ask(Missing {
            header: partial.header,
            dialect: partial.dialect,
            edition: partial.edition,
            first_serial: partial.first_serial,
            indices,
            front: partial
                .parts
                .get(&1)
                .and_then(|first| first.first_chunk::<4>())
                .copied(),
        }))
    }

    /// When [`Reassembly::due`] has something next.
    /// When the message that has waited longest for a part got its last one.
    pub(super) fn oldest(&self) -> Option<Time> {
        self.partial.iter().map(|partial| partial.heard).min()
    }

    pub(super) fn deadline(&self, limits: &Limits) -> Option<Time> {
        self.partial
            .iter()
            .map(|partial| {
                let drop = partial.heard.after_s(limits.drop_s);
                if partial.asked < limits.asks {
                    drop.min(partial.ask_at)
                } else {
                    drop
                }
            })
            .min()
    }

    /// True when no part is held.
    pub(super) const fn is_empty(&self) -> bool {
        self.partial.is_empty()
    }

    /// Bytes that are held.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Serial that the first part has when parts have consecutive serials.
const fn first_serial(header: &Header, part: PartOf) -> u16 {
    header.serial.wrapping_sub(part.index).wrapping_add(1)
}

fn too_large(expected: String) -> WireError {
    WireError::new(ErrorKind::TooLarge, 13, format!("expected {expected}"))
}
