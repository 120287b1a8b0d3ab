use wire::jt808::Edition;

use super::gt06::Tracker;
use super::jt808::Terminal;
use crate::device::What;
use crate::world::{Identity, Protocol};

/// Names the message that an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) serial: u16,
    pub(super) id: u16,
}

/// One frame to be sent.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub(super) bytes: Vec<u8>,
    /// The answer to wait for; none where the protocol has none.
    pub(super) expects: Option<Expected>,
    /// Times of the fixes in it, Unix seconds.
    pub(super) fixes: Vec<i64>,
}

/// One item that came from the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Incoming {
    /// A message was answered.
    Answer { to: Expected, accepted: bool },
    /// The gateway's time.
    Time,
    /// Something else.
    Other,
}

/// A device's side of its protocol; no I/O.
#[derive(Debug)]
pub(super) enum Speaker {
    Jt808(Terminal),
    Gt06(Tracker),
}

impl Speaker {
    pub(super) fn new(identity: &Identity) -> Self {
        match identity.protocol {
            Protocol::Gt06 => Self::Gt06(Tracker::new(&identity.device)),
            Protocol::Jt808V2013 => Self::Jt808(Terminal::new(Edition::V2013, &identity.device)),
            Protocol::Jt808V2019 => Self::Jt808(Terminal::new(Edition::V2019, &identity.device)),
        }
    }

    /// A new connection begins.
    pub(super) fn reset(&mut self) {
        match self {
            Self::Jt808(terminal) => terminal.reset(),
            Self::Gt06(tracker) => tracker.reset(),
        }
    }

    /// The next message of the login.
    pub(super) fn hello(&mut self) -> Outgoing {
        match self {
            Self::Jt808(terminal) => terminal.hello(),
            Self::Gt06(tracker) => tracker.hello(),
        }
    }

    /// True when this answer ends the login.
    pub(super) fn is_welcome(&self, answered: Expected) -> bool {
        match self {
            Self::Jt808(_) => Terminal::is_welcome(answered),
            Self::Gt06(_) => Tracker::is_welcome(answered),
        }
    }

    /// The login was refused.
    pub(super) fn refused(&mut self) {
        if let Self::Jt808(terminal) = self {
            terminal.forget_code();
        }
    }

    /// The messages of one action.
    pub(super) fn messages(&mut self, what: &What) -> Vec<Outgoing> {
        match self {
            Self::Jt808(terminal) => terminal.messages(what),
            Self::Gt06(tracker) => tracker.messages(what),
        }
    }

    /// Cuts the first item off `bytes`; how many bytes it took.
    pub(super) fn next(&mut self, bytes: &[u8]) -> Option<(usize, Incoming)> {
        match self {
            Self::Jt808(terminal) => terminal.next(bytes),
            Self::Gt06(tracker) => tracker.next(bytes),
        }
    }
}
