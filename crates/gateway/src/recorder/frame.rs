use std::fmt;

use jiff::Timestamp;
use wire::ErrorKind;

/// A frame, or bytes that are none, on their way between a device and the gateway.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    /// When it was read, or given to the socket.
    pub(crate) time_ms: i64,
    /// From the gateway to the device.
    pub(crate) down: bool,
    /// It may hold an authentication code or the number of a SIM card.
    pub(crate) secret: bool,
    /// What was wrong with it.
    pub(crate) reject: Option<ErrorKind>,
    /// As it travelled.
    pub(crate) bytes: &'a [u8],
}

/// What is known about a frame besides its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) time_ms: i64,
    /// Bytes of the frame, whether they were kept or not.
    pub(crate) length: u32,
    pub(crate) down: bool,
    pub(crate) kept: Kept,
    pub(crate) reject: Option<ErrorKind>,
}

/// Whether the bytes of a frame were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    Whole,
    /// No: nobody may read them.
    Secret,
    /// No: there are more of them than one device's share.
    TooLong,
}

impl Frame<'_> {
    pub(crate) fn head(&self, kept: Kept) -> Head {
        Head {
            time_ms: self.time_ms,
            length: u32::try_from(self.bytes.len()).unwrap_or(u32::MAX),
            down: self.down,
            kept,
            reject: self.reject,
        }
    }
}

/// A frame as a line of a capture: `time direction hex`, behind it a remark where there is something to remark. A frame
/// whose bytes were not kept is a remark as a whole.
pub(crate) struct Line<'a>(pub(crate) Head, pub(crate) &'a [u8]);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(head, bytes) = self;
        let time = Timestamp::from_millisecond(head.time_ms).unwrap_or_default();
        let direction = if head.down { "down" } else { "up" };
        match head.kept {
            Kept::Whole => {
                write!(f, "{time:.3} {direction} {}", hex::encode(bytes))?;
                if let Some(kind) = head.reject {
                    write!(f, " # {kind}")?;
                }
            }
            Kept::Secret => write!(
                f,
                "# {time:.3} {direction} {} bytes that may hold a secret; gateway.recorder.secrets shows them",
                head.length
            )?,
            Kept::TooLong => write!(
                f,
                "# {time:.3} {direction} {} bytes, too many to be kept",
                head.length
            )?,
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_time_direction_and_bytes_or_why_there_are_none() {
        let frame = Frame {
            time_ms: 1_700_000_000_123,
            down: false,
            secret: false,
            reject: Some(ErrorKind::Checksum),
            bytes: &[0x7E, 2],
        };
        let line = |kept| Line(frame.head(kept), frame.bytes).to_string();
        assert_eq!(line(Kept::Whole), "2023-11-14T22:13:20.123Z up 7e02 # checksum\n");
        let secret = line(Kept::Secret);
        assert!(
            secret.starts_with("# 2023-11-14T22:13:20.123Z up 2 bytes") && !secret.contains("7e02"),
            "{secret}"
        );
        assert!(line(Kept::TooLong).starts_with("# "));
    }
}
