//! What a protocol contributes to a connection: where frames are, the session, and the events of a message.

mod gate;
mod gt06;
mod jt808;
mod secret;

use std::net::IpAddr;

use events::origin::v1::{Protocol, Transport};
use events::registry::v1::Device;
use wire::{Answer, Close, Step, Time, When, WireError};

pub(crate) use gate::Gate;
use secret::Remains;
pub(crate) use secret::{answer_holds_code, holds_code};

use crate::guard::Guard;
use crate::registry::Registry;
use crate::translate::{Context, Events};

/// Protocol of a connection, or that the first bytes are to tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaks {
    Gt06,
    Jt808,
    Any,
}

/// Settings of sessions, from the configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) login_ms: i64,
    pub(crate) idle_ms: i64,
}

impl Patience {
    /// Sessions count in seconds; the shell's own deadlines are exact.
    fn login_s(self) -> i64 {
        self.login_ms.div_euclid(1000) + 1
    }

    fn idle_s(self) -> i64 {
        self.idle_ms.div_euclid(1000).max(1)
    }
}

/// The protocol side of one connection.
pub(crate) enum Link {
    /// Nothing has come that tells the protocol.
    Undecided,
    Gt06(Box<gt06::Line>),
    Jt808(Box<jt808::Line>),
}

/// What one frame, or bytes that are none, led to.
pub(crate) struct Taken<'a> {
    /// The bytes as received.
    pub(crate) raw: &'a [u8],
    /// True where the bytes hold a secret and must be masked before anyone sees them.
    pub(crate) secret: bool,
    /// Device that the frame claims to come from, where it asks for something.
    pub(crate) claims: Option<&'a str>,
    /// Name of the message, for counting; `None` when the bytes are no good frame.
    pub(crate) message: Option<&'static str>,
    /// Number of the message in its protocol.
    pub(crate) message_id: u32,
    /// Serial of the message.
    pub(crate) serial: u32,
    /// Record of the device that has to become durable with the message.
    pub(crate) change: Option<Device>,
    /// To be published.
    pub(crate) events: &'a Events,
    /// To be written.
    pub(crate) answers: Vec<Answer>,
    /// What was wrong.
    pub(crate) reject: Option<WireError>,
    /// The reject says nothing that was not said a moment ago.
    pub(crate) quiet: bool,
    /// The connection is to be closed after the answers.
    pub(crate) close: Option<Close>,
}

/// Does what frames lead to.
pub(crate) trait Sink {
    /// The device was admitted: it is served by this connection from now on.
    fn admitted(&mut self, device: &str, protocol: Protocol) -> Served;
    /// A frame was taken.
    fn taken(&mut self, protocol: Protocol, taken: Taken<'_>);
}

/// A device's connection, as its events are marked with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Served {
    /// Generation of the connection; 0 before the admission.
    pub(crate) generation: u64,
    /// More connections claim the device than is plausible.
    pub(crate) suspect: bool,
}

/// One round of bytes of a connection.
pub(crate) struct Turn<'a> {
    /// The time, from the shell's clock.
    pub(crate) now: Time,
    /// Name of this node.
    pub(crate) node: &'a str,
    pub(crate) transport: Transport,
    pub(crate) served: Served,
    /// Address that the bytes came from.
    pub(crate) from: IpAddr,
    pub(crate) registry: &'a Registry,
    pub(crate) guard: &'a Guard,
    /// Room that is used again for every frame.
    pub(crate) room: &'a mut Room,
    pub(crate) sink: &'a mut dyn Sink,
}

/// Buffers that are used again for every frame.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// Unescaped bytes.
    pub(crate) unescaped: Vec<u8>,
    pub(crate) events: Events,
}

/// What is told about a good frame besides what its session says.
struct Good<'a> {
    protocol: Protocol,
    raw: &'a [u8],
    secret: bool,
    claims: Option<&'a str>,
    name: &'static str,
    message_id: u32,
    serial: u32,
}

