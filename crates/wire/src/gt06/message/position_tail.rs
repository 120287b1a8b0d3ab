use super::super::part::{AlarmCode, Cell, Date, Facts, Gps, GsmLevel, Imei, Info, Parsed, Part, Scaled, ShortText, Shown, layout};
use crate::Value;

layout! {
    /// 0x12, 33 bytes: Benway, with a mask.
    pub struct LocationMask {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// Meaning not published.
        mask: u16 = "状态掩码",
    }
}

layout! {
    /// 0x12, 35 bytes: GT06N, with distance.
    pub struct LocationOdometer {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// Distance.
        odometer_m: u32 = "里程统计",
    }
}

layout! {
    /// 0x12, 36 bytes: VXT01, with state and voltage.
    pub struct LocationVxt {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Supply.
        external_v: Scaled<u16, 100> = "外部电压",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm.
        alarm: AlarmOnly = "报警",
    }
}

layout! {
    /// 0x12, 43 bytes: S5, with state, oil and temperature.
    pub struct LocationS5 {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Supply.
        external_v: Scaled<u16, 100> = "外部电压",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm.
        alarm: AlarmOnly = "报警",
        /// Oil, in the units of its sensor.
        oil: u16 = "油量",
        /// Temperature.
        temperature_degc: u8 = "温度",
        /// Distance, tens of metres on the wire.
        odometer_m: Tens = "里程",
    }
}

layout! {
    /// 0x12: WeTrust, with the card of a driver.
    pub struct LocationCard<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// Distance.
        odometer_m: u32 = "里程统计",
        /// Card.
        card: ShortText<'a> = "卡号",
        /// Not 0 = alarm.
        card_alarm: u8 = "卡报警",
        /// State of the card.
        card_state: u8 = "卡状态",
        /// Driving time, unit not published.
        driving_time: u16 = "驾驶时间",
    }
}

layout! {
    /// 0x12 from 118 bytes on: GT06E with a card reader.
    pub struct LocationCardReader<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// Distance.
        odometer_m: u32 = "里程统计",
        /// Card.
        card: ShortText<'a> = "卡号",
        /// Not 0 = alarm.
        card_alarm: u8 = "卡报警",
        /// Not 0 = swiped now.
        swiped: u8 = "刷卡",
    }
}

layout! {
    /// 0x12, 39 bytes: QH302R, with the IMEI before the date.
    pub struct LocationImei {
        /// The device.
        imei: Imei = "IMEI",
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
    }
}

/// An alarm byte without a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AlarmOnly(
    /// The byte.
    pub u8,
);

impl<'a> Part<'a> for AlarmOnly {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, byte) = u8::parse(input)?;
        Ok((input, Self(byte)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        AlarmCode(u16::from(self.0)).shown()
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        facts.alarm = Some(AlarmCode(u16::from(self.0)));
    }
}

/// A distance in tens of metres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tens(
    /// Tens of metres.
    pub u32,
);

impl Tens {
    /// Metres.
    #[must_use]
    pub fn get(self) -> f64 {
        f64::from(self.0) * 10.0
    }
}

impl<'a> Part<'a> for Tens {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, tens) = u32::parse(input)?;
        Ok((input, Self(tens)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown { value: Value::Number(self.get()), note: format!("raw {}", self.0), parts: Vec::new() }
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.number(name, self.get(), self.bytes());
    }
}
