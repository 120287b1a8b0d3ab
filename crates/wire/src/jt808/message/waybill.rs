use crate::jt808::part::{Prefixed, layout};

layout! {
    /// 0x0701: an electronic waybill (2013 §8.46, 2019 §8.45). Some trackers send answers to text commands in it.
    pub struct WaybillBody<'a> {
        /// The waybill, in no form that the standard defines.
        content: Prefixed<'a, u32> = "电子运单内容",
    }
}
