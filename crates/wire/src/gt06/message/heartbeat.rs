use super::super::part::{Alarm, Facts, GsmLevel, HeartbeatAlarm, Info, Language, Octets, Parsed, Part, Scaled, Shown, SignBit, VoltageLevel, layout};
use crate::Value;

layout! {
    /// 0x13: the device is alive (GT06 text).
    pub struct Heartbeat {
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: HeartbeatAlarm = "报警与语言",
    }
}

layout! {
    /// 0x13 with one byte more.
    pub struct HeartbeatExtra {
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: HeartbeatAlarm = "报警与语言",
        /// Not known.
        extra: u8 = "附加",
    }
}

layout! {
    /// 0x13, 17 and 19 bytes: OBD6.
    pub struct HeartbeatObd {
        /// State of the terminal.
        info: Info = "终端信息",
        /// Mobile network and satellites.
        signal: SignalWord = "信号",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
        /// Battery.
        battery_percent: u8 = "电量百分比",
        /// Working mode.
        mode: u8 = "模式",
        /// Battery.
        battery_v: Scaled<u16, 100> = "电池电压",
        /// Reserved.
        reserved: u8 = "保留",
        /// Working time, unit not published.
        working_time: u16 = "工作时间",
        /// Temperature.
        temperature_degc: Option<Scaled<i16, 10>> = "温度",
    }
}

layout! {
    /// 0x13, 21 bytes: with temperature.
    pub struct HeartbeatTemperature {
        /// State of the terminal.
        info: Info = "终端信息",
        /// Mobile network and satellites.
        signal: SignalWord = "信号",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
        /// Battery.
        battery_percent: u8 = "电量百分比",
        /// Working mode.
        mode: u8 = "模式",
        /// Battery.
        battery_v: Scaled<u16, 100> = "电池电压",
        /// Reserved.
        reserved: u8 = "保留",
        /// Working count.
        working_count: u16 = "工作次数",
        /// Working time, unit not published.
        working_time: u16 = "工作时间",
        /// Temperature; sign bit set = positive.
        temperature_degc: SignBit<10, false> = "温度",
    }
}

layout! {
    /// 0x13 of LW models: a voltage where others have alarm and language.
    pub struct HeartbeatLw {
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Supply, low twelve bits in tenths.
        external_v: LowTwelve = "外部电压",
    }
}

layout! {
    /// 0x13 of the R11: a voltage where others have the level.
    pub struct HeartbeatR11 {
        /// State of the terminal.
        info: Info = "终端信息",
        /// Supply.
        external_v: Scaled<u16, 100> = "外部电压",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Not known.
        extra: u8 = "附加",
    }
}

layout! {
    /// 0x13 of Seeworld models: a voltage in the alarm byte.
    pub struct HeartbeatSeeworld {
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Battery.
        battery_v: Scaled<u8, 10> = "电池电压",
        /// Language.
        language: Language = "语言",
    }
}

layout! {
    /// 0x23: heartbeat of the GK310 class.
    pub struct HeartbeatVoltage {
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        battery_v: Scaled<u16, 100> = "电池电压",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Language.
        language: Octets<2> = "语言",
    }
}

/// Strength of the mobile network in bits 4 to 0, satellites in bits 9 to 5 and 14 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SignalWord(
    /// As on the wire.
    pub u16,
);

impl SignalWord {
    /// Strength of the mobile network.
    #[must_use]
    pub const fn rssi(self) -> u16 {
        self.0 & 0x1F
    }
}

impl<'a> Part<'a> for SignalWord {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, value) = u16::parse(input)?;
        Ok((input, Self(value)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown {
            value: Value::Integer(i64::from(self.0)),
            note: format!("rssi {}, satellites {} and {}", self.rssi(), self.0 >> 5 & 0x1F, self.0 >> 10 & 0x1F),
            parts: Vec::new(),
        }
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.number(name, f64::from(self.rssi()), self.bytes());
    }
}

/// A voltage in tenths in the low twelve bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LowTwelve(
    /// As on the wire.
    pub u16,
);

impl LowTwelve {
    /// Volts.
    #[must_use]
    pub fn get(self) -> f64 {
        f64::from(self.0 & 0x0FFF) / 10.0
    }
}

impl<'a> Part<'a> for LowTwelve {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, value) = u16::parse(input)?;
        Ok((input, Self(value)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown {
            value: Value::Number(self.get()),
            note: format!("raw 0x{:04X}", self.0),
            parts: Vec::new(),
        }
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.number(name, self.get(), self.bytes());
    }
}
