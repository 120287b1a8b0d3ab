use super::{
    Bcd, Block, Bytes, Facts, Fault, Gps, Hex, Imei, ItemValue, Le32, Parsed, Part, RssiCell, Scaled, Shown,
    UnixTime, Walk, codes, layout,
};
use crate::Value;

/// Modules to the end of the message: an id in a word, a length, a value. `LONG`: the length is a word (0x70), else a
/// byte. A module that ends too early ends the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Modules<'a, const LONG: bool>(
    /// The bytes.
    pub &'a [u8],
);

impl<'a, const LONG: bool> Modules<'a, LONG> {
    /// Id and value of each module, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &'a [u8])> + use<'a, LONG> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let (rest, (id, value)) = module::<LONG>(left).ok()?;
            left = rest;
            Some((id, value))
        })
    }

    fn whole(input: &'a [u8]) -> usize {
        let header: usize = if LONG { 4 } else { 3 };
        Self(input).iter().fold(0, |sum, (_, value)| {
            sum.saturating_add(header).saturating_add(value.len())
        })
    }
}

fn module<const LONG: bool>(input: &[u8]) -> Parsed<'_, (u16, &[u8])> {
    let (input, id) = u16::parse(input)?;
    let (input, length) = if LONG {
        u16::parse(input)?
    } else {
        u8::parse(input).map(|(rest, n)| (rest, n.into()))?
    };
    let (value, rest) = input
        .split_at_checked(usize::from(length))
        .ok_or(nom::Err::Error(Fault {
            input,
            expected: "a module's value",
            field: None,
        }))?;
    Ok((rest, (id, value)))
}

impl<'a, const LONG: bool> Part<'a> for Modules<'a, LONG> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (modules, rest) = input.split_at_checked(Self::whole(input)).unwrap_or((input, &[]));
        Ok((rest, Self(modules)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        let header: usize = if LONG { 4 } else { 3 };
        for (id, value) in self.iter() {
            let (name, zh) = names(id).unwrap_or(("module", "模块"));
            walk.push(header.saturating_add(value.len()), name, zh, |raw, at| {
                let mut inner = Walk::new(raw, at);
                inner.push(2, "module_id", "模块ID", |_, _| {
                    Shown::plain(Value::Text(format!("0x{id:04X}")))
                });
                if LONG {
                    inner.step::<u16>("module_length", "模块长度");
                } else {
                    inner.step::<u8>("module_length", "模块长度");
                }
                show_value::<LONG>(&mut inner, id, value.len());
                Shown::parts(inner.finish())
            });
        }
        Shown::parts(walk.finish())
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        for (id, value) in self.iter() {
            let before = facts.items.len();
            if !tell_value::<LONG>(id, value, facts) {
                facts.module(
                    u32::from(id),
                    names(id).map_or("module", |(name, _)| name),
                    value,
                    ItemValue::Bytes,
                );
            }
            for item in facts.items.iter_mut().skip(before) {
                item.id = u32::from(id);
            }
        }
    }
}

/// The table of modules: `id kind "name" "中文名"`, with `long` or `short` where the two forms differ.
macro_rules! modules {
    ($($id:literal $(| $other:literal)* $kind:ty, $name:literal $zh:literal;)*) => {
        const fn names(id: u16) -> Option<(&'static str, &'static str)> {
            match id {
                $($id $(| $other)* => Some(($name, $zh)),)*
                _ => None,
            }
        }

        fn show_value<const LONG: bool>(walk: &mut Walk<'_>, id: u16, length: usize) {
            match id {
                0x002E if !LONG => walk.exactly::<u32>(length, "odometer_m", "里程"),
                $($id $(| $other)* => walk.exactly::<$kind>(length, $name, $zh),)*
                _ => {}
            }
        }

        /// False when the id is not known or the value is not what its id says.
        fn tell_value<'a, const LONG: bool>(id: u16, value: &'a [u8], facts: &mut Facts<'a>) -> bool {
            match id {
                0x002E if !LONG => tell_as::<u32>("odometer_m", value, facts),
                $($id $(| $other)* => tell_as::<$kind>($name, value, facts),)*
                _ => false,
            }
        }
    };
}

fn tell_as<'a, P: Part<'a>>(name: &'static str, value: &'a [u8], facts: &mut Facts<'a>) -> bool {
    match P::parse(value) {
        Ok(([], part)) => {
            part.tell(name, facts);
            true
        }
        _ => false,
    }
}

