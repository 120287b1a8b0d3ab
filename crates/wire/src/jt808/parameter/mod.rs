//! Parameters of a terminal (2013 table 12, 2019 table 12).

use std::borrow::Cow;

mod safety;

pub use safety::{
    AdasSettings, AlarmCapture, BlindSpotSettings, CameraSettings, DriverMonitoringSettings, PhotoStrategy,
    PressureUnit, TyreSettings,
};

use super::edition::Edition;
use super::part::{Block, Parsed, Part, Shown, Text, Walk};
use crate::{Field, Value};

/// One parameter with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parameter<'a> {
    /// Its id.
    pub id: u32,
    /// Its value as received.
    pub value: &'a [u8],
}

/// What a parameter means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue<'a> {
    /// A number.
    Number(u32),
    /// Text.
    Text(Cow<'a, str>),
    /// Only the bytes are known.
    Bytes(&'a [u8]),
}

/// Row of the table of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParameterRow {
    /// Id.
    pub id: u32,
    /// English name, snake_case with the unit at the end.
    pub name: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Bytes,
}

impl<'a> Parameter<'a> {
    /// Row of the table for the id.
    #[must_use]
    pub fn row(&self) -> Option<&'static ParameterRow> {
        ROWS.iter().find(|row| row.id == self.id)
    }

    /// What the value means.
    #[must_use]
    pub fn typed(&self) -> ParameterValue<'a> {
        let number = || match *self.value {
            [a] => Some(u32::from(a)),
            [a, b] => Some(u32::from(u16::from_be_bytes([a, b]))),
            [a, b, c, d] => Some(u32::from_be_bytes([a, b, c, d])),
            _ => None,
        };
        match self.row().map(|row| row.kind) {
            Some(Kind::Number) => number().map_or(ParameterValue::Bytes(self.value), ParameterValue::Number),
            Some(Kind::Text) => ParameterValue::Text(Text(self.value).decode()),
            Some(Kind::Bytes) | None => ParameterValue::Bytes(self.value),
        }
    }
}

impl<'a> Part<'a> for Parameter<'a> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, id) = u32::parse(input, edition)?;
        let (input, block) = Block::<u8>::parse(input, edition)?;
        Ok((
            input,
            Self {
                id,
                value: block.bytes,
            },
        ))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.id.write(out, edition);
        Block::<u8>::new(self.value).write(out, edition);
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut walk = Walk::new(raw, at, edition);
        let row = self.row();
        walk.push(4, |raw, at| {
            let note = row.map_or_else(
                || "unknown".to_owned(),
                |row| format!("{} {}", row.name, row.name_zh),
            );
            let shown = Shown {
                value: Value::Text(format!("0x{:04X}", self.id)),
                note,
                parts: Vec::new(),
            };
            shown.into_field("id", "参数ID", at, raw)
        });
        walk.step::<u8>("length", "参数长度");
        walk.push(self.value.len(), |raw, at| {
            let value = match self.typed() {
                ParameterValue::Number(number) => Value::Integer(i64::from(number)),
                ParameterValue::Text(text) => Value::Text(text.into_owned()),
                ParameterValue::Bytes(_) => Value::Bytes,
            };
            let (name, name_zh) = row.map_or(("value", "参数值"), |row| (row.name, row.name_zh));
            let shown = self
                .settings(at, edition)
                .map_or_else(|| Shown::plain(value), Shown::parts);
            shown.into_field(name, name_zh, at, raw)
        });
        Shown::parts(walk.finish())
    }
}

impl<'a> Parameter<'a> {
    /// The fields of a value that has several.
    fn settings(&self, at: usize, edition: Edition) -> Option<Vec<Field>> {
        let mut walk = Walk::new(self.value, at, edition);
        match (self.id, self.value.len()) {
            (0xF364, 52..) => walk.flat::<AdasSettings<'a>>(),
            (0xF365, 47..) => walk.flat::<DriverMonitoringSettings<'a>>(),
            (0xF366, 36) => walk.flat::<TyreSettings<'a>>(),
            (0xF367, 2) => walk.flat::<BlindSpotSettings>(),
            _ => return None,
        }
        Some(walk.finish())
    }
}

