use crate::jt808::part::{BcdTime, layout};

layout! {
    /// 0x1005: passengers over a while (JT/T 1078-2016 §5.5.2).
    pub struct PassengerCount {
        /// From.
        start: BcdTime = "起始时间",
        /// To.
        end: BcdTime = "结束时间",
        /// How many got on.
        boarded: u16 = "上车人数",
        /// How many got off.
        alighted: u16 = "下车人数",
    }
}
