use super::super::part::{Date, layout};

layout! {
    /// A message without content.
    pub struct Empty {}
}

layout! {
    /// 0x8A from the platform: the time in UTC (JM-VL03).
    pub struct TimeAnswer {
        /// The time.
        utc: Date = "日期时间",
    }
}
