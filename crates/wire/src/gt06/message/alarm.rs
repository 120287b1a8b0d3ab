use super::super::part::{AccessPoints, Alarm, Bytes, Cell, CellBlock, Date, ExtendedAlarm, Gps, GsmLevel, Hex, Info, Octets, Scaled, VoltageLevel, layout};
use super::any_cells::AnyCells;
use super::position_tail::AlarmOnly;

layout! {
    /// 0x16 in the device's zone, 0x26 in UTC: an alarm with a position (GT06 text, JM-VL03).
    pub struct AlarmReport<'a> {
        /// Time of the message.
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
        /// Distance.
        odometer_m: Option<u32> = "里程统计",
    }
}

layout! {
    /// 0x27, and 0xA4 with a 4G cell: as 0x26 with the number of a fence (JM-VL03).
    pub struct FenceAlarm<'a> {
        /// Time of the message.
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

layout! {
    /// 0x16, 36 bytes: an alarm whose cell has no length byte.
    pub struct AlarmBare {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
    }
}

layout! {
    /// 0x16, 36 bytes: VXT01, with a voltage.
    pub struct AlarmVxt {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Supply.
        external_v: Scaled<u16, 100> = "外部电压",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm.
        alarm: AlarmOnly = "报警",
    }
}

layout! {
    /// 0x16, 45 bytes: TRX16i, with a card.
    pub struct AlarmRfid<'a> {
        /// Time of the message.
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
        /// Card.
        rfid: Hex<8> = "RFID",
    }
}

layout! {
    /// 0x16, 38 bytes: Seeworld, with a wide cell.
    pub struct AlarmSeeworld {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Length of the cell.
        cell_length: u8 = "LBS长度",
        /// Serving cell.
        cell: Cell<1, 2, 4> = "基站",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
    }
}

layout! {
    /// 0x19: an alarm without time and position.
    pub struct AlarmCell {
        /// Serving cell.
        cell: Cell = "基站",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
    }
}

layout! {
    /// 0xA5: as 0x19 with a 4G cell.
    pub struct AlarmCell4g {
        /// Serving cell.
        cell: Cell<1, 4, 8> = "基站",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
    }
}

layout! {
    /// 0xA3: an alarm of one fence with a 4G cell.
    pub struct AlarmOneFence {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// 0x39 in the frames that are known.
        marker: u8 = "标记",
        /// Serving cell.
        cell: Cell<1, 4, 8> = "基站",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
    }
}

layout! {
    /// 0xA3, 12 and 24 bytes: state of a personal tracker with a step counter.
    pub struct StepStatus<'a> {
        /// Not published.
        state: Octets<9> = "状态",
        /// Steps.
        steps: u32 = "步数",
        /// Not published.
        tail: Bytes<'a> = "其他",
    }
}

layout! {
    /// 0xA9: an alarm with cells and access points.
    pub struct AlarmWifi<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// Cells.
        cells: AnyCells = "基站列表",
        /// Timing advance, 255 = unknown.
        timing_advance: u8 = "时间提前量",
        /// Access points.
        access_points: AccessPoints<'a> = "WIFI",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
    }
}
