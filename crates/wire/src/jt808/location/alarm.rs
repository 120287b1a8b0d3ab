use crate::jt808::part::flags;

flags! {
    /// Alarm bits of a position (JT/T 808-2019 table 24, with the bits of the older editions).
    pub struct Alarms: u32 {
        0 => "sos" "紧急报警",
        1 => "overspeed" "超速报警",
        2 => "fatigue" "疲劳驾驶",
        3 => "danger_warning" "危险预警",
        4 => "gnss_fault" "GNSS模块故障",
        5 => "gnss_antenna_open" "GNSS天线未接或被剪断",
        6 => "gnss_antenna_short" "GNSS天线短路",
        7 => "power_low" "主电源欠压",
        8 => "power_cut" "主电源掉电",
        9 => "lcd_fault" "LCD故障",
        10 => "tts_fault" "TTS模块故障",
        11 => "camera_fault" "摄像头故障",
        12 => "ic_card_fault" "IC卡模块故障",
        13 => "overspeed_warning" "超速预警",
        14 => "fatigue_warning" "疲劳驾驶预警",
        15 => "forbidden_driving" "违规行驶",
        16 => "tyre_pressure" "胎压预警",
        17 => "right_turn_blind_area" "右转盲区异常",
        18 => "daily_driving_exceeded" "当天累计驾驶超时",
        19 => "parking_exceeded" "超时停车",
        20 => "area" "进出区域",
        21 => "route" "进出路线",
        22 => "section_time" "路段行驶时间不足或过长",
        23 => "off_route" "路线偏离",
        24 => "speed_sensor_fault" "车辆VSS故障",
        25 => "fuel_abnormal" "车辆油量异常",
        26 => "theft" "车辆被盗",
        27 => "illegal_ignition" "车辆非法点火",
        28 => "illegal_movement" "车辆非法位移",
        29 => "collision" "碰撞侧翻",
        30 => "rollover_warning" "侧翻预警",
        31 => "illegal_door_open" "非法开门",
    }
}

impl Alarms {
    /// The bits that a terminal clears when the position is answered: 0, 3, 20, 21, 22, 27, 28 and 31.
    pub const CLEARED_BY_ANSWER: u32 = 1 | 1 << 3 | 7 << 20 | 3 << 27 | 1 << 31;
}
