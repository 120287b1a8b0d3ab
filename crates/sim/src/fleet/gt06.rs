use wire::Time;
use wire::gt06::message::alarm::AlarmReport;
use wire::gt06::message::heartbeat::Heartbeat;
use wire::gt06::message::login::Login;
use wire::gt06::message::position::LocationUtc;
use wire::gt06::{
    Acc, Alarm, Cell, CellBlock, CourseStatus, Date, Form, Gps, GsmLevel, Imei, Info, Language, Message,
    Reupload, Splitter, UploadMode, VoltageLevel, encode, seal,
};

use super::speaker::{Expected, Incoming, Outgoing};
use crate::device::{Fix, Source, What};
use crate::world::TowerId;

/// Neighbours in a 0x28 message.
const SLOTS: usize = 7;
/// Number of the message with towers only, in UTC.
const TOWERS_UTC: u8 = 0x28;

/// A GT06 tracker's side of the protocol.
#[derive(Debug)]
pub(super) struct Tracker {
    imei: Imei,
    serial: u16,
    splitter: Splitter,
}

impl Tracker {
    pub(super) fn new(imei: &str) -> Self {
        Self {
            imei: Imei::from_digits(imei).unwrap_or_default(),
            serial: 0,
            splitter: Splitter::default(),
        }
    }

    /// A new connection begins.
    pub(super) fn reset(&mut self) {
        self.splitter = Splitter::default();
    }

    /// The serial begins at 1 and counts every message.
    fn next_serial(&mut self) -> u16 {
        self.serial = self.serial.wrapping_add(1);
        self.serial
    }

    fn outgoing(&mut self, message: &Message<'_>, number: u8, answered: bool) -> Outgoing {
        let serial = self.next_serial();
        Outgoing {
            bytes: encode(message, serial),
            expects: answered.then_some(Expected {
                serial,
                id: u16::from(number),
            }),
            fixes: Vec::new(),
        }
    }

    pub(super) fn hello(&mut self) -> Outgoing {
        let login = Login {
            imei: self.imei,
            ..Login::default()
        };
        self.outgoing(&Message::Login(login), 0x01, true)
    }

    /// True once the login was answered.
    pub(super) fn is_welcome(answered: Expected) -> bool {
        answered.id == 0x01
    }

    pub(super) fn messages(&mut self, what: &What) -> Vec<Outgoing> {
        match what {
            What::Connect | What::Disconnect => Vec::new(),
            What::Heartbeat(fix) => {
                let heartbeat = Heartbeat {
                    info: info(fix),
                    voltage_level: voltage(fix),
                    gsm: gsm(fix),
                    ..Heartbeat::default()
                };
                vec![self.outgoing(&Message::Heartbeat(heartbeat), 0x13, true)]
            }
            What::Live(fix) => vec![self.report(fix, false)],
            What::Stored(fixes) => fixes.iter().map(|fix| self.report(fix, true)).collect(),
        }
    }

    /// One fix: towers only, alarm with position, or position.
    fn report(&mut self, fix: &Fix, stored: bool) -> Outgoing {
        let mut outgoing = if fix.source == Source::Cell {
            let serial = self.next_serial();
            Outgoing {
                bytes: seal(Form::Short, TOWERS_UTC, &towers(fix), serial),
                expects: None,
                fixes: Vec::new(),
            }
        } else if fix.alarms.any() && !stored {
            let report = AlarmReport {
                date: date(fix),
                gps: gps(fix),
                cell: CellBlock::Gsm(cell(fix), &[]),
                info: info(fix),
                voltage_level: voltage(fix),
                gsm: gsm(fix),
                alarm: Alarm {
                    alarm: alarm_code(fix),
                    language: Language(2),
                },
                odometer_m: None,
            };
            self.outgoing(&Message::AlarmUtc(report), 0x26, true)
        } else {
            let location = LocationUtc {
                date: date(fix),
                gps: gps(fix),
                cell: cell(fix),
                acc: Acc(u8::from(fix.acc_on.unwrap_or(false))),
                upload_mode: UploadMode(0),
                reupload: Reupload(u8::from(stored)),
                odometer_m: Some(fix.odometer_m as u32),
            };
            self.outgoing(&Message::LocationUtc(location), 0x22, false)
        };
        outgoing.fixes.push(fix.time);
        outgoing
    }

    /// Cuts the first item off `bytes`.
    pub(super) fn next(&mut self, bytes: &[u8]) -> Option<(usize, Incoming)> {
        let split = self.splitter.next(bytes)?;
        let incoming = split.frame.map_or(Incoming::Other, |frame| Incoming::Answer {
            to: Expected {
                serial: frame.serial,
                id: u16::from(frame.number),
            },
            accepted: true,
        });
        Some((split.consumed, incoming))
    }
}

fn date(fix: &Fix) -> Date {
    Date::from_time(Time(fix.time * 1000), 0)
}

fn gps(fix: &Fix) -> Gps {
    let speed = fix.speed_kmh.round() as u8;
    let mut gps = Gps::new(
        fix.latitude,
        fix.longitude,
        speed,
        fix.heading_deg,
        fix.satellites,
    );
    if !fix.has_coordinates() {
        // Bit 12 clear: not positioned.
        gps.course_status = CourseStatus(gps.course_status.0 & !(1 << 12));
    }
    gps
}

fn cell(fix: &Fix) -> Cell {
    let Some(tower) = fix.towers.first() else {
        return Cell::default();
    };
    let TowerId { mcc, mnc, area, cell } = tower.id;
    Cell {
        mcc_word: mcc,
        mnc: u16::from(mnc),
        area: u32::from(area),
        cell: u64::from(cell),
    }
}

/// Date, network, the towers heard and empty slots, timing advance unknown, language.
fn towers(fix: &Fix) -> Vec<u8> {
    let Date(date) = date(fix);
    let mut content = date.to_vec();
    let network = fix.towers.first().map(|tower| tower.id);
    content.extend(network.map_or(0, |id| id.mcc).to_be_bytes());
    content.push(network.map_or(0, |id| id.mnc));
    let heard = fix.towers.iter().map(|tower| {
        let [_, high, middle, low] = tower.id.cell.to_be_bytes();
        let [area_high, area_low] = tower.id.area.to_be_bytes();
        [area_high, area_low, high, middle, low, tower.signal]
    });
    for slot in heard.chain(std::iter::repeat([0; 6])).take(SLOTS) {
        content.extend(slot);
    }
    content.extend([0xff, 0, 2]);
    content
}

fn info(fix: &Fix) -> Info {
    let mut bits = 0;
    for (set, bit) in [
        (fix.acc_on == Some(true), 1),
        (fix.battery_percent == 100, 2),
        (fix.has_coordinates(), 6),
    ] {
        bits |= u8::from(set) << bit;
    }
    Info(bits)
}

/// Levels 1 to 6.
fn voltage(fix: &Fix) -> VoltageLevel {
    VoltageLevel(1 + fix.battery_percent / 20)
}

/// Levels 1 to 4.
fn gsm(fix: &Fix) -> GsmLevel {
    GsmLevel((fix.csq / 8).clamp(1, 4))
}

fn alarm_code(fix: &Fix) -> u8 {
    if fix.alarms.sos {
        0x01
    } else if fix.alarms.power_cut {
        0x02
    } else if fix.alarms.overspeed {
        0x06
    } else {
        0x19
    }
}
