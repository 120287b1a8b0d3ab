use crate::jt808::part::{Bytes, layout};

layout! {
    /// 0x0002: the terminal is alive (§8.3). The standard's body is empty; some terminals send state in it.
    pub struct HeartbeatBody<'a> {
        /// State in the maker's own form, mostly empty.
        state: Bytes<'a> = "状态",
    }
}
