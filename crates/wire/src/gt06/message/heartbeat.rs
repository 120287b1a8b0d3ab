use super::super::part::{GsmLevel, HeartbeatAlarm, Info, VoltageLevel, layout};

layout! {
    /// 0x13: the device is alive (GT06 §5.4).
    pub struct Heartbeat {
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language, or language and ports.
        alarm: HeartbeatAlarm = "报警与语言",
    }
}
