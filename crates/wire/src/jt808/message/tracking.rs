use crate::jt808::location::Alarms;
use crate::jt808::part::{Trailing, layout};

layout! {
    /// 0x8202: report often for a while (2013 §8.21, 2019 §8.15).
    pub struct Tracking {
        /// Time between positions; 0 ends the tracking.
        interval_s: u16 = "时间间隔",
        /// How long; absent when the interval is 0, though some platforms send it then, too.
        validity_s: Trailing<u32> = "位置跟踪有效期",
    }
}

layout! {
    /// 0x8203: somebody has seen the alarms (2013 §8.22, 2019 §8.17).
    pub struct AlarmConfirmation {
        /// Serial of the message with the alarm; 0 for all of the kinds.
        alarm_serial: u16 = "报警消息流水号",
        /// Alarms that are confirmed.
        alarms: Alarms = "人工确认报警类型",
    }
}
