/// How frames are delimited on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// `7E … 7E`, the standard.
    #[default]
    Standard,
    /// `E7 … E7` with other escapes and a terminal id of seven bytes: padlocks of the Jointech family.
    Padlock,
    /// A sentence in round brackets, sent by such padlocks between frames.
    Text,
}

impl Dialect {
    /// The byte before and after a frame.
    #[must_use]
    pub const fn delimiter(self) -> u8 {
        match self {
            Self::Padlock => 0xE7,
            Self::Standard | Self::Text => 0x7E,
        }
    }

    /// Bytes of the terminal's id in a header without version flag.
    #[must_use]
    pub const fn phone_width(self) -> usize {
        match self {
            Self::Padlock => 7,
            Self::Standard | Self::Text => 6,
        }
    }

    /// What an escape sequence stands for.
    pub(super) const fn unescape(self, first: u8, second: u8) -> Option<u8> {
        match (self, first, second) {
            (Self::Standard, 0x7D, 1) => Some(0x7D),
            (Self::Standard, 0x7D, 2) => Some(0x7E),
            (Self::Padlock, 0xE6, 1) => Some(0xE6),
            (Self::Padlock, 0xE6, 2) => Some(0xE7),
            (Self::Padlock, 0x3E, 1) => Some(0x3E),
            (Self::Padlock, 0x3E, 2) => Some(0x3D),
            _ => None,
        }
    }

    /// The escape sequence of a byte that must not travel as it is.
    pub(crate) const fn escape(self, byte: u8) -> Option<[u8; 2]> {
        match (self, byte) {
            (Self::Standard, 0x7D) => Some([0x7D, 1]),
            (Self::Standard, 0x7E) => Some([0x7D, 2]),
            (Self::Padlock, 0xE6) => Some([0xE6, 1]),
            (Self::Padlock, 0xE7) => Some([0xE6, 2]),
            (Self::Padlock, 0x3E) => Some([0x3E, 1]),
            (Self::Padlock, 0x3D) => Some([0x3E, 2]),
            _ => None,
        }
    }

    /// True when the content of a frame holds a byte that must not travel as it is.
    pub(crate) fn must_escape(self, content: &[u8]) -> bool {
        match self {
            Self::Standard => memchr::memchr2(0x7D, 0x7E, content).is_some(),
            Self::Padlock => content.iter().any(|byte| self.escape(*byte).is_some()),
            Self::Text => false,
        }
    }

    /// Places of the next delimiter and of the first escape sequence before it, in one pass where there is none.
    pub(super) fn find_end(self, bytes: &[u8]) -> (Option<usize>, Option<usize>) {
        let first = match self {
            Self::Standard => memchr::memchr2(0x7E, 0x7D, bytes),
            Self::Padlock => memchr::memchr3(0xE7, 0xE6, 0x3E, bytes),
            Self::Text => None,
        };
        let Some(at) = first else { return (None, None) };
        if bytes.get(at) == Some(&self.delimiter()) {
            return (first, None);
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let delimiter = memchr::memchr(self.delimiter(), rest);
        (delimiter.map(|after| at.saturating_add(after)), first)
    }

    /// Place of the next byte that begins an escape sequence.
    pub(super) fn find_escape(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Standard => memchr::memchr(0x7D, bytes),
            Self::Padlock => memchr::memchr2(0xE6, 0x3E, bytes),
            Self::Text => None,
        }
    }
}
