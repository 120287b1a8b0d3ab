//! Frames of a load run: a body is made once, and only what changes is written anew for each message.

use wire::gt06::message::alarm::AlarmReport;
use wire::gt06::message::login::Login;
use wire::gt06::{self, Form};
use wire::jt808::location::{Fix, ItemBuf, Location, Status};
use wire::jt808::message::{AuthCode, Authentication, MediaHead, MediaPosition, MediaUpload, Registration};
use wire::jt808::{Bytes, Edition, Envelope, Fixed, Message, Scaled, Text};

use crate::obligations::Obligations;
use crate::world::UTC_OFFSET_S;

/// Protocol of a load run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// GT06: messages 0x26 that state no alarm, since positions alone are not answered.
    Gt06,
    /// JT/T 808 edition 2013: positions 0x0200.
    Jt808,
}

/// Number of the GT06 message that a load run sends.
pub(super) const GT06_DATA: u8 = 0x26;
/// Number of the JT/T 808 message that a load run sends.
pub(super) const JT808_DATA: u16 = 0x0200;

/// Makes the frames of one device.
#[derive(Debug)]
pub struct FrameMaker {
    device: String,
    base: i64,
    clock: CivilClock,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Jt808 { envelope: Envelope, body: Vec<u8> },
    Gt06 { content: Vec<u8> },
}

impl FrameMaker {
    /// Frames of the device `number`, below 10⁸; the first fix is made at `base`, Unix seconds.
    #[must_use]
    pub fn new(protocol: Protocol, number: u64, base: i64) -> Self {
        let number = number % 100_000_000;
        let (device, kind, ahead) = match protocol {
            Protocol::Jt808 => {
                let device = format!("101{number:08}");
                let envelope = Envelope::new(Edition::V2013, &device, 0);
                (device, envelope.map(jt808_template), UTC_OFFSET_S)
            }
            Protocol::Gt06 => (format!("8610000{number:08}"), Some(gt06_template()), 0),
        };
        Self {
            device,
            base,
            clock: CivilClock::new(base + ahead),
            kind: kind.unwrap_or_else(|| unreachable!("eleven digits fit into a terminal phone number")),
        }
    }

    /// The id under which the device's positions stand in the topic.
    #[must_use]
    pub fn device(&self) -> &str {
        &self.device
    }

    /// Obligations of the device, none yet.
    #[must_use]
    pub fn obligations(&self) -> Obligations {
        Obligations {
            device: self.device.clone(),
            base: self.base,
            ..Obligations::default()
        }
    }

    /// Appends the frame with sequence number `sequence` to `out`; it carries the serial `sequence mod 65,536`.
    pub fn data(&mut self, sequence: u64, out: &mut Vec<u8>) {
        let serial = sequence as u16;
        let time = self.clock.at(sequence);
        // Along a diagonal of some 3 km, over and over.
        let along = (sequence % 4000) as u32;
        match &mut self.kind {
            Kind::Jt808 { envelope, body } => {
                put(body, 8, &(30_560_000 + along * 5).to_be_bytes());
                put(body, 12, &(114_310_000 + along * 5).to_be_bytes());
                put(body, 22, &time.map(|value| ((value / 10) << 4) | (value % 10)));
                out.extend(envelope.seal(JT808_DATA, serial, None, body));
            }
            Kind::Gt06 { content } => {
                put(content, 0, &time);
                put(content, 7, &(55_008_000 + along * 9).to_be_bytes());
                put(content, 11, &(205_758_000 + along * 9).to_be_bytes());
                out.extend(gt06::seal(Form::Short, GT06_DATA, content, serial));
            }
        }
    }

    /// The sub-packets of the device's multimedia item `number` with so many bytes of data; none in GT06. They carry
    /// serials of their own in a row, as the standard wants it.
    #[must_use]
    pub fn upload(&self, number: u32, bytes: usize) -> Vec<Vec<u8>> {
        let Kind::Jt808 { envelope, .. } = &self.kind else {
            return Vec::new();
        };
        // A picture that nobody can look at, and in which every byte value occurs.
        let data: Vec<u8> = (0..bytes).map(|at| (at % 251) as u8).collect();
        let upload = MediaUpload {
            head: MediaHead {
                id: number,
                ..MediaHead::default()
            },
            position: Some(MediaPosition(Some(Fix::default()))),
            data: Bytes(&data),
            ..MediaUpload::default()
        };
        let envelope = Envelope {
            serial: (number as u16).wrapping_mul(1024),
            ..*envelope
        };
        envelope.frames(&Message::MediaData(upload))
    }

    /// Appends the first message of a connection: registration, or authentication with the `code` of an earlier one,
    /// or login.
    pub fn hello(&self, code: Option<&str>, out: &mut Vec<u8>) {
        match (&self.kind, code) {
            (Kind::Jt808 { envelope, .. }, Some(code)) => {
                let code = AuthCode(code.as_bytes());
                out.extend(envelope.frame(&Message::Authenticate(Authentication {
                    code,
                    ..Authentication::default()
                })));
            }
            (Kind::Jt808 { envelope, .. }, None) => {
                let registration = Registration {
                    maker: Fixed(b"MPOST"),
                    model: Fixed(b"LOAD"),
                    plate: Text(self.device.as_bytes()),
                    ..Registration::default()
                };
                out.extend(envelope.frame(&Message::Register(registration)));
            }
            (Kind::Gt06 { .. }, _) => {
                let login = Login {
                    imei: gt06::Imei::from_digits(&self.device).unwrap_or_default(),
                    ..Login::default()
                };
                out.extend(gt06::encode(&gt06::Message::Login(login), 1));
            }
        }
    }
}

