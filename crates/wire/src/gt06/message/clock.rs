use super::super::part::{Bytes, Date, Octets, UnixTime, layout};

layout! {
    /// A message without content.
    pub struct Empty {
    }
}

layout! {
    /// 0x8A from the platform: the time in UTC (JM-VL03).
    pub struct TimeAnswer {
        /// The time.
        utc: Date = "日期时间",
    }
}

layout! {
    /// 0x1F: JI09 asks for the time.
    pub struct UnixTimeRequest<'a> {
        /// Not published.
        content: Bytes<'a> = "内容",
    }
}

layout! {
    /// 0x1F from the platform.
    pub struct UnixTimeAnswer {
        /// The time.
        time: UnixTime = "时间",
        /// Zero.
        reserved: Octets<2> = "保留",
    }
}
