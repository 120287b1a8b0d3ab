//! Frames of a load run, made from a template in a few nanoseconds each.

use crate::obligations::Obligations;

/// Protocol of a load run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// GT06: alarm messages 0x26 without alarm, since positions alone are not answered.
    Gt06,
    /// JT/T 808 edition 2013: positions 0x0200.
    Jt808,
}

/// Makes the frames of one device.
#[derive(Debug)]
pub struct FrameMaker {
    protocol: Protocol,
    device: String,
    base: i64,
    clock: CivilClock,
    content: Vec<u8>,
}

/// Where in the content of a 0x0200 message things stand: header 12 bytes, then the body.
mod jt808_at {
    pub(super) const SERIAL: usize = 10;
    pub(super) const LATITUDE: usize = 12 + 8;
    pub(super) const LONGITUDE: usize = 12 + 12;
    pub(super) const TIME: usize = 12 + 22;
}

/// The same for a 0x26 frame, from the length byte on.
mod gt06_at {
    pub(super) const TIME: usize = 2;
    pub(super) const LATITUDE: usize = 9;
    pub(super) const LONGITUDE: usize = 13;
}

impl FrameMaker {
    /// Frames of the device `number`; the first fix is made at `base`.
    #[must_use]
    pub fn new(protocol: Protocol, number: u64, base: i64) -> Self {
        let (device, content, ahead) = match protocol {
            Protocol::Jt808 => {
                let device = format!("101{number:08}");
                let mut content = vec![0x02, 0x00, 0x00, 28 + 6];
                content.extend(bcd(&format!("{device:0>12}")));
                content.extend([0; 2 + 4]);
                // ACC on, positioned.
                content.extend([0, 0, 0, 3]);
                content.extend([0; 8]);
                // 25 m high, 36 km/h to the east.
                content.extend([0, 25, 0x01, 0x68, 0, 90]);
                content.extend([0; 6]);
                // Additional items: signal 24, 9 satellites.
                content.extend([0x30, 1, 24, 0x31, 1, 9]);
                (device, content, crate::world::UTC_OFFSET_S)
            }
            Protocol::Gt06 => {
                let device = format!("8610{number:011}");
                let mut content = vec![0x25, 0x26, 0, 0, 0, 0, 0, 0, 0xc9];
                content.extend([0; 8]);
                // 36 km/h, positioned, north, east, course 90.
                content.extend([36, 0x14, 90]);
                // A tower of China Mobile, terminal information, levels, no alarm, an answer is wanted.
                content.extend([9, 0x01, 0xcc, 0, 0x70, 0x10, 0, 0x10, 0x01]);
                content.extend([0x46, 6, 4, 0, 2]);
                (device, content, 0)
            }
        };
        Self {
            protocol,
            device,
            base,
            clock: CivilClock::new(base + ahead),
            content,
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
        let serial = (sequence as u16).to_be_bytes();
        let time = self.clock.at(sequence);
        // Once around a square of some 2 km in 4,000 messages.
        let along = (sequence % 4000) as u32;
        match self.protocol {
            Protocol::Jt808 => {
                let latitude = (30_560_000 + along * 5).to_be_bytes();
                let longitude = (114_310_000 + along * 5).to_be_bytes();
                put(&mut self.content, jt808_at::SERIAL, &serial);
                put(&mut self.content, jt808_at::LATITUDE, &latitude);
                put(&mut self.content, jt808_at::LONGITUDE, &longitude);
                put(&mut self.content, jt808_at::TIME, &time.map(to_bcd));
                jt808(&self.content, out);
            }
            Protocol::Gt06 => {
                let latitude = (30_560_000_u32 * 18 / 10 + along * 9).to_be_bytes();
                let longitude = (114_310_000_u32 / 10 * 18 + along * 9).to_be_bytes();
                put(&mut self.content, gt06_at::TIME, &time);
                put(&mut self.content, gt06_at::LATITUDE, &latitude);
                put(&mut self.content, gt06_at::LONGITUDE, &longitude);
                gt06(&self.content, serial, out);
            }
        }
    }

    /// Appends the first message of a connection: registration, or authentication with the `code` of an earlier one,
    /// or login.
    pub fn hello(&self, code: Option<&[u8]>, out: &mut Vec<u8>) {
        match (self.protocol, code) {
            (Protocol::Jt808, Some(code)) => {
                let mut content = vec![0x01, 0x02, 0, code.len() as u8];
                content.extend_from_slice(&self.content[4..10]);
                content.extend([0, 1]);
                content.extend_from_slice(code);
                jt808(&content, out);
            }
            (Protocol::Jt808, None) => {
                let mut content = vec![0x01, 0x00, 0, 37];
                content.extend_from_slice(&self.content[4..10]);
                content.extend([0, 0]);
                content.extend([0, 42, 0, 1]);
                content.extend(*b"MPOST");
                content.extend(*b"LOAD\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
                content.extend(*b"0000001");
                content.push(0);
                jt808(&content, out);
            }
            (Protocol::Gt06, _) => {
                let mut content = vec![0x0d, 0x01];
                content.extend(bcd(&format!("{:0>16}", self.device)));
                gt06(&content, [0, 1], out);
            }
        }
    }
}

fn put(content: &mut [u8], at: usize, bytes: &[u8]) {
    content[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Frames a JT/T 808 header and body: checksum, escapes, delimiters (section 2 of the standard's chapter 4).
pub(super) fn jt808(content: &[u8], out: &mut Vec<u8>) {
    out.push(0x7e);
    let mut checksum = 0;
    for &byte in content {
        checksum ^= byte;
        escaped(byte, out);
    }
    escaped(checksum, out);
    out.push(0x7e);
}

fn escaped(byte: u8, out: &mut Vec<u8>) {
    match byte {
        0x7e => out.extend([0x7d, 2]),
        0x7d => out.extend([0x7d, 1]),
        _ => out.push(byte),
    }
}

/// Frames GT06 content (length byte, number, fields): serial, checksum CRC-16/X.25, start and stop.
fn gt06(content: &[u8], serial: [u8; 2], out: &mut Vec<u8>) {
    out.extend([0x78, 0x78]);
    let begin = out.len();
    out.extend_from_slice(content);
    out.extend(serial);
    let mut checksum = 0xffff_u16;
    for &byte in &out[begin..] {
        let index = usize::from(checksum as u8 ^ byte);
        checksum = (checksum >> 8) ^ X25[index];
    }
    out.extend((checksum ^ 0xffff).to_be_bytes());
    out.extend([0x0d, 0x0a]);
}

/// Table of CRC-16/X.25: polynomial 0x1021 reflected.
const X25: [u16; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = index as u16;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 {
                (value >> 1) ^ 0x8408
            } else {
                value >> 1
            };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
};

fn bcd(digits: &str) -> Vec<u8> {
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| ((pair[0] - b'0') << 4) | (pair[1] - b'0'))
        .collect()
}

const fn to_bcd(value: u8) -> u8 {
    ((value / 10) << 4) | (value % 10)
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

    #[test]
    fn gt06_frames_have_the_known_checksum() {
        // The login answer with serial 1 as the protocol's documents print it.
        let mut out = Vec::new();
        gt06(&[5, 1], [0, 1], &mut out);
        assert_eq!(hex::encode(out), "787805010001d9dc0d0a");
    }

    #[test]
    fn jt808_frames_escape_as_the_standards_example() {
        let mut out = Vec::new();
        for byte in [0x30, 0x7e, 0x08, 0x7d, 0x55] {
            escaped(byte, &mut out);
        }
        assert_eq!(hex::encode(out), "307d02087d0155");
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
