use std::marker::PhantomData;

use nom::bytes::complete::take;

use crate::jt808::edition::Edition;
use crate::jt808::part::{BcdTime, Fixed, Octets, Parsed, Part, Shown, Text, Walk, codes, layout};

layout! {
    /// Command 0x00: the standard that the recorder follows.
    pub struct StandardVersion {
        /// Its year, two decimal digits.
        year: Octets<1> = "标准年号",
        /// Number of the amendment.
        amendment: u8 = "修改单号",
    }
}

layout! {
    /// Command 0x01: who drives.
    pub struct DriverLicence<'a> {
        /// Number of the driving licence.
        licence: Fixed<'a, 18, 18, 18> = "机动车驾驶证号码",
    }
}

layout! {
    /// Commands 0x05 and 0x82: the vehicle.
    pub struct Installation<'a> {
        /// Vehicle identification number.
        vin: Fixed<'a, 17, 17, 17> = "车辆识别代号",
        /// Number plate.
        plate: Fixed<'a, 12, 12, 12> = "机动车号牌号码",
        /// Class of the plate, up to the end: 12 bytes, or 10 in an order.
        plate_class: Text<'a> = "机动车号牌分类",
    }
}

layout! {
    /// Commands 0x06 and 0x84: what the eight signals are called.
    pub struct Signals<'a> {
        /// Time of the recorder.
        time: BcdTime = "实时时间",
        /// Signals that are in use, a bit each.
        in_use: u8 = "状态信号",
        /// Signal 0.
        signal_0: Fixed<'a, 10, 10, 10> = "D0状态信号名称",
        /// Signal 1.
        signal_1: Fixed<'a, 10, 10, 10> = "D1状态信号名称",
        /// Signal 2.
        signal_2: Fixed<'a, 10, 10, 10> = "D2状态信号名称",
        /// Signal 3.
        signal_3: Fixed<'a, 10, 10, 10> = "D3状态信号名称",
        /// Signal 4.
        signal_4: Fixed<'a, 10, 10, 10> = "D4状态信号名称",
        /// Signal 5.
        signal_5: Fixed<'a, 10, 10, 10> = "D5状态信号名称",
        /// Signal 6.
        signal_6: Fixed<'a, 10, 10, 10> = "D6状态信号名称",
        /// Signal 7.
        signal_7: Fixed<'a, 10, 10, 10> = "D7状态信号名称",
    }
}

layout! {
    /// Command 0xC3: pulses of the speed sensor.
    pub struct PulseCoefficient {
        /// Time of the recorder.
        time: BcdTime = "实时时间",
        /// Pulses per kilometre.
        pulses: u16 = "脉冲系数",
    }
}

layout! {
    /// What records an order asks for, commands 0x08 to 0x15.
    pub struct RecordQuery {
        /// First time.
        start: BcdTime = "开始时间",
        /// Last time.
        end: BcdTime = "结束时间",
        /// How many records at most.
        most: u16 = "最大单位数据块个数",
    }
}

layout! {
    /// A place: the frames do not show the unit of the coordinates, so they are numbers.
    pub struct RecordedPlace {
        /// Longitude.
        longitude_raw: u32 = "经度",
        /// Latitude.
        latitude_raw: u32 = "纬度",
        /// Height.
        altitude_m: i16 = "高度",
    }
}

layout! {
    /// Command 0x10: the twenty seconds before a stop that may have been an accident.
    pub struct Accident<'a> {
        /// When the vehicle stood.
        end: BcdTime = "行驶结束时间",
        /// Number of the driving licence.
        licence: Fixed<'a, 18, 18, 18> = "机动车驾驶证号码",
        /// Speed and signals every 0.2 s, the last first.
        samples: Samples<'a, SpeedAndSignals, 100> = "行驶状态",
        /// Where it stood.
        place: RecordedPlace = "位置信息",
    }
}

layout! {
    /// Speed, and the signals that were on, a bit each; 0xFF where nothing was recorded.
    pub struct SpeedAndSignals {
        /// Speed.
        speed_kmh: u8 = "速度",
        /// Signals.
        signals: u8 = "状态信号",
    }
}

layout! {
    /// Command 0x11: somebody drove for too long.
    pub struct Overtime<'a> {
        /// Number of the driving licence.
        licence: Fixed<'a, 18, 18, 18> = "机动车驾驶证号码",
        /// From.
        start: BcdTime = "连续驾驶开始时间",
        /// To.
        end: BcdTime = "连续驾驶结束时间",
        /// Where it began.
        start_place: RecordedPlace = "开始位置",
        /// Where it ended.
        end_place: RecordedPlace = "结束位置",
    }
}

layout! {
    /// Command 0x15: a minute of the recorder's speed beside a reference.
    pub struct SpeedLog<'a> {
        /// How they compare.
        state: SpeedState = "速度状态",
        /// From.
        start: BcdTime = "开始时间",
        /// To.
        end: BcdTime = "结束时间",
        /// Both speeds every second.
        samples: Samples<'a, BothSpeeds, 60> = "速度",
    }
}

layout! {
    /// Both speeds of a second; 0xFF where nothing was recorded.
    pub struct BothSpeeds {
        /// That of the recorder.
        recorded_kmh: u8 = "记录速度",
        /// That of the reference.
        reference_kmh: u8 = "参考速度",
    }
}

codes! {
    /// How the recorder's speed compares with the reference.
    pub struct SpeedState: u8 {
        1 => "normal" "正常",
        2 => "abnormal" "异常",
    }
}

impl Accident<'_> {
    /// Bytes of a record.
    pub const LENGTH: usize = 234;
}

impl Overtime<'_> {
    /// Bytes of a record.
    pub const LENGTH: usize = 50;
}

impl SpeedLog<'_> {
    /// Bytes of a record.
    pub const LENGTH: usize = 133;
}

/// `N` samples of two bytes each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Samples<'a, T, const N: usize> {
    /// The bytes; when written, cut or filled up with 0xFF.
    pub bytes: &'a [u8],
    sample: PhantomData<T>,
}

impl<T, const N: usize> Default for Samples<'_, T, N> {
    fn default() -> Self {
        Self {
            bytes: &[],
            sample: PhantomData,
        }
    }
}

impl<'a, T: Part<'a>, const N: usize> Part<'a> for Samples<'a, T, N> {
    fn parse(input: &'a [u8], _: Edition) -> Parsed<'a, Self> {
        let (input, bytes) = take(N.saturating_mul(2))(input)?;
        let sample = PhantomData;
        Ok((input, Self { bytes, sample }))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        let filled = self.bytes.iter().copied().chain(std::iter::repeat(0xFF));
        out.extend(filled.take(N.saturating_mul(2)));
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut walk = Walk::new(raw, at, edition);
        for index in 0..N {
            walk.step::<T>(index.to_string(), "");
        }
        Shown::parts(walk.finish())
    }
}
