//! What a protocol contributes to a connection: where frames are, the session, and the events of a message.

mod gate;
mod jt808;

use events::origin::v1::{Origin, Protocol, Transport};
use wire::{Answer, Close, Time, WireError};

pub(crate) use gate::Gate;

use crate::emit::Event;
use crate::registry::Registry;

/// Protocol of a connection, or that the first bytes are to tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaks {
    Jt808,
    Any,
}

/// Settings of sessions, from the configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) login_ms: i64,
    pub(crate) idle_ms: i64,
}

/// The protocol side of one connection.
pub(crate) enum Link {
    /// Nothing has come that tells the protocol.
    Undecided,
    Jt808(Box<jt808::Line>),
}

/// What one frame, or bytes that are none, led to.
pub(crate) struct Taken<'a> {
    /// The bytes as received.
    pub(crate) raw: &'a [u8],
    /// True where the bytes hold a secret and must be masked before anyone sees them.
    pub(crate) secret: bool,
    /// Name of the message, for counting; `None` when the bytes are no good frame.
    pub(crate) message: Option<&'static str>,
    /// Message and connection.
    pub(crate) origin: Origin,
    /// To be published.
    pub(crate) events: Vec<Event>,
    /// To be written.
    pub(crate) answers: Vec<Answer>,
    /// What was wrong.
    pub(crate) reject: Option<WireError>,
    /// The connection is to be closed after the answers.
    pub(crate) close: Option<Close>,
}

/// Does what frames lead to.
pub(crate) trait Sink {
    /// The device was admitted: it is served by this connection from now on. Gives the generation.
    fn admitted(&mut self, device: &str) -> u64;
    /// A frame was taken.
    fn taken(&mut self, taken: Taken<'_>);
}

/// One round of bytes of a connection.
pub(crate) struct Turn<'a> {
    /// The time, from the shell's clock.
    pub(crate) now: Time,
    /// Name of this node.
    pub(crate) node: &'a str,
    pub(crate) transport: Transport,
    /// Generation of the connection; 0 before the admission.
    pub(crate) generation: u64,
    pub(crate) registry: &'a Registry,
    /// Room for unescaped bytes.
    pub(crate) unescaped: &'a mut Vec<u8>,
    pub(crate) sink: &'a mut dyn Sink,
}

impl Turn<'_> {
    /// Origin of a message.
    fn origin(&self, protocol: Protocol, message_id: u32, serial: u32, edition: u32) -> Origin {
        Origin {
            protocol: protocol.into(),
            message_id,
            serial,
            item_index: 0,
            edition,
            transport: self.transport.into(),
            node: self.node.to_owned(),
            generation: self.generation,
        }
    }

    /// Bytes that are no good frame.
    fn bad(&mut self, protocol: Protocol, raw: &[u8], secret: bool, error: WireError) {
        let origin = self.origin(protocol, 0, 0, 0);
        self.sink.taken(Taken {
            raw,
            secret,
            message: None,
            origin,
            events: Vec::new(),
            answers: Vec::new(),
            reject: Some(error),
            close: None,
        });
    }
}

impl Link {
    pub(crate) fn new(speaks: Speaks, patience: Patience, now: Time) -> Self {
        match speaks {
            Speaks::Jt808 => Self::Jt808(Box::new(jt808::Line::new(patience, now))),
            Speaks::Any => Self::Undecided,
        }
    }

    /// Takes the bytes that there are and gives how many are done with. The rest comes again, with more.
    pub(crate) fn feed(&mut self, input: &[u8], patience: Patience, turn: &mut Turn<'_>) -> usize {
        match self {
            Self::Jt808(line) => line.feed(input, turn),
            Self::Undecided => {
                let Some((skipped, speaks)) = sniff(input) else {
                    reject_unrecognised(input, turn);
                    return input.len();
                };
                let (before, rest) = input.split_at(skipped);
                reject_unrecognised(before, turn);
                *self = Self::new(speaks, patience, turn.now);
                skipped + self.feed(rest, patience, turn)
            }
        }
    }

    /// Lets time pass.
    pub(crate) fn expire(&mut self, now: Time) -> Option<Close> {
        match self {
            Self::Jt808(line) => line.expire(now),
            Self::Undecided => None,
        }
    }

    pub(crate) fn protocol(&self) -> Protocol {
        match self {
            Self::Jt808(_) => Protocol::Jt808,
            Self::Undecided => Protocol::Unspecified,
        }
    }
}

/// Place of the first byte that begins a frame of a protocol, and which.
fn sniff(input: &[u8]) -> Option<(usize, Speaks)> {
    input.iter().enumerate().find_map(|(place, byte)| match byte {
        0x7E | 0xE7 | b'(' => Some((place, Speaks::Jt808)),
        _ => None,
    })
}

fn reject_unrecognised(bytes: &[u8], turn: &mut Turn<'_>) {
    if !bytes.is_empty() {
        let error = WireError::new(
            wire::ErrorKind::Junk,
            0,
            format!("expected a frame of GT06 or JT/T 808, found {} bytes of neither", bytes.len()),
        );
        turn.bad(Protocol::Unspecified, bytes, false, error);
    }
}

/// Milliseconds since 1970 as the schema's time.
pub(crate) fn timestamp(ms: i64) -> events::Timestamp {
    events::Timestamp {
        seconds: ms.div_euclid(1000),
        nanos: i32::try_from(ms.rem_euclid(1000)).unwrap_or(0) * 1_000_000,
    }
}
