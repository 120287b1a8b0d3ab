use super::{Facts, Parsed, Part, Shown, Walk, codes};
use crate::Value;
use crate::gt06::model::Model;

/// An alarm code, extended to twelve bits where the message has an extension. The same code means different things on
/// different models; the number is kept beside its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AlarmCode(
    /// The code.
    pub u16,
);

macro_rules! alarms {
    ($($($code:literal)|+ => $en:literal $zh:literal),* $(,)?) => {
        impl AlarmCode {
            /// English and Chinese name by the documents of Concox and Jimi; `None` for 0 and for unknown codes.
            #[must_use]
            pub const fn names(self) -> Option<(&'static str, &'static str)> {
                match self.0 {
                    $($($code)|+ => Some(($en, $zh)),)*
                    _ => None,
                }
            }
        }
    };
}

alarms! {
    0x01 => "sos" "紧急求助",
    0x02 => "power_cut" "断电报警",
    0x03 => "vibration" "震动报警",
    0x04 => "geofence_enter" "进围栏报警",
    0x05 => "geofence_exit" "出围栏报警",
    0x06 => "overspeed" "超速报警",
    0x09 => "movement" "位移报警",
    0x0A => "gps_blind_area_enter" "进GPS盲区",
    0x0B => "gps_blind_area_exit" "出GPS盲区",
    0x0C => "power_on" "开机",
    0x0D => "first_fix" "GPS第一次定位",
    0x0E => "external_battery_low" "外电低电报警",
    0x0F => "low_voltage_protection" "外电低电保护",
    0x10 => "sim_changed" "换卡报警",
    0x11 => "power_off" "关机报警",
    0x12 => "flight_mode" "低电保护后进入飞行模式",
    0x13 => "tamper" "拆卸报警",
    0x14 => "door" "门报警",
    0x15 => "power_off_low_battery" "低电关机报警",
    0x16 => "sound" "声控报警",
    0x17 => "false_base_station" "伪基站报警",
    0x18 => "cover_opened" "开盖报警",
    0x19 => "low_battery" "内部电池低电报警",
    0x1A => "braking" "急刹车",
    0x1B => "cornering" "急转弯",
    0x20 => "deep_sleep" "进入深度睡眠",
    0x23 => "fall" "跌落报警",
    0x25 => "tamper" "拆卸报警",
    0x26 => "acceleration" "急加速",
    0x27 => "braking" "急刹车",
    0x28 => "braking" "急刹车",
    0x29 => "acceleration" "急加速",
    0x2A => "sharp_left" "急左转弯",
    0x2B => "sharp_right" "急右转弯",
    0x2C => "collision" "碰撞报警",
    0x2E => "cornering" "急转弯",
    0x30 => "braking" "急刹车",
    0x32 => "unplugged" "拔出报警",
    0x33 => "locked" "上锁",
    0x34 => "unlocked" "开锁",
    0x53 => "fuel_leak" "漏油报警",
    0x5B | 0x5C => "temperature" "温度报警",
    0xC9 => "idling" "怠速报警",
    0xF0 => "acceleration" "急加速",
    0xF1 => "braking" "急刹车",
    0xF2 => "accident" "事故",
    0xFE => "acc_on" "ACC开",
    0xFF => "acc_off" "ACC关",
    0x107 | 0x10B => "jamming" "信号干扰",
}

impl AlarmCode {
    /// Names on a family of devices: makers use codes again.
    #[must_use]
    pub const fn names_on(self, model: Model) -> Option<(&'static str, &'static str)> {
        match (model, self.0) {
            (Model::Lw, 0x18) => Some(("accident", "事故")),
            (Model::Lw, 0x19) => Some(("acceleration", "急加速")),
            (Model::Seeworld, 0x28) => Some(("cornering", "急转弯")),
            (Model::Seeworld, 0x29) => Some(("accident", "事故")),
            _ => self.names(),
        }
    }
}

codes! {
    /// Language of the answer that the device wants; in heartbeats some models put port states here.
    pub struct Language {
        0 => "no_answer" "无需回复",
        1 => "chinese" "中文",
        2 => "english" "英文",
    }
}

impl AlarmCode {
    /// Value and name for a protocol analyser.
    pub(crate) fn shown(self) -> Shown {
        Shown {
            value: Value::Integer(i64::from(self.0)),
            note: match (self.0, self.names()) {
                (0, _) => "none 正常".to_owned(),
                (_, Some((name, zh))) => format!("{name} {zh}"),
                (_, None) => "unknown 未知".to_owned(),
            },
            parts: Vec::new(),
        }
    }
}

macro_rules! alarm {
    ($(#[$meta:meta])* $name:ident, |$alarm:ident, $language:ident| $code:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $name {
            /// The alarm byte.
            pub alarm: u8,
            /// The language byte.
            pub language: Language,
        }

        impl $name {
            /// The whole code.
            #[must_use]
            pub fn code(self) -> AlarmCode {
                let ($alarm, $language) = (u16::from(self.alarm), self.language.0);
                AlarmCode($code)
            }
        }

        impl<'a> Part<'a> for $name {
            fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
                let (input, alarm) = u8::parse(input)?;
                let (input, language) = Language::parse(input)?;
                Ok((input, Self { alarm, language }))
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.extend([self.alarm, self.language.0]);
            }

            fn show(&self, raw: &'a [u8], at: usize) -> Shown {
                let mut walk = Walk::new(raw, at);
                walk.push(1, "alarm", "报警", |_, _| self.code().shown());
                walk.step::<Language>("language", "语言");
                Shown::parts(walk.finish())
            }

            fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
                facts.alarm = Some(self.code());
                facts.language = Some(self.language);
            }
        }
    };
}

alarm! {
    /// Alarm and language bytes.
    Alarm, |alarm, _language| alarm
}

alarm! {
    /// Alarm and language bytes where the high nibble of the language extends the alarm (0x27, 0xA4, 0x39).
    ExtendedAlarm, |alarm, language| u16::from(language >> 4) << 8 | alarm
}

/// The two bytes behind a heartbeat: alarm and language, or language and states of ports. Told as alarm only when the
/// second byte can be a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct HeartbeatAlarm(
    /// The two bytes.
    pub Alarm,
);

impl<'a> Part<'a> for HeartbeatAlarm {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, alarm) = Alarm::parse(input)?;
        Ok((input, Self(alarm)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        self.0.show(raw, at)
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        if matches!(self.0.language.0, 1 | 2) || self.0.alarm == 0 {
            self.0.tell(name, facts);
        } else {
            facts.item("alarm_and_language", self.bytes(), super::ItemValue::Bytes);
        }
    }
}
