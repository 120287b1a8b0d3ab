//! Settings of the safety systems: T/JSATL 12-2017 tables 4-10 to 4-13, with what T/GDRTA 002-2020 adds at their ends.

use crate::jt808::part::{Bytes, Fixed, Octets, Scaled, codes, layout};

layout! {
    /// What a camera does on an alarm.
    pub struct AlarmCapture {
        /// Above this speed the alarm is of the second level.
        second_level_kmh: u8 = "报警分级速度阈值",
        /// Recording before and after.
        recording_s: u8 = "报警前后视频录制时间",
        /// Pictures.
        photos: u8 = "报警拍照张数",
        /// Time between two of them.
        photo_interval_s: Scaled<u8, 10> = "报警拍照间隔",
    }
}

layout! {
    /// The beginning that both cameras share.
    pub struct CameraSettings {
        /// Alarms are judged above this speed.
        judged_above_kmh: u8 = "报警判断速度阈值",
        /// Volume of the warning, 0 to 8.
        volume: u8 = "报警提示音量",
        /// When pictures are taken without an alarm.
        photo_strategy: PhotoStrategy = "主动拍照策略",
        /// Time between them.
        timed_photos_s: u16 = "主动定时拍照时间间隔",
        /// Distance between them.
        distance_photos_m: u16 = "主动定距拍照距离间隔",
        /// Pictures each time.
        photos: u8 = "单次主动拍照张数",
        /// Time between two of them.
        photo_interval_s: Scaled<u8, 10> = "单次主动拍照时间间隔",
        /// Size of pictures.
        photo_resolution: u8 = "拍照分辨率",
        /// Size of recordings.
        video_resolution: u8 = "视频录制分辨率",
        /// Alarms that are on, by bit.
        alarms_on: u32 = "报警使能",
        /// Events that are on, by bit.
        events_on: u32 = "事件使能",
    }
}

codes! {
    /// When a camera takes pictures without an alarm.
    pub struct PhotoStrategy: u8 {
        0x00 => "never" "不开启",
        0x01 => "timed" "定时拍照",
        0x02 => "by_distance" "定距拍照",
        0x03 => "with_card" "插卡触发",
        0xFF => "unchanged" "不修改参数",
    }
}

layout! {
    /// 0xF364: the camera that looks ahead.
    pub struct AdasSettings<'a> {
        /// What both cameras share.
        camera: CameraSettings = "通用设置",
        /// Not used.
        reserved: u8 = "预留字段",
        /// An obstacle nearer than this, in time.
        obstacle_s: Scaled<u8, 10> = "障碍物报警距离阈值",
        /// On an obstacle.
        obstacle: AlarmCapture = "障碍物报警",
        /// Lane changes are counted over this time.
        lane_changes_s: u8 = "频繁变道报警判断时间段",
        /// Number of them.
        lane_changes: u8 = "频繁变道报警判断次数",
        /// On frequent lane changes.
        lane_change: AlarmCapture = "频繁变道报警",
        /// On leaving the lane.
        lane_departure: AlarmCapture = "车道偏离报警",
        /// Time to a collision ahead.
        collision_s: Scaled<u8, 10> = "前向碰撞报警时间阈值",
        /// On a collision ahead.
        collision: AlarmCapture = "前向碰撞报警",
        /// Time to a collision with a pedestrian.
        pedestrian_s: Scaled<u8, 10> = "行人碰撞报警时间阈值",
        /// On a pedestrian ahead.
        pedestrian: AlarmCapture = "行人碰撞报警",
        /// A vehicle ahead nearer than this, in time.
        too_close_s: Scaled<u8, 10> = "车距监控报警距离阈值",
        /// On a vehicle too near.
        too_close: AlarmCapture = "车距过近报警",
        /// Pictures of a road sign.
        sign_photos: u8 = "道路标志识别拍照张数",
        /// Time between two of them.
        sign_photo_interval_s: Scaled<u8, 10> = "道路标志识别拍照间隔",
        /// Not used, or more settings of T/GDRTA 002.
        more: Bytes<'a> = "保留字段",
    }
}

layout! {
    /// 0xF365: the camera that looks at the driver.
    pub struct DriverMonitoringSettings<'a> {
        /// What both cameras share.
        camera: CameraSettings = "通用设置",
        /// Smoking again within this time is no new alarm.
        smoking_interval_s: u16 = "吸烟报警判断时间间隔",
        /// Telephoning again within this time is no new alarm.
        phone_interval_s: u16 = "接打电话报警判断时间间隔",
        /// Not used.
        reserved: Octets<3> = "预留字段",
        /// On fatigue.
        fatigue: AlarmCapture = "疲劳驾驶报警",
        /// On a telephone call.
        phone: AlarmCapture = "接打电话报警",
        /// On smoking.
        smoking: AlarmCapture = "抽烟报警",
        /// On distraction.
        distraction: AlarmCapture = "分神驾驶报警",
        /// On abnormal behaviour.
        abnormal: AlarmCapture = "驾驶行为异常报警",
        /// When the driver is identified.
        identify: u8 = "驾驶员身份识别触发",
        /// Not used, or more settings of T/GDRTA 002.
        more: Bytes<'a> = "保留字段",
    }
}

layout! {
    /// 0xF366: the tyres.
    pub struct TyreSettings<'a> {
        /// Size and kind.
        tyre: Fixed<'a, 12, 12, 12> = "轮胎规格型号",
        /// Unit of the pressures.
        unit: PressureUnit = "胎压单位",
        /// What is normal.
        normal_pressure: u16 = "正常胎压值",
        /// Difference between tyres.
        imbalance_percent: u16 = "胎压不平衡报警阈值",
        /// Slow loss.
        slow_leak_percent: u16 = "慢漏气报警阈值",
        /// Too low.
        low_pressure: u16 = "低压报警阈值",
        /// Too high.
        high_pressure: u16 = "高压报警阈值",
        /// Too hot.
        high_degc: u16 = "高温报警阈值",
        /// Battery of a sensor too low.
        battery_percent: u16 = "电压报警阈值",
        /// Time between reports, 0 for none.
        report_s: u16 = "定时上报时间间隔",
        /// Not used.
        reserved: Octets<6> = "保留项",
    }
}

codes! {
    /// Unit of a pressure.
    pub struct PressureUnit: u16 {
        0 => "kg_per_cm2" "kg/cm2",
        1 => "bar" "bar",
        2 => "kpa" "kPa",
        3 => "psi" "PSI",
    }
}

layout! {
    /// 0xF367: the blind spots.
    pub struct BlindSpotSettings {
        /// Time to something that comes from behind.
        behind_s: u8 = "后方接近报警时间阈值",
        /// Time to something that comes from behind at the side.
        beside_s: u8 = "侧后方接近报警时间阈值",
    }
}
