use super::Mac;
use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::{Octets, Parsed, Part, Scaled, Shown, codes, layout};

/// 0x06: temperature in °C. The standard says sign and magnitude, many terminals send two's complement: with the top
/// bit set, 15 low bits below 200 are a magnitude, all else is two's complement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Temperature(
    /// The word as on the wire.
    pub u16,
);

impl Temperature {
    /// Degrees by the rule above.
    #[must_use]
    pub fn get(self) -> i16 {
        if self.0 & 0x7FFF < 200 {
            self.sign_and_magnitude()
        } else {
            self.two_complement()
        }
    }

    /// Degrees as the text of the standard says.
    #[must_use]
    pub const fn sign_and_magnitude(self) -> i16 {
        let magnitude = (self.0 & 0x7FFF).cast_signed();
        if self.0 & 0x8000 == 0 {
            magnitude
        } else {
            magnitude.wrapping_neg()
        }
    }

    /// Degrees as most implementations read them.
    #[must_use]
    pub const fn two_complement(self) -> i16 {
        self.0.cast_signed()
    }
}

impl<'a> Part<'a> for Temperature {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, word) = u16::parse(input, edition)?;
        Ok((input, Self(word)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.0.write(out, edition);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown::plain(Value::Integer(i64::from(self.get())))
    }
}

/// 0x51: temperature in tenths of °C, sign and magnitude; 0xFFFF where no probe is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Temperature10(
    /// The word as on the wire.
    pub u16,
);

impl Temperature10 {
    /// Degrees, `None` without a probe.
    #[must_use]
    pub fn get(self) -> Option<f64> {
        let magnitude = f64::from(self.0 & 0x7FFF) / 10.0;
        match self.0 {
            0xFFFF => None,
            0x8000.. => Some(-magnitude),
            _ => Some(magnitude),
        }
    }
}

impl<'a> Part<'a> for Temperature10 {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, word) = u16::parse(input, edition)?;
        Ok((input, Self(word)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.0.write(out, edition);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        match self.get() {
            Some(degrees) => Shown::plain(Value::Number(degrees)),
            None => Shown {
                note: "no probe".to_owned(),
                ..Shown::plain(Value::Bytes)
            },
        }
    }
}

/// 0x58: humidity in tenths of percent; 0x0FFF where no probe is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Humidity(
    /// The word as on the wire.
    pub u16,
);

impl Humidity {
    /// Percent, `None` without a probe.
    #[must_use]
    pub fn get(self) -> Option<f64> {
        (self.0 != 0x0FFF).then(|| f64::from(self.0) / 10.0)
    }
}

impl<'a> Part<'a> for Humidity {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, word) = u16::parse(input, edition)?;
        Ok((input, Self(word)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.0.write(out, edition);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        match self.get() {
            Some(percent) => Shown::plain(Value::Number(percent)),
            None => Shown {
                note: "no probe".to_owned(),
                ..Shown::plain(Value::Bytes)
            },
        }
    }
}

codes! {
    /// 0x52: how the drum of a mixer turns.
    pub struct DrumRotation: u8 {
        0 => "unknown" "未知",
        1 => "forward_empty" "正转(空车)",
        2 => "reverse_loaded" "反转(重车)",
        3 => "stopped" "停转",
    }
}

layout! {
    /// 0xE6 of eleven bytes: a wireless sensor.
    pub struct BeaconReading {
        /// Number of the sensor.
        index: u8 = "序号",
        /// Its address.
        mac: Mac = "MAC",
        /// Temperature.
        temperature_degc: Scaled<i16, 256> = "温度",
        /// Humidity.
        humidity_percent: Scaled<u16, 256> = "湿度",
    }
}

layout! {
    /// 0xF5 of six bytes: acceleration along three axes, unit not known.
    pub struct AxesItem {
        /// First axis.
        x: i16 = "X轴",
        /// Second axis.
        y: i16 = "Y轴",
        /// Third axis.
        z: i16 = "Z轴",
    }
}

layout! {
    /// 0x77: one tyre, eight bytes.
    pub struct TyreReading {
        /// Number of the tyre.
        index: u8 = "轮胎序号",
        /// Id of the sensor.
        sensor: Octets<3> = "传感器ID",
        /// Pressure in 1/40, unit not known.
        pressure: Scaled<u16, 40> = "胎压",
        /// Temperature.
        temperature_degc: crate::jt808::part::Less<50> = "胎温",
        /// State, meaning not known.
        status: u8 = "状态",
    }
}
