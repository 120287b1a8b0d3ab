use wire::Time;
use wire::jt808::location::{Alarms, Fix as WireFix, ItemBuf, Location, Status};
use wire::jt808::message::{
    AnswerResult, AuthCode, Authentication, BatchKind, Empty, GeneralAnswer, HeartbeatBody, PositionsBuf,
    Registration,
};
use wire::jt808::{BcdTime, Edition, Envelope, Excess, Fixed, GMT8_MINUTES, Message, Scaled, Splitter, Text};

use super::speaker::{Expected, Incoming, Outgoing};
use crate::device::{Fix, What};

/// Milliseconds in a second, for the wire's clock.
const MS: i64 = 1000;

/// A JT/T 808 terminal's side of the protocol.
#[derive(Debug)]
pub(super) struct Terminal {
    edition: Edition,
    digits: String,
    serial: u16,
    code: Option<String>,
    splitter: Splitter,
    scratch: Vec<u8>,
}

impl Terminal {
    pub(super) fn new(edition: Edition, digits: &str) -> Self {
        Self {
            edition,
            digits: digits.to_owned(),
            serial: 0,
            code: None,
            splitter: Splitter::new(Excess::Reject),
            scratch: Vec::new(),
        }
    }

    /// A new connection begins.
    pub(super) fn reset(&mut self) {
        self.splitter = Splitter::new(Excess::Reject);
    }

    fn outgoing(&mut self, message: &Message<'_>) -> Outgoing {
        let serial = self.serial;
        self.serial = self.serial.wrapping_add(1);
        let bytes = Envelope::new(self.edition, &self.digits, serial)
            .map(|envelope| envelope.frame(message))
            .unwrap_or_default();
        Outgoing {
            bytes,
            expects: Some(Expected {
                serial,
                id: message.id(),
            }),
            fixes: Vec::new(),
        }
    }

    /// Registration while there is no code, then authentication.
    pub(super) fn hello(&mut self) -> Outgoing {
        let Some(code) = self.code.clone() else {
            let digits = self.digits.clone();
            let registration = Registration {
                province: 42,
                city: 100,
                maker: Fixed(b"MPOST"),
                model: Fixed(b"SIM-1"),
                terminal_id: Fixed(
                    digits
                        .as_bytes()
                        .get(digits.len().saturating_sub(7)..)
                        .unwrap_or_default(),
                ),
                plate: Text(digits.as_bytes()),
                ..Registration::default()
            };
            return self.outgoing(&Message::Register(registration));
        };
        self.outgoing(&Message::Authenticate(Authentication {
            code: AuthCode(code.as_bytes()),
            imei: Some(Fixed(b"860000000000000")),
            software: Some(Fixed(b"sim")),
        }))
    }

    /// The code was not accepted; register anew next time.
    pub(super) fn forget_code(&mut self) {
        self.code = None;
    }

    pub(super) fn messages(&mut self, what: &What) -> Vec<Outgoing> {
        match what {
            What::Connect | What::Disconnect => Vec::new(),
            What::Heartbeat(_) => {
                let mut messages = vec![self.outgoing(&Message::Heartbeat(HeartbeatBody::default()))];
                if self.edition.since_2019() && self.serial.is_multiple_of(16) {
                    messages.push(self.outgoing(&Message::TimeQuery(Empty::default())));
                }
                messages
            }
            What::Live(fix) => {
                let items = items(fix);
                let mut message = self.outgoing(&Message::Location(location(fix, &items)));
                message.fixes.push(fix.time);
                vec![message]
            }
            What::Stored(fixes) => {
                let mut positions = PositionsBuf::default();
                for fix in fixes {
                    let items = items(fix);
                    positions.push(&location(fix, &items));
                }
                let batch = positions.batch(BatchKind(1));
                let mut message = self.outgoing(&Message::LocationBatch(batch));
                message.fixes.extend(fixes.iter().map(|fix| fix.time));
                vec![message]
            }
        }
    }

    /// Cuts the first item off `bytes`.
    pub(super) fn next(&mut self, bytes: &[u8]) -> Option<(usize, Incoming)> {
        let split = self.splitter.next(bytes, &mut self.scratch)?;
        let consumed = split.consumed;
        let Ok(frame) = split.frame else {
            return Some((consumed, Incoming::Other));
        };
        let edition = frame.header.edition(Edition::V2013);
        let Ok(decoded) = Message::parse(frame.header.id, edition, frame.body) else {
            return Some((consumed, Incoming::Other));
        };
        let incoming = match decoded.message {
            Message::PlatformAnswer(GeneralAnswer {
                answered_serial,
                answered_id,
                result,
            }) => Incoming::Answer {
                to: Expected {
                    serial: answered_serial,
                    id: answered_id.0,
                },
                // 4: the alarm was dealt with.
                accepted: result == AnswerResult::OK || result.0 == 4,
            },
            Message::RegisterAnswer(answer) => {
                if let Some(code) = answer.code {
                    self.code = Some(code.decode().into_owned());
                }
                Incoming::Answer {
                    to: Expected {
                        serial: answer.answered_serial,
                        id: 0x0100,
                    },
                    accepted: answer.result.accepted(),
                }
            }
            Message::ServerTime(_) => Incoming::Time,
            _ => Incoming::Other,
        };
        Some((consumed, incoming))
    }

    /// True once the last accepted answer lets the terminal report.
    pub(super) fn is_welcome(answered: Expected) -> bool {
        answered.id == 0x0102
    }
}

fn location<'a>(fix: &Fix, items: &'a ItemBuf) -> Location<'a> {
    let positioned = fix.has_coordinates();
    let mut status = u32::from(fix.acc_on.unwrap_or(false));
    if positioned {
        // Positioned, by BeiDou and GPS.
        status |= 1 << 1 | 1 << 18 | 1 << 19;
    }
    let mut alarms = 0;
    for (set, bit) in [
        (fix.alarms.sos, 0),
        (fix.alarms.overspeed, 1),
        (fix.alarms.low_battery, 7),
        (fix.alarms.power_cut, 8),
    ] {
        alarms |= u32::from(set) << bit;
    }
    let degrees = |value: f64| {
        Scaled(if positioned {
            (value.abs() * 1e6).round() as u32
        } else {
            0
        })
    };
    Location {
        fix: WireFix {
            alarms: Alarms(alarms),
            status: Status(status),
            latitude_deg: degrees(fix.latitude),
            longitude_deg: degrees(fix.longitude),
            altitude_m: fix.altitude_m.round() as i16,
            speed_kmh: Scaled((fix.speed_kmh * 10.0).round() as u16),
            heading_deg: fix.heading_deg,
            time: BcdTime::from_time(Time(fix.time * MS), GMT8_MINUTES),
        },
        items: items.list(),
    }
}

fn items(fix: &Fix) -> ItemBuf {
    let mut items = ItemBuf::default()
        .with(0x01, &((fix.odometer_m / 100.0) as u32).to_be_bytes())
        .with(0x30, &[fix.csq])
        .with(0x31, &[fix.satellites]);
    if !fix.towers.is_empty() {
        // Vendor item of personal trackers: the towers heard.
        let mut value = vec![fix.towers.len() as u8];
        for tower in &fix.towers {
            value.extend(tower.id.mcc.to_be_bytes());
            value.push(tower.id.mnc);
            value.extend(tower.id.area.to_be_bytes());
            value.extend((tower.id.cell as u16).to_be_bytes());
            value.push(tower.signal);
        }
        items = items.with(0x53, &value);
    }
    items
}
