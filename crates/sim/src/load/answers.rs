//! Answers of a gateway, cut out of the stream; as little as a load run needs.

use wire::{gt06, jt808};

use super::Protocol;
use super::frames::{GT06_DATA, JT808_DATA};

/// What the gateway said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// A message was answered: its serial, and whether the answer is "received".
    Data { serial: u16, accepted: bool },
    /// The connection may be used now.
    Welcome,
    /// A multimedia item came whole.
    Uploaded,
    /// The code of a registration.
    Code(String),
    /// Registration or authentication was refused, with the result.
    Refused(u8),
    /// Something else, such as a platform's query.
    Other,
}

/// Finds answers in the bytes of one connection.
#[derive(Debug)]
pub(super) enum Reader {
    Jt808 {
        splitter: jt808::Splitter,
        scratch: Vec<u8>,
    },
    Gt06(gt06::Splitter),
}

impl Reader {
    pub(super) fn new(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Jt808 => Self::Jt808 {
                splitter: jt808::Splitter::default(),
                scratch: Vec::new(),
            },
            Protocol::Gt06 => Self::Gt06(gt06::Splitter::default()),
        }
    }

    /// The first whole item of `bytes`: how many bytes it took and what it says. `None` while it is incomplete.
    pub(super) fn next(&mut self, bytes: &[u8]) -> Option<(usize, Answer)> {
        match self {
            Self::Jt808 { splitter, scratch } => {
                let split = splitter.next(bytes, scratch)?;
                let meaning = split.frame.ok().and_then(|frame| jt808_meaning(&frame));
                Some((split.consumed, meaning.unwrap_or(Answer::Other)))
            }
            Self::Gt06(splitter) => {
                let split = splitter.next(bytes)?;
                let meaning = split.frame.map_or(Answer::Other, |frame| match frame.number {
                    0x01 => Answer::Welcome,
                    GT06_DATA => Answer::Data {
                        serial: frame.serial,
                        accepted: true,
                    },
                    _ => Answer::Other,
                });
                Some((split.consumed, meaning))
            }
        }
    }
}

fn jt808_meaning(frame: &jt808::Frame<'_>) -> Option<Answer> {
    let edition = jt808::Edition::V2013;
    if frame.header.id == JT808_DATA {
        // An echo server gives back what it got.
        return Some(Answer::Data {
            serial: frame.header.serial,
            accepted: true,
        });
    }
    let decoded = jt808::Message::parse(frame.header.id, edition, frame.body).ok()?;
    Some(match decoded.message {
        jt808::Message::PlatformAnswer(answer) => match (answer.answered_id.0, answer.result.0) {
            (0x0102, 0) => Answer::Welcome,
            (0x0102, result) => Answer::Refused(result),
            // 4: the alarm was dealt with.
            (JT808_DATA, result) => Answer::Data {
                serial: answer.answered_serial,
                accepted: result == 0 || result == 4,
            },
            _ => Answer::Other,
        },
        jt808::Message::RegisterAnswer(answer) => match answer.code {
            Some(code) if answer.result.accepted() => Answer::Code(code.decode().into_owned()),
            _ => Answer::Refused(answer.result.0),
        },
        jt808::Message::MediaAnswer(answer) if answer.missing.0.is_none() => Answer::Uploaded,
        _ => Answer::Other,
    })
}