const fn row(id: u32, kind: Kind, name: &'static str, name_zh: &'static str) -> ParameterRow {
    ParameterRow {
        id,
        name,
        name_zh,
        kind,
    }
}

use Kind::{Bytes, Number, Text as Words};

/// The parameters of the standard and its supplements, by id.
pub const ROWS: &[ParameterRow] = &[
    row(0x0001, Number, "heartbeat_s", "终端心跳发送间隔"),
    row(0x0002, Number, "tcp_timeout_s", "TCP消息应答超时时间"),
    row(0x0003, Number, "tcp_resends", "TCP消息重传次数"),
    row(0x0004, Number, "udp_timeout_s", "UDP消息应答超时时间"),
    row(0x0005, Number, "udp_resends", "UDP消息重传次数"),
    row(0x0006, Number, "sms_timeout_s", "SMS消息应答超时时间"),
    row(0x0007, Number, "sms_resends", "SMS消息重传次数"),
    row(0x0010, Words, "server_apn", "主服务器APN"),
    row(0x0011, Words, "server_user", "主服务器无线通信拨号用户名"),
    row(0x0012, Words, "server_password", "主服务器无线通信拨号密码"),
    row(0x0013, Words, "server_address", "主服务器地址"),
    row(0x0014, Words, "backup_apn", "备份服务器APN"),
    row(0x0015, Words, "backup_user", "备份服务器无线通信拨号用户名"),
    row(0x0016, Words, "backup_password", "备份服务器无线通信拨号密码"),
    row(0x0017, Words, "backup_address", "备份服务器地址"),
    row(0x0018, Number, "tcp_port", "服务器TCP端口"),
    row(0x0019, Number, "udp_port", "服务器UDP端口"),
    row(0x001A, Words, "ic_card_server", "道路运输证IC卡认证主服务器地址"),
    row(
        0x001B,
        Number,
        "ic_card_tcp_port",
        "道路运输证IC卡认证主服务器TCP端口",
    ),
    row(
        0x001C,
        Number,
        "ic_card_udp_port",
        "道路运输证IC卡认证主服务器UDP端口",
    ),
    row(
        0x001D,
        Words,
        "ic_card_backup_server",
        "道路运输证IC卡认证备份服务器地址",
    ),
    row(0x0020, Number, "report_strategy", "位置汇报策略"),
    row(0x0021, Number, "report_scheme", "位置汇报方案"),
    row(0x0022, Number, "report_no_driver_s", "驾驶员未登录汇报时间间隔"),
    row(0x0023, Words, "secondary_apn", "从服务器APN"),
    row(0x0024, Words, "secondary_user", "从服务器无线通信拨号用户名"),
    row(0x0025, Words, "secondary_password", "从服务器无线通信拨号密码"),
    row(0x0026, Words, "secondary_address", "从服务器备份地址"),
    row(0x0027, Number, "report_asleep_s", "休眠时汇报时间间隔"),
    row(0x0028, Number, "report_emergency_s", "紧急报警时汇报时间间隔"),
    row(0x0029, Number, "report_default_s", "缺省时间汇报间隔"),
    row(0x002C, Number, "report_default_m", "缺省距离汇报间隔"),
    row(0x002D, Number, "report_no_driver_m", "驾驶员未登录汇报距离间隔"),
    row(0x002E, Number, "report_asleep_m", "休眠时汇报距离间隔"),
    row(0x002F, Number, "report_emergency_m", "紧急报警时汇报距离间隔"),
    row(0x0030, Number, "corner_deg", "拐点补传角度"),
    row(0x0031, Number, "illegal_movement_m", "电子围栏半径"),
    row(0x0032, Bytes, "forbidden_period", "违规行驶时段范围"),
    row(0x0040, Words, "platform_phone", "监控平台电话号码"),
    row(0x0041, Words, "reset_phone", "复位电话号码"),
    row(0x0042, Words, "factory_reset_phone", "恢复出厂设置电话号码"),
    row(0x0043, Words, "platform_sms_phone", "监控平台SMS电话号码"),
    row(0x0044, Words, "sms_alarm_phone", "接收终端SMS文本报警号码"),
    row(0x0045, Number, "pick_up", "终端电话接听策略"),
    row(0x0046, Number, "longest_call_s", "每次最长通话时间"),
    row(0x0047, Number, "calls_per_month_s", "当月最长通话时间"),
    row(0x0048, Words, "listen_phone", "监听电话号码"),
    row(0x0049, Words, "privileged_sms_phone", "监管平台特权短信号码"),
    row(0x0050, Number, "alarm_mask", "报警屏蔽字"),
    row(0x0051, Number, "alarm_sms", "报警发送文本SMS开关"),
    row(0x0052, Number, "alarm_photo", "报警拍摄开关"),
    row(0x0053, Number, "alarm_photo_keep", "报警拍摄存储标志"),
    row(0x0054, Number, "critical_alarms", "关键标志"),
    row(0x0055, Number, "max_speed_kmh", "最高速度"),
    row(0x0056, Number, "overspeed_s", "超速持续时间"),
    row(0x0057, Number, "continuous_driving_s", "连续驾驶时间门限"),
    row(0x0058, Number, "daily_driving_s", "当天累计驾驶时间门限"),
    row(0x0059, Number, "minimum_rest_s", "最小休息时间"),
    row(0x005A, Number, "longest_parking_s", "最长停车时间"),
    row(0x005B, Number, "overspeed_warning_tenth_kmh", "超速预警差值"),
    row(0x005C, Number, "fatigue_warning_s", "疲劳驾驶预警差值"),
    row(0x005D, Number, "collision", "碰撞报警参数"),
    row(0x005E, Number, "rollover_deg", "侧翻报警参数"),
    row(0x0064, Number, "timed_photos", "定时拍照控制"),
    row(0x0065, Number, "distance_photos", "定距拍照控制"),
    row(0x0070, Number, "picture_quality", "图像/视频质量"),
    row(0x0071, Number, "brightness", "亮度"),
    row(0x0072, Number, "contrast", "对比度"),
    row(0x0073, Number, "saturation", "饱和度"),
    row(0x0074, Number, "chroma", "色度"),
    row(0x0075, Bytes, "audio_video", "音视频参数设置"),
    row(0x0076, Bytes, "av_channels", "音视频通道列表设置"),
    row(0x0077, Bytes, "single_channel", "单独视频通道参数设置"),
    row(0x0079, Bytes, "special_recording", "特殊报警录像参数设置"),
    row(0x007A, Number, "video_alarm_mask", "视频相关报警屏蔽字"),
    row(0x007B, Bytes, "image_analysis", "图像分析报警参数设置"),
    row(0x007C, Bytes, "sleep_wake", "终端休眠唤醒模式设置"),
    row(0x0080, Number, "odometer_tenth_km", "车辆里程表读数"),
    row(0x0081, Number, "province", "车辆所在的省域ID"),
    row(0x0082, Number, "city", "车辆所在的市域ID"),
    row(0x0083, Words, "plate", "机动车号牌"),
    row(0x0084, Number, "plate_colour", "车牌颜色"),
    row(0x0090, Number, "gnss_modes", "GNSS定位模式"),
    row(0x0091, Number, "gnss_baud", "GNSS波特率"),
    row(
        0x0092,
        Number,
        "gnss_output_period",
        "GNSS模块详细定位数据输出频率",
    ),
    row(0x0093, Number, "gnss_sampling_s", "GNSS模块详细定位数据采集频率"),
    row(0x0094, Number, "gnss_upload", "GNSS模块详细定位数据上传方式"),
    row(
        0x0095,
        Number,
        "gnss_upload_setting",
        "GNSS模块详细定位数据上传设置",
    ),
    row(0x0100, Number, "can_1_sampling_ms", "CAN总线通道1采集时间间隔"),
    row(0x0101, Number, "can_1_upload_s", "CAN总线通道1上传时间间隔"),
    row(0x0102, Number, "can_2_sampling_ms", "CAN总线通道2采集时间间隔"),
    row(0x0103, Number, "can_2_upload_s", "CAN总线通道2上传时间间隔"),
    row(0xF364, Bytes, "adas", "高级驾驶辅助系统参数"),
    row(0xF365, Bytes, "driver_monitoring", "驾驶员状态监测系统参数"),
    row(0xF366, Bytes, "tyre_monitoring", "胎压监测系统参数"),
    row(0xF367, Bytes, "blind_spot", "盲区监测系统参数"),
    row(0xF370, Number, "safety_protocol_version", "智能视频协议版本信息"),
];
