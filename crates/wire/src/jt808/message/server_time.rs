use crate::jt808::part::{BcdTime, layout};

layout! {
    /// 0x8004: the server's time (2019 §8.7).
    pub struct ServerTimeBody {
        /// UTC, unlike every other time of the standard.
        utc: BcdTime = "服务器时间",
    }
}
