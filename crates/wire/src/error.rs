use std::borrow::Cow;
use std::fmt;

/// What kind of problem a frame or message has. The names are those of `milepost decode` and of the rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The checksum does not match the bytes.
    Checksum,
    /// The length field does not match the bytes, or is over the protocol's limit.
    Length,
    /// An escape sequence that does not exist.
    Escape,
    /// The frame or message ends too early.
    Truncated,
    /// Bytes between frames that belong to none.
    Junk,
    /// A well-formed frame of a message that is not known.
    UnknownMessage,
    /// A field holds a value that it cannot have.
    Field,
    /// The body is encrypted and no key is configured.
    Encrypted,
    /// A message that is not allowed in this state of the connection, such as a position before the login.
    State,
    /// The device is not known or not let in.
    NotAdmitted,
    /// More than the limits allow: sub-packets, bytes, messages in reassembly.
    TooLarge,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Checksum,
        Self::Length,
        Self::Escape,
        Self::Truncated,
        Self::Junk,
        Self::UnknownMessage,
        Self::Field,
        Self::Encrypted,
        Self::State,
        Self::NotAdmitted,
        Self::TooLarge,
    ];

    /// Name as it appears in JSON, rejects and metric labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checksum => "checksum",
            Self::Length => "length",
            Self::Escape => "escape",
            Self::Truncated => "truncated",
            Self::Junk => "junk",
            Self::UnknownMessage => "unknown-message",
            Self::Field => "field",
            Self::Encrypted => "encrypted",
            Self::State => "state",
            Self::NotAdmitted => "not-admitted",
            Self::TooLarge => "too-large",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A problem with bytes from a device: what, where, and what was expected and found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}: {message}")]
pub struct WireError {
    /// Kind of the problem.
    pub kind: ErrorKind,
    /// Where it is, in bytes from the start of the frame as received.
    pub offset: usize,
    /// What was expected, what was found.
    pub message: Cow<'static, str>,
}

impl WireError {
    /// A problem at `offset`.
    pub fn new(kind: ErrorKind, offset: usize, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            offset,
            message: message.into(),
        }
    }
}
