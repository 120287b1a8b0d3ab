use super::super::part::{Bytes, Cell, CellSlots, Date, FILL, Octets, layout};

layout! {
    /// 0x18 in the device's zone, 0x28 in UTC, 0x24 and 0x2E: seven cells.
    pub struct CellReport {
        /// Time of the message.
        date: Date = "日期时间",
        /// Cells.
        cells: CellSlots<7, 2, 3> = "基站列表",
        /// Timing advance, 255 = unknown.
        timing_advance: u8 = "时间提前量",
        /// Language.
        language: Octets<2> = "语言",
    }
}

layout! {
    /// 0xA1: seven 4G cells.
    pub struct CellReport4g {
        /// Time of the message.
        date: Date = "日期时间",
        /// Cells.
        cells: CellSlots<7, 4, 8> = "基站列表",
        /// Timing advance, 255 = unknown.
        timing_advance: u8 = "时间提前量",
        /// Language.
        language: Octets<2> = "语言",
    }
}

layout! {
    /// 0x19 from 23 bytes on: SPACE10X, some cells.
    pub struct CellsSome {
        /// Time of the message.
        date: Date = "日期时间",
        /// Cells.
        cells: CellSlots<FILL, 2, 3> = "基站列表",
        /// Timing advance, 255 = unknown.
        timing_advance: u8 = "时间提前量",
        /// Language.
        language: Octets<2> = "语言",
    }
}

layout! {
    /// 0x24, 49 bytes: WanWay S20, counted cells.
    pub struct CellsCounted<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// Timing advance, 255 = unknown.
        timing_advance: u8 = "时间提前量",
        /// Cells.
        cells: CellSlots<0, 2, 3> = "基站列表",
        /// Not published.
        tail: Bytes<'a> = "其他",
    }
}

layout! {
    /// 0x11: time and serving cell.
    pub struct CellOnly {
        /// Time of the message.
        date: Date = "日期时间",
        /// Serving cell.
        cell: Cell = "基站",
    }
}

layout! {
    /// 0x34, 55 bytes: SL4X, a list of cells whose layout is not published.
    pub struct CellListSl4x<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// Cells.
        cells: Bytes<'a> = "基站列表",
    }
}
