use super::{Facts, Parsed, Part, Shown, codes, flags};
use crate::Value;

flags! {
    /// The terminal information byte. Bits 5 to 3 are a code, see [`Info::alarm`].
    pub struct Info: u8 {
        0 => "armed" "已设防",
        1 => "acc_on" "ACC开",
        2 => "charging" "充电中",
        6 => "gps_on" "GPS定位开",
        7 => "fuel_cut" "油电断开",
    }
}

impl Info {
    /// The alarm in bits 5 to 3: English and Chinese name.
    #[must_use]
    pub const fn alarm(self) -> Option<(&'static str, &'static str)> {
        match self.0 >> 3 & 0x07 {
            1 => Some(("vibration", "震动报警")),
            2 => Some(("power_cut", "断电报警")),
            3 => Some(("low_battery", "低电报警")),
            4 => Some(("sos", "紧急求助")),
            6 => Some(("geofence", "围栏报警")),
            7 => Some(("removed", "拆除报警")),
            _ => None,
        }
    }
}

impl<'a> Part<'a> for Info {
    #[inline]
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, byte) = u8::parse(input)?;
        Ok((input, Self(byte)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        let mut shown = self.shown();
        if let Some((name, zh)) = self.alarm() {
            shown.note = format!("{} alarm {name} {zh}", shown.note);
        }
        shown
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        facts.info = Some(*self);
    }
}

codes! {
    /// Voltage of the battery in steps; over 6 some models mean percent.
    pub struct VoltageLevel {
        0 => "off" "无电",
        1 => "extremely_low" "电量极低",
        2 => "very_low" "电量很低",
        3 => "low" "电量低",
        4 => "medium" "电量中",
        5 => "high" "电量高",
        6 => "very_high" "电量极高",
        7..=100 => "percent" "百分比",
    }
}

impl VoltageLevel {
    /// Percent: as stated over 6, else steps of a sixth.
    #[must_use]
    pub fn percent(self) -> Option<f64> {
        match self.0 {
            0..=6 => Some(f64::from(self.0) * 100.0 / 6.0),
            7..=100 => Some(f64::from(self.0)),
            _ => None,
        }
    }
}

codes! {
    /// Strength of the mobile network in steps; some models mean 0 to 31 or percent.
    pub struct GsmLevel {
        0 => "none" "无信号",
        1 => "very_weak" "信号极弱",
        2 => "weak" "信号较弱",
        3 => "good" "信号良好",
        4 => "strong" "信号强",
    }
}

codes! {
    /// Why a position was sent.
    pub struct UploadMode {
        0x00 => "interval" "定时上报",
        0x01 => "distance" "定距上报",
        0x02 => "corner" "拐点上传",
        0x03 => "acc_change" "ACC状态改变上传",
        0x04 => "stopped" "运动变静止补传",
        0x05 => "before_reconnect" "断网重连补传",
        0x06 => "ephemeris" "更新星历强制上传",
        0x07 => "key" "按键上传",
        0x08 => "power_on" "开机上报",
        0x0A => "static_new_time" "静止更新时间",
        0x0B => "wifi" "WIFI解析上传",
        0x0C => "on_command" "立即定位上报",
        0x0D => "static_last_fix" "静止最后经纬度",
        0x0E => "static_interval" "静止定时上传",
        0x0F => "end_of_tracking" "追踪模式结束",
    }
}

macro_rules! switch {
    ($(#[$meta:meta])* $name:ident, $slot:ident, $off:literal $off_zh:literal, $on:literal $on_zh:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $name(
            /// The byte as on the wire; 0 = no.
            pub u8,
        );

        impl $name {
            /// True for any byte but 0.
            #[must_use]
            pub const fn is_set(self) -> bool {
                self.0 != 0
            }
        }

        impl<'a> Part<'a> for $name {
            #[inline]
            fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
                let (input, byte) = u8::parse(input)?;
                Ok((input, Self(byte)))
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.push(self.0);
            }

            fn show(&self, _: &'a [u8], _: usize) -> Shown {
                let note = if self.is_set() { concat!($on, " ", $on_zh) } else { concat!($off, " ", $off_zh) };
                Shown { value: Value::Flag(self.is_set()), note: note.to_owned(), parts: Vec::new() }
            }

            fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
                facts.$slot = Some(self.is_set());
            }
        }
    };
}

switch! {
    /// The ignition line.
    Acc, acc_on, "off" "ACC关", "on" "ACC开"
}

switch! {
    /// Whether the fix was kept and sent later.
    Reupload, stored, "live" "实时", "stored" "补传"
}
