use std::fmt;

use crate::WireError;

/// Milliseconds since 1970-01-01 UTC. Sessions are told the time, they never ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);

impl Time {
    /// The time `seconds` later.
    #[must_use]
    pub const fn after_s(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }
}

/// One connection of one device as a state machine without I/O.
///
/// The shell gives it good frames with the time and does what the [`Step`] says: makes the message durable, then
/// writes the answer. The session never says "received" for something that is not durable: it marks such an answer
/// [`When::Durable`] and the shell holds it back.
pub trait Session: Send {
    /// A frame of the protocol, borrowed from the bytes as received.
    type Frame<'a>;
    /// What a frame means.
    type Message<'a>;

    /// Takes one good frame.
    fn receive<'a>(
        &mut self,
        frame: Self::Frame<'a>,
        now: Time,
        admission: &mut dyn Admission,
    ) -> Step<Self::Message<'a>>;

    /// Takes the passing of time: called at or after [`Session::deadline`].
    fn expire(&mut self, now: Time) -> Step<Self::Message<'static>>;

    /// When [`Session::expire`] wants to be called next.
    fn deadline(&self) -> Option<Time>;

    /// Digits of the device's id once it was admitted.
    fn device(&self) -> Option<&str>;
}

/// What the shell is to do after one input of a session.
#[derive(Debug)]
pub struct Step<M> {
    /// The message to be made durable.
    pub publish: Option<M>,
    /// Bytes to be written to the device, in order.
    pub answers: Vec<Answer>,
    /// The message could not be understood or was refused; it goes to the rejects with its bytes.
    pub reject: Option<WireError>,
    /// The device was admitted by this input: older connections of the same device are to be closed.
    pub admitted: bool,
    /// The connection is to be closed after the answers.
    pub close: Option<Close>,
}

impl<M> Default for Step<M> {
    fn default() -> Self {
        Self {
            publish: None,
            answers: Vec::new(),
            reject: None,
            admitted: false,
            close: None,
        }
    }
}

/// Bytes for the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The whole frame as it goes on the wire.
    pub bytes: Vec<u8>,
    /// When it may be written.
    pub when: When,
}

/// When an answer may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At once: it promises nothing about data (time, heartbeat, a refusal).
    AtOnce,
    /// After everything that the step publishes is durable, and not before the fate of all earlier steps of the
    /// connection is known. A step that failed silences its own answers only: the device sends that message again,
    /// and later messages are answered as if nothing had happened.
    Durable,
}

/// Why a session wants the connection closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// No login in time.
    LoginTimeout,
    /// Silence for longer than the protocol allows.
    Idle,
    /// The device may not connect.
    NotAdmitted,
    /// The device said goodbye.
    Unregistered,
}

/// What a device says about itself before it is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim<'a> {
    /// Digits of the id: IMEI (GT06), terminal phone number without leading zeros (JT/T 808).
    pub device: &'a str,
    /// What it shows for it.
    pub credentials: Credentials<'a>,
}

/// What a device shows for its claim.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials<'a> {
    /// Nothing but the id (GT06 login).
    None,
    /// It asks to be registered (JT/T 808 0x0100) and wants a code.
    Register,
    /// The code of an earlier registration (JT/T 808 0x0102).
    Code(&'a [u8]),
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Register => "Register",
            Self::Code(_) => "Code(****)",
        })
    }
}

/// Decides who may connect. The shell answers from memory, without waiting.
pub trait Admission {
    /// The decision on one claim.
    fn admit(&mut self, claim: &Claim<'_>) -> Verdict;
}

/// Decision on a claim.
#[derive(Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Let in.
    Accepted,
    /// Registered; the device is to be given this code (JT/T 808 0x8100) once its hash is durable.
    Registered {
        /// The code, known to nobody but the device.
        code: String,
    },
    /// The device is not known.
    UnknownDevice,
    /// The code is wrong.
    WrongCode,
    /// The device or its address is banned for a while.
    Banned,
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "Accepted",
            Self::Registered { .. } => "Registered(****)",
            Self::UnknownDevice => "UnknownDevice",
            Self::WrongCode => "WrongCode",
            Self::Banned => "Banned",
        })
    }
}
