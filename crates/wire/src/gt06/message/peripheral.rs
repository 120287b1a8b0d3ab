use super::super::part::{Bytes, Facts, Hex, ItemValue, Modules, Parsed, Part, Payload, Shown, UnixTime, Walk, layout};
use crate::Value;

layout! {
    /// 0x40: WD-209, a battery pack.
    pub struct BatteryPack<'a> {
        /// Serial of the device.
        device_serial: Hex<8> = "设备序列号",
        /// Time.
        time: UnixTime = "时间",
        /// Battery management, not published.
        pack: Bytes<'a> = "电池数据",
    }
}

layout! {
    /// 0x65: fault codes of the vehicle.
    pub struct ObdFaults<'a> {
        /// Fault codes.
        faults: Payload<'a> = "故障码",
    }
}

layout! {
    /// 0x66: values of the vehicle.
    pub struct ObdValues<'a> {
        /// Values.
        values: Payload<'a> = "PID数据",
    }
}

layout! {
    /// 0x8C: values of the vehicle as text.
    pub struct ObdText<'a> {
        /// Text of the form id=value.
        values: Payload<'a> = "OBD数据",
    }
}

layout! {
    /// 0x9B: what a serial port gave.
    pub struct SerialData<'a> {
        /// Kind of device at the port.
        port_kind: u8 = "外设类型",
        /// Data.
        result: Payload<'a> = "透传数据",
    }
}

layout! {
    /// 0x9C: what a module gave.
    pub struct ModuleData<'a> {
        /// Data.
        result: Payload<'a> = "透传数据",
    }
}

layout! {
    /// 0x14: satellites, old.
    pub struct OldSatellites<'a> {
        /// Not published.
        satellites_raw: Bytes<'a> = "卫星信息",
    }
}

layout! {
    /// 0x8B: looks like a cell; not published.
    pub struct OtherCell<'a> {
        /// Not published.
        cell_raw: Bytes<'a> = "基站",
    }
}

layout! {
    /// 0x83, 0x84: not published.
    pub struct OtherAnswerData<'a> {
        /// Not published.
        data: Bytes<'a> = "数据",
    }
}

layout! {
    /// 0xFD: version.
    pub struct Version<'a> {
        /// Text.
        version: Payload<'a> = "版本",
    }
}

layout! {
    /// 0xF1: states of peripherals.
    pub struct PeripheralStates<'a> {
        /// Time.
        time: UnixTime = "时间",
        /// States.
        states: States<'a> = "状态",
    }
}

layout! {
    /// 0xF2: peripherals.
    pub struct Peripherals<'a> {
        /// Time.
        time: UnixTime = "时间",
        /// Not published in full.
        peripherals: Bytes<'a> = "外设",
    }
}

/// States by id in a word and length in a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct States<'a>(
    /// The items.
    pub Modules<'a, false>,
);

const fn state_name(id: u16) -> Option<(&'static str, &'static str)> {
    match id {
        0x01 => Some(("motion", "运动状态")),
        0x02 => Some(("armed", "设防状态")),
        0x04 => Some(("acc", "ACC状态")),
        0x05 => Some(("external_v", "外部电压")),
        0x07 => Some(("charging", "充电状态")),
        0x0A => Some(("charge_v", "充电电压")),
        0x0B => Some(("battery_temperature_degc", "电池温度")),
        _ => None,
    }
}

fn state_value(id: u16, value: &[u8]) -> Option<f64> {
    let number = value.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    match (id, value.len()) {
        (0x05 | 0x0A, 2) => Some(f64::from(number) / 100.0),
        (0x0B, 2) => Some(f64::from(number) / 10.0),
        (0x01 | 0x02 | 0x04 | 0x07, 1) => Some(f64::from(number)),
        _ => None,
    }
}

impl<'a> Part<'a> for States<'a> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, items) = Modules::parse(input)?;
        Ok((input, Self(items)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        for (id, value) in self.0.iter() {
            let (name, zh) = state_name(id).unwrap_or(("state", "状态"));
            walk.push(value.len().saturating_add(3), name, zh, |raw, at| {
                let mut inner = Walk::new(raw, at);
                inner.step::<u16>("state_id", "状态ID");
                inner.step::<u8>("state_length", "状态长度");
                inner.push(value.len(), name, zh, |_, _| Shown {
                    value: state_value(id, value).map_or(Value::Bytes, Value::Number),
                    note: String::new(),
                    parts: Vec::new(),
                });
                Shown { value: Value::Parts, note: String::new(), parts: inner.finish() }
            });
        }
        Shown { value: Value::Parts, note: String::new(), parts: walk.finish() }
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        for (id, value) in self.0.iter() {
            let name = state_name(id).map_or("state", |(name, _)| name);
            match (id, state_value(id, value)) {
                (0x04, Some(acc)) => facts.acc_on = Some(acc > 0.0),
                (0x05, Some(volts)) => facts.external_v = Some(volts),
                (_, number) => {
                    facts.module(u32::from(id), name, value, number.map_or(ItemValue::Bytes, ItemValue::Number));
                }
            }
        }
    }
}
