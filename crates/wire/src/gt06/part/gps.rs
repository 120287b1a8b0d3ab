use nom::number::complete::{be_u8, be_u16, be_u32};

use super::{Facts, Parsed, Part, Shown, Walk, flags};
use crate::Value;

/// Units of a degree on the wire.
const UNITS_PER_DEGREE: f64 = 1_800_000.0;

/// The twelve bytes of a satellite fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Gps {
    /// High nibble: length of the block as the device states it, 12 in honest ones. Low nibble: satellites used.
    pub size_and_satellites: u8,
    /// Latitude in 1/1 800 000 degree; the hemisphere is a flag.
    pub latitude_raw: u32,
    /// Longitude in 1/1 800 000 degree; the hemisphere is a flag.
    pub longitude_raw: u32,
    /// Ground speed.
    pub speed_kmh: u8,
    /// Course and flags.
    pub course_status: CourseStatus,
}

flags! {
    /// Course over ground in the low ten bits, flags above. North is 1, but west is 1.
    pub struct CourseStatus: u16 {
        10 => "north" "北纬",
        11 => "west" "西经",
        12 => "positioned" "已定位",
        13 => "differential" "差分定位",
        14 => "acc_stated" "ACC有效",
        15 => "acc_on" "ACC开",
    }
}

impl CourseStatus {
    /// Course in degrees, north 0, clockwise; values over 359 are kept.
    #[must_use]
    pub const fn course_deg(self) -> u16 {
        self.0 & 0x03FF
    }

    /// Flags of a fix at these coordinates, positioned.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64, course_deg: u16) -> Self {
        let north = if latitude >= 0.0 { 1 << 10 } else { 0 };
        let west = if longitude < 0.0 { 1 << 11 } else { 0 };
        Self(1 << 12 | west | north | course_deg & 0x03FF)
    }

    /// Ignition, where these bits state it: only some models do.
    #[must_use]
    pub const fn acc_on(self) -> Option<bool> {
        if self.has(14) { Some(self.has(15)) } else { None }
    }
}

impl CourseStatus {
    /// Course and names of the flags, for a protocol analyser.
    pub(crate) fn show_course(self) -> Shown {
        let mut shown = self.shown();
        shown.note = format!("course {}°, {}", self.course_deg(), shown.note);
        shown
    }
}

impl<'a> Part<'a> for CourseStatus {
    #[inline]
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, word) = be_u16(input)?;
        Ok((input, Self(word)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        self.show_course()
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.number(name, f64::from(self.0), self.bytes());
    }
}

impl Gps {
    /// A fix: degrees (WGS-84), km/h, degrees, satellites used.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "casts of floats saturate"
    )]
    pub fn new(latitude: f64, longitude: f64, speed_kmh: u8, course_deg: u16, satellites: u8) -> Self {
        let raw = |degrees: f64| (degrees.abs() * UNITS_PER_DEGREE).round() as u32;
        Self {
            size_and_satellites: 0xC0 | satellites.min(15),
            latitude_raw: raw(latitude),
            longitude_raw: raw(longitude),
            speed_kmh,
            course_status: CourseStatus::new(latitude, longitude, course_deg),
        }
    }

    /// Degrees, north positive.
    #[must_use]
    pub fn latitude(&self) -> f64 {
        let degrees = f64::from(self.latitude_raw) / UNITS_PER_DEGREE;
        if self.course_status.has(10) {
            degrees
        } else {
            -degrees
        }
    }

    /// Degrees, east positive.
    #[must_use]
    pub fn longitude(&self) -> f64 {
        let degrees = f64::from(self.longitude_raw) / UNITS_PER_DEGREE;
        if self.course_status.has(11) {
            -degrees
        } else {
            degrees
        }
    }

    /// The device says that it has a position; otherwise the coordinates are old or zero.
    #[must_use]
    pub const fn positioned(&self) -> bool {
        self.course_status.has(12)
    }

    /// Notes coordinates, speed and course.
    pub(super) fn show_place(&self, walk: &mut Walk<'_>) {
        self.show_coordinates(walk);
        walk.step::<u8>("speed_kmh", "速度");
        walk.step::<CourseStatus>("course_status", "航向状态");
    }

    /// Notes coordinates.
    pub(crate) fn show_coordinates(&self, walk: &mut Walk<'_>) {
        let degrees = |value: f64, raw: u32| Shown {
            value: Value::Number((value * 1e7).round() / 1e7),
            note: format!("raw {raw}"),
            parts: Vec::new(),
        };
        walk.push(4, "latitude_deg", "纬度", |_, _| {
            degrees(self.latitude(), self.latitude_raw)
        });
        walk.push(4, "longitude_deg", "经度", |_, _| {
            degrees(self.longitude(), self.longitude_raw)
        });
    }

    /// Satellites used.
    #[must_use]
    pub const fn satellites(&self) -> u8 {
        self.size_and_satellites & 0x0F
    }
}

impl<'a> Part<'a> for Gps {
    #[inline]
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, size_and_satellites) = be_u8(input)?;
        let (input, latitude_raw) = be_u32(input)?;
        let (input, longitude_raw) = be_u32(input)?;
        let (input, speed_kmh) = be_u8(input)?;
        let (input, course_status) = be_u16(input)?;
        let course_status = CourseStatus(course_status);
        Ok((
            input,
            Self {
                size_and_satellites,
                latitude_raw,
                longitude_raw,
                speed_kmh,
                course_status,
            },
        ))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.size_and_satellites);
        out.extend_from_slice(&self.latitude_raw.to_be_bytes());
        out.extend_from_slice(&self.longitude_raw.to_be_bytes());
        out.push(self.speed_kmh);
        out.extend_from_slice(&self.course_status.0.to_be_bytes());
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.push(1, "satellites", "卫星数", |_, _| Shown {
            value: Value::Integer(i64::from(self.satellites())),
            note: format!("length nibble {}", self.size_and_satellites >> 4),
            parts: Vec::new(),
        });
        self.show_place(&mut walk);
        Shown::parts(walk.finish())
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        facts.gps = Some(*self);
        facts.satellites = Some(f64::from(self.satellites()));
    }
}
