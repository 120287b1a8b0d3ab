use super::super::part::{CourseStatus, Date, Facts, Gps, Parsed, Part, Scaled, Shown, Text, Walk, codes, layout};

layout! {
    /// 0x95, JC100: an event.
    pub struct CameraEvent {
        /// Time of the message.
        date: Date = "日期时间",
        /// What happened.
        event: CameraCode = "事件",
        /// More about it.
        value: Option<u16> = "数据",
    }
}

layout! {
    /// 0x95, JC100: an event with a position and names of files.
    pub struct CameraEventFiles<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// Latitude without its sign, 1/1 800 000 degree.
        latitude_raw: u32 = "纬度",
        /// Longitude without its sign, 1/1 800 000 degree.
        longitude_raw: u32 = "经度",
        /// Course and hemispheres.
        course_status: CourseWord = "航向状态",
        /// What happened.
        event: CameraCode = "事件",
        /// More about it.
        value: u16 = "数据",
        /// Names of files.
        files: Text<'a> = "文件",
    }
}

layout! {
    /// 0x95, JC400: an event with a position, a voltage and names of files.
    pub struct CameraReport<'a> {
        /// FFFF.
        marker: u16 = "标记",
        /// Version.
        version: u8 = "版本",
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: CameraFix = "GPS信息",
        /// Supply.
        external_v: Scaled<u16, 10> = "外部电压",
        /// What happened.
        event: CameraCode = "事件",
        /// More about it.
        value: u16 = "数据",
        /// Names of files.
        files: Text<'a> = "文件",
    }
}

codes! {
    /// Events of cameras.
    pub struct CameraCode {
        0x01 => "sos" "紧急求助",
        0x0E => "low_power" "低电",
        0x76 => "temperature" "温度",
        0x80 => "vibration" "震动",
        0x87 => "overspeed" "超速",
        0x88 => "power_cut" "断电",
        0x90 => "acceleration" "急加速",
        0x91 => "braking" "急刹车",
        0x92 => "cornering" "急转弯",
        0x93 => "accident" "事故",
    }
}

/// Course and hemispheres of a position without satellites and speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CourseWord(
    /// As on the wire.
    pub CourseStatus,
);

impl<'a> Part<'a> for CourseWord {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, value) = CourseStatus::parse(input)?;
        Ok((input, Self(value)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        self.0.show_course()
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.course(name, self.0);
    }
}

/// A fix with flags before a speed of two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CameraFix {
    /// Coordinates, satellites and course; the speed as far as a byte holds it.
    pub gps: Gps,
    /// Ground speed.
    pub speed_kmh: u16,
}

impl<'a> Part<'a> for CameraFix {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, size_and_satellites) = u8::parse(input)?;
        let (input, latitude_raw) = u32::parse(input)?;
        let (input, longitude_raw) = u32::parse(input)?;
        let (input, course_status) = CourseStatus::parse(input)?;
        let (input, speed_kmh) = u16::parse(input)?;
        let speed = u8::try_from(speed_kmh).unwrap_or(u8::MAX);
        let gps = Gps { size_and_satellites, latitude_raw, longitude_raw, speed_kmh: speed, course_status };
        Ok((input, Self { gps, speed_kmh }))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.gps.size_and_satellites);
        self.gps.latitude_raw.write(out);
        self.gps.longitude_raw.write(out);
        self.gps.course_status.write(out);
        self.speed_kmh.write(out);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.step::<u8>("satellites_and_length", "卫星数与长度");
        self.gps.show_coordinates(&mut walk);
        walk.step::<CourseStatus>("course_status", "航向状态");
        walk.step::<u16>("speed_kmh", "速度");
        Shown::parts(walk.finish())
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        self.gps.tell(name, facts);
        self.speed_kmh.tell("speed_kmh", facts);
    }
}