fn put(body: &mut [u8], at: usize, bytes: &[u8]) {
    body[at..at + bytes.len()].copy_from_slice(bytes);
}

fn jt808_template(envelope: Envelope) -> Kind {
    let items = ItemBuf::default().with(0x30, &[24]).with(0x31, &[9]);
    let location = Location {
        fix: Fix {
            // Ignition on, positioned.
            status: Status(3),
            altitude_m: 25,
            speed_kmh: Scaled(360),
            heading_deg: 45,
            ..Fix::default()
        },
        items: items.list(),
    };
    let mut body = Vec::new();
    Message::Location(location).write(&mut body, Edition::V2013);
    Kind::Jt808 { envelope, body }
}

fn gt06_template() -> Kind {
    let report = AlarmReport {
        gps: gt06::Gps::new(30.56, 114.31, 36, 45, 9),
        ..AlarmReport::default()
    };
    let mut content = Vec::new();
    gt06::Message::AlarmUtc(report).write(&mut content);
    Kind::Gt06 { content }
}

/// Date and time of a growing count of seconds; the date is worked out once a day.
#[derive(Debug)]
struct CivilClock {
    base: i64,
    day: i64,
    date: [u8; 3],
}

impl CivilClock {
    fn new(base: i64) -> Self {
        Self {
            base,
            day: i64::MIN,
            date: [0; 3],
        }
    }

    /// Year of the century, month, day, hour, minute, second.
    fn at(&mut self, sequence: u64) -> [u8; 6] {
        let seconds = self.base + sequence as i64;
        let day = seconds.div_euclid(86_400);
        if day != self.day {
            self.day = day;
            let midnight = jiff::Timestamp::from_second(day * 86_400).unwrap_or_default();
            let date = jiff::tz::Offset::UTC.to_datetime(midnight);
            self.date = [
                date.year().rem_euclid(100) as u8,
                date.month() as u8,
                date.day() as u8,
            ];
        }
        let rest = seconds.rem_euclid(86_400);
        let [year, month, day] = self.date;
        [
            year,
            month,
            day,
            (rest / 3600) as u8,
            (rest / 60 % 60) as u8,
            (rest % 60) as u8,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: i64 = 1_772_409_600;

    #[test]
    fn jt808_frames_are_read_as_what_they_were_made_from() {
        let mut maker = FrameMaker::new(Protocol::Jt808, 7, BASE);
        let mut bytes = Vec::new();
        maker.data(70_000, &mut bytes);
        let mut splitter = wire::jt808::Splitter::default();
        let mut scratch = Vec::new();
        let frame = splitter.next(&bytes, &mut scratch).unwrap().frame.unwrap();
        assert_eq!(frame.header.phone.digits(), maker.device());
        assert_eq!(frame.header.serial, 70_000_u32 as u16);
        let decoded = Message::parse(frame.header.id, Edition::V2013, frame.body).unwrap();
        let Message::Location(location) = decoded.message else {
            panic!("{decoded:?}")
        };
        assert_eq!(location.fix.time.time().unwrap().0, (BASE + 70_000) * 1000);
        assert!((location.fix.latitude() - (30.56 + 2000.0 * 5e-6)).abs() < 1e-9);
        assert!(location.fix.valid());
    }

    #[test]
    fn an_upload_is_cut_into_sub_packets_that_make_up_its_data() {
        let parts = FrameMaker::new(Protocol::Jt808, 7, BASE).upload(3, 65_536);
        assert_eq!(parts.len(), 65);
        let mut body = Vec::new();
        for (index, part) in (1..).zip(&parts) {
            let mut scratch = Vec::new();
            let split = wire::jt808::Splitter::default().next(part, &mut scratch).unwrap();
            let frame = split.frame.unwrap();
            assert_eq!(frame.header.part.map(|part| part.index), Some(index));
            body.extend_from_slice(frame.body);
        }
        let decoded = Message::parse(0x0801, Edition::V2013, &body).unwrap();
        let Message::MediaData(upload) = decoded.message else {
            panic!("{decoded:?}")
        };
        assert_eq!((upload.head.id, upload.data.0.len()), (3, 65_536));
    }

    #[test]
    fn gt06_frames_are_read_as_what_they_were_made_from() {
        let mut maker = FrameMaker::new(Protocol::Gt06, 7, BASE);
        let mut bytes = Vec::new();
        maker.data(3, &mut bytes);
        let splitter = gt06::Splitter::default();
        let frame = splitter.next(&bytes).unwrap().frame.unwrap();
        assert_eq!((frame.serial, frame.number), (3, GT06_DATA));
        let decoded = gt06::Message::parse(&frame, gt06::Model::default()).unwrap();
        let gt06::Message::AlarmUtc(report) = decoded.message else {
            panic!("{decoded:?}")
        };
        assert_eq!(report.date.in_zone(0).unwrap().0, (BASE + 3) * 1000);
        assert!((report.gps.latitude() - (30.56 + 3.0 * 9.0 / 1_800_000.0)).abs() < 1e-9);
    }

    #[test]
    fn times_count_on_from_the_base_over_midnight() {
        let base = "2026-02-28T23:59:58Z".parse::<jiff::Timestamp>().unwrap();
        let mut clock = CivilClock::new(base.as_second());
        assert_eq!(clock.at(1), [26, 2, 28, 23, 59, 59]);
        assert_eq!(clock.at(2), [26, 3, 1, 0, 0, 0]);
        assert_eq!(clock.at(0), [26, 2, 28, 23, 59, 58]);
    }
}