modules! {
    0x0001 Imei, "imei" "IMEI";
    0x0002 Bcd<8>, "imsi" "IMSI";
    0x0003 Bcd<10>, "iccid" "ICCID";
    0x0009 u8, "satellites" "卫星数";
    0x000A u8, "satellites_visible" "可见卫星数";
    0x0011 RssiCell<2, 2, 3>, "cell" "基站";
    0x0018 Scaled<u16, 100>, "battery_v" "电池电压";
    0x0027 Scaled<u16, 100>, "external_v" "外部电压";
    0x0028 Scaled<u8, 10>, "hdop" "水平精度因子";
    0x0029 u32, "message_index" "消息索引";
    0x002A DoorAndTamper, "inputs" "输入状态";
    0x002B u8, "boot_reason" "开机原因";
    0x002C UnixTime, "time" "时间";
    0x002E Le32, "odometer_m" "里程";
    0x0030 Bytes<'_>, "settings" "设置";
    0x0032 u8, "start_up_state" "启动状态";
    0x0033 FixModule, "fix" "GPS信息";
    0x0034 EventModule<'_>, "event" "事件";
    0x0035 u8, "real_time" "实时标志";
    0x0036 Bytes<'_>, "wifi" "WIFI";
    0x003B Scaled<u16, 100>, "accuracy_m" "精度";
    0x003C u32, "module_003c" "模块003C";
    0x0043 Bytes<'_>, "lte_main" "LTE主小区";
    0x0044 Bytes<'_>, "lte_neighbours" "LTE邻小区";
    0x0045 Bytes<'_>, "bluetooth" "蓝牙";
    0x006A u8, "battery_percent" "电量百分比";
    0x007F TagModule, "tag" "蓝牙标签";
}

codes! {
    /// Low nibble: door, high nibble: tamper.
    pub struct DoorAndTamper {
        0x00 => "closed" "关闭",
        0x01..=0x0F => "door_open" "门开",
        0x10 => "tamper" "拆卸",
        0x11..=0x1F => "door_open_tamper" "门开拆卸",
    }
}

/// A fix with its time and height (module 0x0033).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FixModule {
    /// Time of the fix.
    pub time: UnixTime,
    /// Height in metres.
    pub altitude_m: i16,
    /// The fix; on the wire the satellites stand before the height.
    pub gps: Gps,
}

impl<'a> Part<'a> for FixModule {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, time) = UnixTime::parse(input)?;
        let (input, satellites) = u8::parse(input)?;
        let (input, altitude_m) = i16::parse(input)?;
        let (input, latitude_raw) = u32::parse(input)?;
        let (input, longitude_raw) = u32::parse(input)?;
        let (input, speed_kmh) = u8::parse(input)?;
        let (input, course_status) = u16::parse(input)?;
        let gps = Gps {
            size_and_satellites: satellites,
            latitude_raw,
            longitude_raw,
            speed_kmh,
            course_status: super::CourseStatus(course_status),
        };
        Ok((
            input,
            Self {
                time,
                altitude_m,
                gps,
            },
        ))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.time.write(out);
        out.push(self.gps.size_and_satellites);
        self.altitude_m.write(out);
        let gps = self.gps.bytes();
        out.extend_from_slice(gps.get(1..).unwrap_or_default());
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.step::<UnixTime>("time", "时间");
        walk.step::<u8>("satellites", "卫星数");
        walk.step::<i16>("altitude_m", "海拔");
        self.gps.show_place(&mut walk);
        Shown::parts(walk.finish())
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        self.time.tell(name, facts);
        self.altitude_m.tell("altitude_m", facts);
        self.gps.tell(name, facts);
    }
}

codes! {
    /// Events of module 0x0034.
    pub struct EventCode {
        0x10 => "door" "门",
        0x12 => "removed" "拆除",
        0x14 => "geofence_enter" "进围栏",
        0x15 => "geofence_exit" "出围栏",
        0x16 => "temperature" "温度",
        0x1A => "low_battery" "低电",
        0x1B => "overspeed" "超速",
        0x1C => "power_on" "开机",
        0x1D => "power_off" "关机",
        0x20 => "vibration" "震动",
        0x21 => "power_cut" "断电",
        0x23 => "tamper" "拆卸",
    }
}

layout! {
    /// An event (module 0x0034). The time is little endian in one source and big endian in frames of the VL103.
    pub struct EventModule<'a> {
        /// What happened.
        event: EventCode = "事件",
        /// When, either byte order.
        event_time: EitherEndTime = "事件时间",
        /// More about it.
        data: Block<'a, Bytes<'a>> = "数据",
    }
}

/// Unix seconds in whichever byte order gives a year from 2010 to 2049.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct EitherEndTime(
    /// The bytes.
    pub [u8; 4],
);

impl EitherEndTime {
    /// The seconds.
    #[must_use]
    pub fn seconds(self) -> u32 {
        const YEARS: std::ops::Range<u32> = 1_262_304_000..2_524_608_000;
        let (big, little) = (u32::from_be_bytes(self.0), u32::from_le_bytes(self.0));
        if !YEARS.contains(&big) && YEARS.contains(&little) {
            little
        } else {
            big
        }
    }
}

impl<'a> Part<'a> for EitherEndTime {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, super::Octets(bytes)) = super::Octets::parse(input)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        UnixTime(self.seconds()).show(raw, at)
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.item(name, self.bytes(), ItemValue::Number(f64::from(self.seconds())));
    }
}

layout! {
    /// A Bluetooth tag (module 0x007F).
    pub struct TagModule {
        /// Its address.
        tag_id: Hex<6> = "标签ID",
        /// Its battery.
        tag_battery_mv: u16 = "标签电压",
        /// Its battery.
        tag_battery_percent: u8 = "标签电量",
        /// Temperature.
        tag_temperature_degc: Scaled<i16, 10> = "标签温度",
        /// Humidity.
        tag_humidity_percent: Scaled<i16, 10> = "标签湿度",
        /// Not known.
        tag_state: u8 = "标签状态",
    }
}
