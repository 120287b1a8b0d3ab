use super::super::part::{Acc, Cell, Date, Gps, Reupload, UploadMode, layout};

layout! {
    /// 0x12: a position in the device's zone (GT06 text).
    pub struct Location {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
    }
}

layout! {
    /// 0x22: a position in UTC, with ignition and the reason why it was sent (JM-VL03). 0x2D has the same content.
    pub struct LocationUtc {
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
        /// Distance.
        odometer_m: Option<u32> = "里程统计",
    }
}

layout! {
    /// 0xA0: as 0x22 with a 4G cell (JM-VL03).
    pub struct Location4g {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell<1, 4, 8> = "基站",
        /// Ignition.
        acc: Acc = "ACC状态",
        /// Why it was sent.
        upload_mode: UploadMode = "数据上报模式",
        /// Whether it was kept and sent later.
        reupload: Reupload = "补传",
        /// Distance.
        odometer_m: Option<u32> = "里程统计",
    }
}

layout! {
    /// 0x10: a position without a cell.
    pub struct LocationPlain {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Not known.
        reserved: Option<u16> = "保留",
    }
}

layout! {
    /// 0x11, 33 bytes: a position with a cell of two-byte network code and four-byte id.
    pub struct LocationWideCell {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell<2, 2, 4> = "基站",
    }
}
