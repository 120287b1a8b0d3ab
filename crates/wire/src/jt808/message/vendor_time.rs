use crate::jt808::part::layout;

layout! {
    /// 0x8109: the server's time for terminals that ask with 0x0109. Not in the standard.
    pub struct VendorTimeBody {
        /// Year.
        year: u16 = "年",
        /// Month.
        month: u8 = "月",
        /// Day.
        day: u8 = "日",
        /// Hour, UTC.
        hour: u8 = "时",
        /// Minute.
        minute: u8 = "分",
        /// Second.
        second: u8 = "秒",
        /// 0 for a right time.
        result: u8 = "结果",
    }
}
