use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::{Bytes, Parsed, Part, Shown, Trailing, codes, flags, layout};

flags! {
    /// 0x25: signals of the vehicle.
    pub struct VehicleSignalBits: u32 {
        0 => "low_beam" "近光灯信号",
        1 => "high_beam" "远光灯信号",
        2 => "right_turn" "右转向灯信号",
        3 => "left_turn" "左转向灯信号",
        4 => "brake" "制动信号",
        5 => "reverse" "倒挡信号",
        6 => "fog_light" "雾灯信号",
        7 => "side_light" "示廓灯",
        8 => "horn" "喇叭信号",
        9 => "air_conditioning" "空调状态",
        10 => "neutral" "空挡信号",
        11 => "retarder" "缓速器工作",
        12 => "abs" "ABS工作",
        13 => "heater" "加热器工作",
        14 => "clutch" "离合器状态",
    }
}

flags! {
    /// 0x2A: state of inputs and outputs.
    pub struct IoBits: u16 {
        0 => "deep_sleep" "深度休眠状态",
        1 => "sleep" "休眠状态",
    }
}

layout! {
    /// 0x2B: analogue inputs; the low word is the first.
    pub struct AnalogueItem {
        /// Second input.
        ad1: u16 = "AD1",
        /// First input.
        ad0: u16 = "AD0",
    }
}

flags! {
    /// 0x14: alarms about pictures.
    pub struct VideoAlarmBits: u32 {
        0 => "video_signal_lost" "视频信号丢失报警",
        1 => "video_blocked" "视频信号遮挡报警",
        2 => "storage_fault" "存储单元故障报警",
        3 => "video_fault" "其他视频设备故障报警",
        4 => "passenger_overload" "客车超员报警",
        5 => "abnormal_driving" "异常驾驶行为报警",
        6 => "special_recording_full" "特殊报警录像达到存储阈值报警",
    }
}

/// Channels 1 to 32, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Channels(
    /// The word as on the wire.
    pub u32,
);

/// Stores, one bit each: 0 to 11 main, 12 to 15 disaster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Channels16(
    /// The word as on the wire.
    pub u16,
);

/// Numbers of the set bits, counted from `first`.
fn set_bits(word: u32, first: u32) -> String {
    let numbers: Vec<String> = (0..32u32)
        .filter(|bit| word >> bit & 1 == 1)
        .map(|bit| bit.saturating_add(first).to_string())
        .collect();
    numbers.join(", ")
}

impl<'a> Part<'a> for Channels {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, word) = u32::parse(input, edition)?;
        Ok((input, Self(word)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.0.write(out, edition);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        let note = format!("channels {}", set_bits(self.0, 1));
        Shown {
            value: Value::Integer(i64::from(self.0)),
            note,
            parts: Vec::new(),
        }
    }
}

impl<'a> Part<'a> for Channels16 {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, word) = u16::parse(input, edition)?;
        Ok((input, Self(word)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.0.write(out, edition);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        let note = format!("bits {}", set_bits(u32::from(self.0), 0));
        Shown {
            value: Value::Integer(i64::from(self.0)),
            note,
            parts: Vec::new(),
        }
    }
}

layout! {
    /// 0x18: how it is driven (JT/T 1078-2016 table 17). The table states two bytes and lists three.
    pub struct AbnormalDrivingItem {
        /// What.
        kinds: AbnormalDrivingBits = "异常驾驶行为类型",
        /// 0 to 100.
        fatigue: Trailing<u8> = "疲劳程度",
    }
}

flags! {
    /// How it is driven.
    pub struct AbnormalDrivingBits: u16 {
        0 => "fatigue" "疲劳",
        1 => "phone" "打电话",
        2 => "smoking" "抽烟",
        11 => "custom_1" "自定义1",
        12 => "custom_2" "自定义2",
        13 => "custom_3" "自定义3",
        14 => "custom_4" "自定义4",
        15 => "custom_5" "自定义5",
    }
}

layout! {
    /// 0x57 of eight bytes.
    pub struct HarshDrivingItem {
        /// Alarms.
        alarms: HarshDrivingBits = "报警",
        /// Inputs.
        switches: u16 = "开关量",
        /// Not used.
        reserved: u32 = "预留",
    }
}

flags! {
    /// Harsh driving.
    pub struct HarshDrivingBits: u16 {
        8 => "harsh_acceleration" "急加速",
        9 => "harsh_braking" "急刹车",
        10 => "harsh_cornering" "急转弯",
    }
}

layout! {
    /// 0x70: a harsh manoeuvre.
    pub struct HarshEventItem<'a> {
        /// Number of the alarm.
        id: u32 = "报警ID",
        /// Begin or end.
        state: u8 = "标志状态",
        /// What it is.
        kind: HarshKind = "报警类型",
        /// What follows, in the maker's own form.
        details: Bytes<'a> = "详情",
    }
}

codes! {
    /// Kind of a harsh manoeuvre.
    pub struct HarshKind: u8 {
        0x01 => "acceleration" "急加速",
        0x02 => "braking" "急减速",
        0x03 => "cornering" "急转弯",
        0x16 => "collision" "碰撞",
    }
}

flags! {
    /// 0xD0: the user's state.
    pub struct UserStatusBits: u32 {
        3 => "vibration" "震动",
    }
}

layout! {
    /// 0xE7 of eight bytes.
    pub struct AlarmsOfE7Item {
        /// Alarms.
        alarms: AlarmsOfE7Bits = "报警",
        /// Not known.
        others: crate::jt808::part::Octets<6> = "其他",
    }
}

flags! {
    /// Alarms of 0xE7.
    pub struct AlarmsOfE7Bits: u16 {
        0 => "vibration" "震动报警",
        1 => "sos_1" "紧急报警1",
        2 => "sos_2" "紧急报警2",
        3 => "sos_3" "紧急报警3",
    }
}

flags! {
    /// 0xFA of four bytes: alarms.
    pub struct AlarmsOfFaBits: u32 {
        0 => "vibration" "震动",
        1 => "removal" "拆除",
        2 => "deep_sleep" "进入深度休眠",
        3 => "harsh_acceleration" "急加速",
        4 => "harsh_braking" "急减速",
        5 => "harsh_turn" "急转弯",
        6 => "acc_on" "点火",
        7 => "acc_off" "熄火",
        8 => "battery_low" "电池电量低",
        9 => "switched_off" "人为关机",
        10 => "off_by_low_battery" "低电关机",
        11 => "armed" "设防",
    }
}
