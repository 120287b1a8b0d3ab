use super::super::part::{Acc, Cell, Date, ExtendedAlarm, Gps, GsmLevel, HeartbeatAlarm, Info, Modules, RadioCell, Reupload, UploadMode, VoltageLevel, layout};

layout! {
    /// 0x37: a position with modules.
    pub struct LocationModules<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// Ignition.
        acc: Acc = "ACC状态",
        /// Why it was sent.
        upload_mode: UploadMode = "数据上报模式",
        /// Whether it was kept and sent later.
        reupload: Reupload = "补传",
        /// Modules.
        modules: Modules<'a, false> = "模块",
    }
}

layout! {
    /// 0x38: a position with the kind of network and modules.
    pub struct LocationRadioModules<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Why it was sent.
        upload_mode: UploadMode = "数据上报模式",
        /// Whether it was kept and sent later.
        reupload: Reupload = "补传",
        /// Serving cell.
        cell: RadioCell = "基站",
        /// Modules.
        modules: Modules<'a, false> = "模块",
    }
}

layout! {
    /// 0x36: heartbeat of the Jimi 4G models with modules.
    pub struct HeartbeatModules<'a> {
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: HeartbeatAlarm = "报警与语言",
        /// Modules.
        modules: Modules<'a, false> = "模块",
    }
}

layout! {
    /// 0x70: modules only.
    pub struct Modular<'a> {
        /// Modules.
        modules: Modules<'a, true> = "模块",
    }
}

layout! {
    /// 0x39: an alarm with the kind of network and modules.
    pub struct AlarmModules<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: RadioCell = "基站",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: ExtendedAlarm = "报警与语言",
        /// Modules.
        modules: Modules<'a, false> = "模块",
    }
}
