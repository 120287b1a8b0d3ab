use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::{Bytes, Parsed, Part, Scaled, Shown, layout};

/// 0x02: fuel in the tank, in tenths of litres; some terminals set bit 15 and send percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FuelLevel(
    /// The word as on the wire.
    pub u16,
);

impl FuelLevel {
    /// Litres, where the terminal sends them.
    #[must_use]
    pub fn litres(self) -> Option<f64> {
        (self.0 & 0x8000 == 0).then(|| f64::from(self.0) / 10.0)
    }

    /// Percent, where the terminal sends them.
    #[must_use]
    pub fn percent(self) -> Option<f64> {
        (self.0 & 0x8000 != 0).then(|| f64::from(self.0 & 0x7FFF))
    }
}

impl<'a> Part<'a> for FuelLevel {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, word) = u16::parse(input, edition)?;
        Ok((input, Self(word)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.0.write(out, edition);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        match (self.litres(), self.percent()) {
            (Some(litres), _) => Shown {
                value: Value::Number(litres),
                note: format!("raw {}", self.0),
                parts: Vec::new(),
            },
            (None, percent) => Shown {
                value: Value::Number(percent.unwrap_or_default()),
                note: "percent, bit 15 is set".to_owned(),
                parts: Vec::new(),
            },
        }
    }
}

/// Charge of the battery in percent, 255 while it is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ChargeLevel(
    /// The byte as on the wire.
    pub u8,
);

impl ChargeLevel {
    /// Percent, `None` while the battery is charged.
    #[must_use]
    pub fn percent(self) -> Option<u8> {
        (self.0 != 0xFF).then_some(self.0)
    }
}

impl<'a> Part<'a> for ChargeLevel {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, byte) = u8::parse(input, edition)?;
        Ok((input, Self(byte)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.push(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        match self.percent() {
            Some(percent) => Shown::plain(Value::Integer(i64::from(percent))),
            None => Shown::plain(Value::Text("charging".to_owned())),
        }
    }
}

layout! {
    /// 0x56: charge of the battery.
    pub struct BatteryLevelItem {
        /// 0 to 10.
        level: u8 = "电量等级",
        /// Charge; some terminals leave it 0.
        battery_percent: u8 = "电量百分比",
    }
}

layout! {
    /// 0xE3 of four or six bytes.
    pub struct BatteryOfE3Item<'a> {
        /// Not known.
        unknown: u8 = "未知",
        /// Charge.
        battery_percent: u8 = "电量百分比",
        /// Voltage.
        battery_v: Scaled<u16, 100> = "电池电压",
        /// What follows in the longer form.
        others: Bytes<'a> = "其他",
    }
}

layout! {
    /// 0xE4 of two bytes.
    pub struct BatteryOfE4Item {
        /// 0 while it is charged.
        charging: u8 = "充电状态",
        /// Charge.
        battery_percent: u8 = "电量百分比",
    }
}

layout! {
    /// 0xF7 of six bytes.
    pub struct BatteryOfF7Item {
        /// Voltage.
        battery_mv: u32 = "电池电压",
        /// 2 and 3 while it is charged.
        state: u8 = "充电状态",
        /// Charge.
        battery_percent: u8 = "电量百分比",
    }
}

layout! {
    /// 0xFB of four bytes.
    pub struct BatteryOfFbItem {
        /// Charge.
        battery_percent: u8 = "电量百分比",
        /// Voltage of the supply.
        external_v: Scaled<u16, 100> = "外部电压",
        /// 1 while it is charged.
        charging: u8 = "充电状态",
    }
}

layout! {
    /// 0xEE of six bytes.
    pub struct SupplyItem {
        /// Strength of the mobile network.
        signal: u8 = "信号强度",
        /// Voltage of the supply.
        external_mv: u16 = "外部电压",
        /// Voltage of the battery.
        battery_mv: u16 = "电池电压",
        /// Satellites.
        satellites: u8 = "卫星数",
    }
}
