use super::super::part::{Alarm, CellBlock, Date, ExtendedAlarm, Gps, GsmLevel, Info, VoltageLevel, layout};

layout! {
    /// 0x16 in the device's zone, 0x26 in UTC: an alarm with a position (GT06 §5.3, JM-VL03).
    pub struct AlarmReport<'a> {
        /// Time of the fix.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: CellBlock<'a> = "LBS信息",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
        /// Distance, in the document of the VL03 only.
        odometer_m: Option<u32> = "里程统计",
    }
}

layout! {
    /// 0x27, and 0xA4 with a 4G cell: as 0x26 with the number of a fence (JM-VL03).
    pub struct FenceAlarm<'a> {
        /// Time of the fix.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: CellBlock<'a> = "LBS信息",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: ExtendedAlarm = "报警与语言",
        /// Number of the fence, 0 the first, 255 none.
        fence: Option<u8> = "围栏编号",
        /// Distance.
        odometer_m: Option<u32> = "里程统计",
    }
}
