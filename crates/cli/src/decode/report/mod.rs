//! What one input turned out to be, in the same form for both protocols.

mod gt06;
mod jt808;

use std::borrow::Cow;
use std::str::FromStr;

use clap::ValueEnum;
use gateway::translate::{Context, Events};
use wire::jt808::Edition;
use wire::{ErrorKind, Field, Time, Value, WireError};

use super::input::{Input, NoHex};

/// Protocols that can be dissected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// Concox / Jimi GT06 family
    Gt06,
    /// JT/T 808 of 2011, 2013 and 2019
    Jt808,
}

impl Protocol {
    /// Name in JSON.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gt06 => "gt06",
            Self::Jt808 => "jt808",
        }
    }

    /// The protocol whose start bytes come first.
    fn guess(bytes: &[u8]) -> Self {
        let gt06 = bytes
            .windows(2)
            .position(|pair| pair == [0x78, 0x78] || pair == [0x79, 0x79]);
        let jt808 = bytes.iter().position(|byte| matches!(byte, 0x7e | 0xe7));
        match (gt06, jt808) {
            (Some(gt06), Some(jt808)) if jt808 < gt06 => Self::Jt808,
            (Some(_), _) | (None, None) => Self::Gt06,
            (None, Some(_)) => Self::Jt808,
        }
    }
}

/// The argument of `--body`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Body {
    pub(super) id: u16,
    pub(super) edition: Edition,
}

impl FromStr for Body {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, edition) = text.split_once('@').unwrap_or((text, "2013"));
        let digits = id.trim_start_matches("0x").trim_start_matches("0X");
        let id = u16::from_str_radix(digits, 16)
            .map_err(|_| format!("expected a message id such as 0x0200, found `{id}`"))?;
        let edition = match edition {
            "2011" => Edition::V2011,
            "2013" => Edition::V2013,
            "2019" => Edition::V2019,
            other => {
                return Err(format!(
                    "expected the edition 2011, 2013 or 2019, found `{other}`"
                ));
            }
        };
        Ok(Self { id, edition })
    }
}

/// What one input turned out to be.
#[derive(Debug)]
pub(super) struct Report {
    /// The input as given.
    pub(super) input: String,
    /// Time and direction, where a capture gave them.
    pub(super) label: String,
    /// The protocol it was read as; none when it was no hex.
    pub(super) protocol: Option<Protocol>,
    /// Number of bytes that belong to frames or were rejected.
    pub(super) consumed: usize,
    /// Frames and what is none, in order.
    pub(super) frames: Vec<FrameReport>,
    /// Why the whole input could not be read.
    pub(super) fault: Option<WireError>,
}

/// One frame, or bytes that are none.
#[derive(Debug)]
pub(super) struct FrameReport {
    /// Place in the input.
    pub(super) offset: usize,
    /// Length as received.
    pub(super) length: usize,
    /// What is wrong.
    pub(super) error: Option<WireError>,
    /// Message id as the protocol writes it; empty when it cannot be read.
    pub(super) id: String,
    /// English name.
    pub(super) name: String,
    /// Chinese name.
    pub(super) name_zh: String,
    /// Device id, where the frame states it.
    pub(super) device: Option<String>,
    /// Serial of the message.
    pub(super) serial: Option<u16>,
    /// `ok`, `wrong` or `absent`.
    pub(super) checksum: &'static str,
    /// Every byte of the frame by name.
    pub(super) fields: Vec<Field>,
    /// Every byte of the message by name.
    pub(super) body: Vec<Field>,
    /// With the last of several sub-packets: every byte of the message that they are, from its start.
    pub(super) joined: Vec<Field>,
    /// Bytes of that message.
    pub(super) joined_length: usize,
    /// Events that it becomes.
    pub(super) events: Events,
    /// Bytes that belong to no field.
    pub(super) rest: Vec<u8>,
}

impl Report {
    /// Reads an input.
    pub(super) fn of(text: &str, input: &Input, protocol: Option<Protocol>, body: Option<Body>) -> Self {
        let protocol = protocol.unwrap_or_else(|| match body {
            Some(body) if body.id > 0xff => Protocol::Jt808,
            Some(_) => Protocol::Gt06,
            None => Protocol::guess(&input.bytes),
        });
        let mut frames = match protocol {
            Protocol::Jt808 => jt808::frames(&input.bytes, body),
            Protocol::Gt06 => gt06::frames(&input.bytes, body),
        };
        let done = frames.last().map_or(0, |frame| frame.offset + frame.length);
        if let Some(rest) = input.bytes.get(done..).filter(|rest| !rest.is_empty()) {
            frames.push(FrameReport::unfinished(done, rest));
        }
        Self {
            input: text.trim().to_owned(),
            label: input
                .mark
                .as_ref()
                .map(|mark| format!("{} {}", mark.time, mark.direction()))
                .unwrap_or_default(),
            protocol: Some(protocol),
            consumed: frames.iter().map(|frame| frame.length).sum(),
            frames,
            fault: None,
        }
    }

    /// An input that is no hex.
    pub(super) fn no_hex(text: &str, error: &NoHex) -> Self {
        Self {
            input: text.trim().to_owned(),
            label: String::new(),
            protocol: None,
            consumed: 0,
            frames: Vec::new(),
            fault: Some(WireError::new(
                ErrorKind::Junk,
                error.at.saturating_sub(1),
                error.to_string(),
            )),
        }
    }

    /// The first problem.
    pub(super) fn error(&self) -> Option<&WireError> {
        self.fault
            .as_ref()
            .or_else(|| self.frames.iter().find_map(|frame| frame.error.as_ref()))
    }
}

impl FrameReport {
    /// The end of an input that may begin a frame and holds no whole one.
    fn unfinished(offset: usize, rest: &[u8]) -> Self {
        let error = WireError::new(
            ErrorKind::Truncated,
            rest.len(),
            format!(
                "expected the rest of a frame, found the end of the input after {} bytes",
                rest.len()
            ),
        );
        Self {
            offset,
            length: rest.len(),
            error: Some(error),
            id: String::new(),
            name: "unknown".to_owned(),
            name_zh: "未知".to_owned(),
            device: None,
            serial: None,
            checksum: "absent",
            fields: vec![Field {
                name: Cow::Borrowed("unknown"),
                name_zh: "未知",
                offset: 0,
                raw: rest.to_vec(),
                value: Value::Bytes,
                unit: "",
                note: String::new(),
                parts: Vec::new(),
            }],
            body: Vec::new(),
            joined: Vec::new(),
            joined_length: 0,
            events: Events::default(),
            rest: rest.to_vec(),
        }
    }
}

/// The fields of the message among those of its frame, where they stand below one of `names`.
fn body_fields(fields: &[Field], names: &[&str]) -> Vec<Field> {
    let body = fields.iter().find(|field| names.contains(&field.name.as_ref()));
    body.map(|field| field.parts.clone()).unwrap_or_default()
}

/// A message of a capture: nobody received it, so nothing is said about the time of receipt.
fn context(device: &str) -> Context<'_> {
    Context {
        device,
        received_at: None::<Time>,
        node: "",
        generation: 0,
        transport: events::origin::v1::Transport::None,
        suspect: false,
    }
}
