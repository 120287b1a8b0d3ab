use super::super::part::{Block, Bytes, CellScan, Date, Gps, Hex, List, RssiCell, codes, layout};

layout! {
    /// 0x32 and 0x33 in long frames: AZ735, every block behind its length.
    pub struct LocationAz735<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix, where there is one.
        gps: Block<'a, Gps> = "GPS信息",
        /// Serving cell.
        cell: Block<'a, RssiCell<1, 2, 3>> = "基站",
        /// Other cells.
        neighbours: Block<'a, List<CellScan<2, 3>>> = "邻区",
        /// Access points.
        wifi: Block<'a, List<WifiEntry>> = "WIFI",
        /// State.
        state: StateCode = "状态",
        /// More.
        extension: Option<Block<'a, Bytes<'a>>> = "扩展",
    }
}

layout! {
    /// An access point.
    pub struct WifiEntry {
        /// Address.
        bssid: Hex<6> = "MAC地址",
        /// Strength.
        strength: u8 = "信号强度",
    }
}

codes! {
    /// State of the AZ735.
    pub struct StateCode {
        0xA0 => "armed" "已设防",
        0xA1 => "disarmed" "已撤防",
        0xA2 | 0xA3 => "low_battery" "低电",
        0xA4 => "alarm" "报警",
        0xA5 => "door" "门",
    }
}
