use nom::bytes::complete::take;
use std::borrow::Cow;

use super::LteCell;
use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::{Block, Fault, Items, Octets, Parsed, Part, Scaled, Shown, Text, Walk, layout};

layout! {
    /// Groups of makers: an id of two bytes, a length of one.
    pub struct WideGroup<'a> {
        /// Its id.
        id: u16 = "组ID",
        /// Its value.
        value: Block<'a, u8> = "组数据",
    }
}

layout! {
    /// Groups of makers: an id of one byte, a length of one.
    pub struct SmallGroup<'a> {
        /// Its id.
        id: u8 = "组ID",
        /// Its value.
        value: Block<'a, u8> = "组数据",
    }
}

layout! {
    /// 0xEA behind a byte.
    pub struct NumberedGroupsItem<'a> {
        /// Not known.
        unknown: u8 = "未知",
        /// The groups.
        groups: Items<SmallGroup<'a>> = "数据组",
    }
}

layout! {
    /// 0x80: readings of the vehicle's own diagnosis.
    pub struct ObdItem<'a> {
        /// Kind of content.
        content: u8 = "内容",
        /// The readings.
        readings: Items<SmallGroup<'a>> = "OBD数据项",
    }
}

/// 0xEB: groups with a length of two bytes that counts the id of two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LongGroup<'a> {
    /// Its id.
    pub id: u16,
    /// Its value.
    pub value: &'a [u8],
}

/// What a group of 0xEB means.
#[derive(Debug, Clone, PartialEq)]
pub enum LongGroupValue<'a> {
    /// 0x0001: fuel in the tank, in litres; a byte that is not known follows.
    Fuel(Scaled<u16, 10>),
    /// 0x002D: voltage of the supply.
    ExternalMillivolts(u32),
    /// 0x00CE: voltage of the supply.
    ExternalVoltage(Scaled<u16, 100>),
    /// 0x00A8 and 0x00E1: charge of the battery in percent.
    BatteryPercent(u8),
    /// 0x00B2: ICCID of the SIM card.
    Iccid(Octets<10>),
    /// 0x00B9: access points, `mac,rssi,…`.
    AccessPoints(Text<'a>),
    /// 0x00D5: IMEI.
    Imei(Text<'a>),
    /// 0x00D8: the serving cell; its strength is not sent.
    Cell(LteCell),
    /// 0x0089: alarms of the first kind, a bit is 0 where there is one.
    ClearBits(u32),
}

impl<'a> LongGroup<'a> {
    /// What the value means, where that is known.
    #[must_use]
    pub fn typed(&self) -> Option<LongGroupValue<'a>> {
        let value = self.value;
        Some(match (self.id, value.len()) {
            (0x0001, 3) => LongGroupValue::Fuel(Scaled(u16::from_be_bytes(*value.first_chunk()?))),
            (0x002D, 4) => LongGroupValue::ExternalMillivolts(u32::from_be_bytes(value.try_into().ok()?)),
            (0x00CE, 2) => {
                LongGroupValue::ExternalVoltage(Scaled(u16::from_be_bytes(value.try_into().ok()?)))
            }
            (0x00A8 | 0x00E1, 1) => LongGroupValue::BatteryPercent(*value.first()?),
            (0x00B2, 10) => LongGroupValue::Iccid(Octets(value.try_into().ok()?)),
            (0x00B9, _) => LongGroupValue::AccessPoints(Text(value)),
            (0x00D5, _) => LongGroupValue::Imei(Text(value)),
            (0x00D8, 9) => {
                let (_, (mcc, mnc, lac, cell_id)) = cell(value).ok()?;
                LongGroupValue::Cell(LteCell {
                    mcc,
                    mnc,
                    lac,
                    cell_id,
                    ..LteCell::default()
                })
            }
            (0x0089 | 0x00C5, 4) => LongGroupValue::ClearBits(u32::from_be_bytes(value.try_into().ok()?)),
            _ => return None,
        })
    }
}

impl LongGroupValue<'_> {
    const fn name(&self) -> (&'static str, &'static str) {
        match self {
            Self::Fuel(_) => ("fuel_l", "油量"),
            Self::ExternalMillivolts(_) => ("external_mv", "外部电压"),
            Self::ExternalVoltage(_) => ("external_v", "外部电压"),
            Self::BatteryPercent(_) => ("battery_percent", "电池电量"),
            Self::Iccid(_) => ("iccid", "ICCID"),
            Self::AccessPoints(_) => ("access_points", "WIFI"),
            Self::Imei(_) => ("imei", "IMEI"),
            Self::Cell(_) => ("cell", "基站"),
            Self::ClearBits(_) => ("active_low_bits", "报警(低有效)"),
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::ExternalMillivolts(number) | Self::ClearBits(number) => Value::Integer(i64::from(*number)),
            Self::Fuel(litres) => Value::Number(litres.get()),
            Self::ExternalVoltage(volts) => Value::Number(volts.get()),
            Self::BatteryPercent(percent) => Value::Integer(i64::from(*percent)),
            Self::Iccid(digits) => Value::Text(digits.hex()),
            Self::AccessPoints(text) | Self::Imei(text) => Value::Text(text.decode().into_owned()),
            Self::Cell(cell) => {
                Value::Text(format!("{}-{}-{}-{}", cell.mcc, cell.mnc, cell.lac, cell.cell_id))
            }
        }
    }
}

fn cell(value: &[u8]) -> Parsed<'_, (u16, u8, u16, u32)> {
    let edition = Edition::default();
    let (value, mcc) = u16::parse(value, edition)?;
    let (value, mnc) = u8::parse(value, edition)?;
    let (value, lac) = u16::parse(value, edition)?;
    let (value, cell_id) = u32::parse(value, edition)?;
    Ok((value, (mcc, mnc, lac, cell_id)))
}

impl<'a> Part<'a> for LongGroup<'a> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, length) = u16::parse(input, edition)?;
        let (input, id) = u16::parse(input, edition)?;
        let Some(length) = length.checked_sub(2) else {
            return Err(nom::Err::Error(Fault {
                input,
                expected: "a length of 2 or more",
                field: None,
            }));
        };
        let (input, value) = take(length)(input)?;
        Ok((input, Self { id, value }))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        let length = u16::try_from(self.value.len().saturating_add(2)).unwrap_or(u16::MAX);
        length.write(out, edition);
        self.id.write(out, edition);
        out.extend(self.value.iter().take(usize::from(length.saturating_sub(2))));
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut walk = Walk::new(raw, at, edition);
        walk.step::<u16>("length", "长度");
        walk.step::<u16>("id", "组ID");
        walk.push(self.value.len(), |raw, at| match self.typed() {
            Some(typed) => {
                let (name, name_zh) = typed.name();
                Shown::plain(typed.value()).into_field(name, name_zh, at, raw)
            }
            None => Shown::plain(Value::Bytes).into_field(Cow::Borrowed("value"), "组数据", at, raw),
        });
        Shown::parts(walk.finish())
    }
}
