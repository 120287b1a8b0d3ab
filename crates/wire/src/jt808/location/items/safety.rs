use crate::jt808::message::AlarmLabel;
use crate::jt808::part::{BcdTime, List, Octets, Scaled, codes, flags, layout};

layout! {
    /// 0x64: alarm of the driver's assistant (T/JSATL 12-2017 table 4-15).
    pub struct AdasAlarm<'a> {
        /// Number of the alarm.
        id: u32 = "报警ID",
        /// Begin or end.
        state: AlarmState = "标志状态",
        /// What it is.
        kind: AdasKind = "报警/事件类型",
        /// 1 or 2.
        level: u8 = "报警级别",
        /// Speed of the vehicle ahead.
        front_speed_kmh: u8 = "前车车速",
        /// Time to the vehicle or pedestrian ahead, in tenths of a second.
        front_distance_s: Scaled<u8, 10> = "前车/行人距离",
        /// 1 left, 2 right.
        departure: u8 = "偏离类型",
        /// Kind of traffic sign.
        sign: u8 = "道路标志识别类型",
        /// What the sign says.
        sign_value: u8 = "道路标志识别数据",
        /// Where and how.
        vehicle: AlarmVehicle = "车辆",
        /// Name of the alarm.
        label: AlarmLabel<'a> = "报警标识号",
    }
}

codes! {
    /// Begin or end of an alarm.
    pub struct AlarmState: u8 {
        0 => "none" "不可用",
        1 => "begin" "开始标志",
        2 => "end" "结束标志",
    }
}

codes! {
    /// What the driver's assistant saw.
    pub struct AdasKind: u8 {
        0x01 => "forward_collision" "前向碰撞报警",
        0x02 => "lane_departure" "车道偏离报警",
        0x03 => "too_close" "车距过近报警",
        0x04 => "pedestrian" "行人碰撞报警",
        0x05 => "frequent_lane_change" "频繁变道报警",
        0x06 => "sign_limit" "道路标识超限报警",
        0x07 => "obstacle" "障碍物报警",
        0x10 => "sign_seen" "道路标志识别事件",
        0x11 => "snapshot" "主动抓拍事件",
    }
}

layout! {
    /// Speed, place, time and state of the vehicle at an alarm.
    pub struct AlarmVehicle {
        /// Speed.
        speed_kmh: u8 = "车速",
        /// Height.
        altitude_m: i16 = "高程",
        /// Latitude without sign.
        latitude_deg: Scaled<u32, 1_000_000> = "纬度",
        /// Longitude without sign.
        longitude_deg: Scaled<u32, 1_000_000> = "经度",
        /// When.
        time: BcdTime = "日期时间",
        /// State.
        state: VehicleStateBits = "车辆状态",
    }
}

flags! {
    /// State of the vehicle at an alarm.
    pub struct VehicleStateBits: u16 {
        0 => "acc_on" "ACC开",
        1 => "left_turn" "左转向",
        2 => "right_turn" "右转向",
        3 => "wiper" "雨刮器",
        4 => "brake" "制动",
        5 => "card_inserted" "插卡",
        10 => "positioned" "定位",
    }
}

layout! {
    /// 0x65: alarm of the driver's monitor (T/JSATL 12-2017 table 4-17).
    pub struct DriverMonitoringAlarm<'a> {
        /// Number of the alarm.
        id: u32 = "报警ID",
        /// Begin or end.
        state: AlarmState = "标志状态",
        /// What it is.
        kind: DriverKind = "报警/事件类型",
        /// 1 or 2.
        level: u8 = "报警级别",
        /// 1 to 10.
        fatigue: u8 = "疲劳程度",
        /// Not used.
        reserved: Octets<4> = "预留",
        /// Where and how.
        vehicle: AlarmVehicle = "车辆",
        /// Name of the alarm.
        label: AlarmLabel<'a> = "报警标识号",
    }
}

codes! {
    /// What the driver's monitor saw.
    pub struct DriverKind: u8 {
        0x01 => "fatigue" "疲劳驾驶报警",
        0x02 => "phone" "接打电话报警",
        0x03 => "smoking" "抽烟报警",
        0x04 => "distraction" "分神驾驶报警",
        0x05 => "driver_abnormal" "驾驶员异常报警",
        0x10 => "snapshot" "自动抓拍事件",
        0x11 => "driver_change" "驾驶员变更事件",
    }
}

layout! {
    /// 0x66: alarm of the tyres (T/JSATL 12-2017 table 4-19; the printed offset 39 of the number is wrong).
    pub struct TyreAlarm<'a> {
        /// Number of the alarm.
        id: u32 = "报警ID",
        /// Begin or end.
        state: AlarmState = "标志状态",
        /// Where and how.
        vehicle: AlarmVehicle = "车辆",
        /// Name of the alarm.
        label: AlarmLabel<'a> = "报警标识号",
        /// The tyres.
        tyres: List<u8, AlarmedTyre> = "报警/事件信息列表",
    }
}

layout! {
    /// One tyre.
    pub struct AlarmedTyre {
        /// Place, from 0 at the left front; a byte in T/JSATL 12, a word in T/GDRTA 002.
        place: u8 = "胎压报警位置" if |edition| !edition.since_2019(),
        /// The same in T/GDRTA 002.
        place_wide: u16 = "胎压报警位置" if |edition| edition.since_2019(),
        /// What is wrong.
        alarms: TyreAlarmBits = "报警/事件类型",
        /// Pressure.
        pressure_kpa: u16 = "胎压",
        /// Temperature.
        temperature_degc: u16 = "胎温",
        /// Charge of the sensor.
        battery_percent: u16 = "电池电量",
    }
}

flags! {
    /// What is wrong with a tyre.
    pub struct TyreAlarmBits: u16 {
        0 => "periodic" "胎压定时上报",
        1 => "pressure_high" "胎压过高报警",
        2 => "pressure_low" "胎压过低报警",
        3 => "temperature_high" "胎温过高报警",
        4 => "sensor_fault" "传感器异常报警",
        5 => "unbalanced" "胎压不平衡报警",
        6 => "slow_leak" "慢漏气报警",
        7 => "battery_low" "电池电量低报警",
    }
}

layout! {
    /// 0x67: alarm of the blind spots (T/JSATL 12-2017 table 4-21).
    pub struct BlindSpotAlarm<'a> {
        /// Number of the alarm.
        id: u32 = "报警ID",
        /// Begin or end.
        state: AlarmState = "标志状态",
        /// What it is.
        kind: BlindSpotKind = "报警/事件类型",
        /// Where and how.
        vehicle: AlarmVehicle = "车辆",
        /// Name of the alarm.
        label: AlarmLabel<'a> = "报警标识号",
    }
}

codes! {
    /// Where something is too close.
    pub struct BlindSpotKind: u8 {
        1 => "behind" "后方接近报警",
        2 => "left" "左侧后方接近报警",
        3 => "right" "右侧后方接近报警",
    }
}