impl Turn<'_> {
    /// Bytes that are no good frame.
    fn bad(&mut self, protocol: Protocol, raw: &[u8], secret: bool, error: WireError) {
        self.room.events.clear();
        let taken = Taken {
            raw,
            secret,
            claims: None,
            message: None,
            message_id: 0,
            serial: 0,
            change: None,
            events: &self.room.events,
            answers: Vec::new(),
            reject: Some(error),
            quiet: false,
            close: None,
        };
        self.sink.taken(protocol, taken);
    }

    /// A good frame, with the step of its session and what `translate` makes of its message.
    fn good<M>(
        &mut self,
        good: Good<'_>,
        device: Option<&str>,
        (change, quiet): (Option<Device>, bool),
        mut step: Step<M>,
        translate: impl FnOnce(&M, &Context<'_>, &mut Events) -> Result<(), WireError>,
    ) {
        self.room.events.clear();
        if let (true, Some(device)) = (step.admitted, device) {
            self.served = self.sink.admitted(device, good.protocol);
        }
        if let (Some(message), Some(device)) = (&step.publish, device) {
            let context = Context {
                device,
                received_at: Some(self.now),
                node: self.node,
                generation: self.served.generation,
                transport: self.transport,
                suspect: self.served.suspect,
            };
            if let Err(error) = translate(message, &context, &mut self.room.events) {
                // What is not stored is not promised.
                step.answers.retain(|answer| answer.when == When::AtOnce);
                step.reject.get_or_insert(error);
            }
        }
        let taken = Taken {
            raw: good.raw,
            secret: good.secret,
            claims: good.claims,
            message: Some(good.name),
            message_id: good.message_id,
            serial: good.serial,
            change,
            events: &self.room.events,
            answers: step.answers,
            reject: step.reject,
            quiet,
            close: step.close,
        };
        self.sink.taken(good.protocol, taken);
    }
}

impl Link {
    pub(crate) fn new(speaks: Speaks, patience: Patience, now: Time) -> Self {
        match speaks {
            Speaks::Gt06 => Self::Gt06(Box::new(gt06::Line::new(patience, now))),
            Speaks::Jt808 => Self::Jt808(Box::new(jt808::Line::new(patience, now))),
            Speaks::Any => Self::Undecided,
        }
    }

    /// Takes the bytes that there are and gives how many are done with. The rest comes again, with more.
    pub(crate) fn feed(&mut self, input: &[u8], patience: Patience, turn: &mut Turn<'_>) -> usize {
        match self {
            Self::Gt06(line) => line.feed(input, turn),
            Self::Jt808(line) => line.feed(input, turn),
            Self::Undecided => {
                let (skipped, speaks) = sniff(input);
                let (before, rest) = input.split_at(skipped);
                if !before.is_empty() {
                    let found = before.len();
                    let message =
                        format!("expected a frame of GT06 or JT/T 808, found {found} bytes of neither");
                    let error = WireError::new(wire::ErrorKind::Junk, 0, message);
                    let secret = Remains::default().bad(Protocol::Unspecified, before);
                    turn.bad(Protocol::Unspecified, before, secret, error);
                }
                let Some(speaks) = speaks else { return skipped };
                *self = Self::new(speaks, patience, turn.now);
                skipped + self.feed(rest, patience, turn)
            }
        }
    }

    /// Bytes of messages that have not come whole, and since when the oldest of them waits.
    pub(crate) fn held(&self) -> (usize, Option<Time>) {
        match self {
            Self::Jt808(line) => line.held(),
            Self::Gt06(_) | Self::Undecided => (0, None),
        }
    }

    /// Lets time pass.
    pub(crate) fn expire(&mut self, now: Time) -> Expired {
        match self {
            Self::Gt06(line) => line.expire(now),
            Self::Jt808(line) => line.expire(now),
            Self::Undecided => Expired::default(),
        }
    }

    pub(crate) fn protocol(&self) -> Protocol {
        match self {
            Self::Gt06(_) => Protocol::Gt06,
            Self::Jt808(_) => Protocol::Jt808,
            Self::Undecided => Protocol::Unspecified,
        }
    }
}

/// What the passing of time asks for.
#[derive(Debug, Default)]
pub(crate) struct Expired {
    /// Frames to be written: requests for missing parts, questions asked again.
    pub(crate) answers: Vec<u8>,
    /// What was given up.
    pub(crate) reject: Option<WireError>,
    /// Why the connection is to end.
    pub(crate) close: Option<Close>,
}

impl<M> From<Step<M>> for Expired {
    fn from(step: Step<M>) -> Self {
        Self {
            answers: step.answers.into_iter().flat_map(|answer| answer.bytes).collect(),
            reject: step.reject,
            close: step.close,
        }
    }
}

/// How many bytes come before the first that begins a frame, and of which protocol that is.
fn sniff(input: &[u8]) -> (usize, Option<Speaks>) {
    let found = input.iter().enumerate().find_map(|(place, byte)| match byte {
        0x78 | 0x79 => Some((place, Speaks::Gt06)),
        0x7E | 0xE7 | b'(' => Some((place, Speaks::Jt808)),
        _ => None,
    });
    found.map_or((input.len(), None), |(place, speaks)| (place, Some(speaks)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_of_a_frame_tells_the_protocol() {
        assert_eq!(sniff(&[0x78, 0x78]), (0, Some(Speaks::Gt06)));
        assert_eq!(sniff(&[0, 1, 0x7E, 0x78]), (2, Some(Speaks::Jt808)));
        assert_eq!(sniff(b"GET / HTTP"), (10, None));
    }
}
