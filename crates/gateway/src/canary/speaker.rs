//! What the canary says, in the protocol of its id, and how it is answered.

use wire::Time;
use wire::gt06::message::alarm::AlarmReport;
use wire::gt06::message::login::Login;
use wire::gt06::{self, Date, Imei};
use wire::jt808::location::{Fix, ItemBuf, Location};
use wire::jt808::message::{AnswerResult, GeneralAnswer};
use wire::jt808::{BcdTime, Edition, Envelope, Excess, GMT8_MINUTES, Message};

/// Digits of an IMEI; terminal phone numbers are shorter.
const IMEI_DIGITS: usize = 15;
/// GT06: alarm without an alarm, since positions alone are not answered.
const GT06_DATA: u8 = 0x26;
const GT06_LOGIN: u8 = 0x01;

/// Whether a device of that id speaks GT06; JT/T 808 otherwise.
pub(super) fn is_gt06(device: &str) -> bool {
    device.len() == IMEI_DIGITS
}

/// The message that an answer is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expected {
    serial: u16,
    id: u16,
}

/// A message and what answers it.
pub(super) struct Outgoing {
    pub(super) bytes: Vec<u8>,
    pub(super) expects: Expected,
}

/// One side of a connection.
pub(super) struct Speaker {
    device: String,
    scratch: Vec<u8>,
}

impl Speaker {
    pub(super) fn new(device: &str) -> Self {
        Self {
            device: device.to_owned(),
            scratch: Vec::new(),
        }
    }

    /// What it says on a connection: who it is where the protocol wants that, and a position of that time, Unix seconds,
    /// without coordinates.
    pub(super) fn messages(&self, time: i64, serial: u16) -> Vec<Outgoing> {
        let time = Time(time * 1000);
        if is_gt06(&self.device) {
            let login = gt06::Message::Login(Login {
                imei: Imei::from_digits(&self.device).unwrap_or_default(),
                ..Login::default()
            });
            let report = gt06::Message::AlarmUtc(AlarmReport {
                date: Date::from_time(time, 0),
                ..AlarmReport::default()
            });
            let message = |id, message: &gt06::Message<'_>, serial| Outgoing {
                bytes: gt06::encode(message, serial),
                expects: Expected {
                    serial,
                    id: u16::from(id),
                },
            };
            return vec![
                message(GT06_LOGIN, &login, serial.wrapping_sub(1)),
                message(GT06_DATA, &report, serial),
            ];
        }
        let items = ItemBuf::default();
        let location = Message::Location(Location {
            fix: Fix {
                time: BcdTime::from_time(time, GMT8_MINUTES),
                ..Fix::default()
            },
            items: items.list(),
        });
        let frame =
            Envelope::new(Edition::V2013, &self.device, serial).map(|envelope| envelope.frame(&location));
        vec![Outgoing {
            bytes: frame.unwrap_or_default(),
            expects: Expected {
                serial,
                id: location.id(),
            },
        }]
    }

    /// Whether the answer among what was heard says that the message was received; none while it has not come.
    pub(super) fn find(&mut self, heard: &[u8], expects: Expected) -> Option<bool> {
        if is_gt06(&self.device) {
            let (splitter, mut at) = (gt06::Splitter::default(), 0);
            while let Some(split) = splitter.next(&heard[at..]) {
                at += split.consumed;
                if let Ok(frame) = split.frame
                    && (frame.serial, u16::from(frame.number)) == (expects.serial, expects.id)
                {
                    return Some(true);
                }
            }
            return None;
        }
        let (mut splitter, mut at) = (wire::jt808::Splitter::new(Excess::Reject), 0);
        while let Some(split) = splitter.next(&heard[at..], &mut self.scratch) {
            at += split.consumed;
            if let Ok(frame) = split.frame
                && let Ok(decoded) = Message::parse(frame.header.id, Edition::V2013, frame.body)
                && let Message::PlatformAnswer(GeneralAnswer {
                    answered_serial,
                    answered_id,
                    result,
                }) = decoded.message
                && (answered_serial, answered_id.0) == (expects.serial, expects.id)
            {
                return Some(result == AnswerResult::OK);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_to_its_own_message_counts() {
        let mut jt808 = Speaker::new("19900000001");
        let sent = jt808.messages(1_772_409_600, 7);
        let answer = |serial, result| {
            Envelope::new(Edition::V2013, "19900000001", 0)
                .unwrap()
                .frame(&Message::PlatformAnswer(GeneralAnswer {
                    answered_serial: serial,
                    answered_id: wire::jt808::message::MessageId(0x0200),
                    result: AnswerResult(result),
                }))
        };
        assert_eq!(jt808.find(&answer(6, 0), sent[0].expects), None);
        assert_eq!(jt808.find(&answer(7, 0), sent[0].expects), Some(true));
        assert_eq!(jt808.find(&answer(7, 1), sent[0].expects), Some(false));
        let whole = answer(7, 0);
        assert_eq!(jt808.find(&whole[..whole.len() - 1], sent[0].expects), None);

        let mut gt06 = Speaker::new("861000000000019");
        let sent = gt06.messages(1_772_409_600, 7);
        assert_eq!(sent.len(), 2);
        let acknowledgement = gt06::seal(gt06::Form::Short, GT06_DATA, &[], 7);
        assert_eq!(gt06.find(&acknowledgement, sent[1].expects), Some(true));
        assert_eq!(gt06.find(&acknowledgement, sent[0].expects), None);
    }
}
