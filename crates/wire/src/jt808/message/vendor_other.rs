use crate::jt808::part::{Bytes, layout};

layout! {
    /// 0x0310, 0x8888 and 0xA006: messages of makers whose layout is not published. Not in the standard; named as
    /// Traccar does.
    pub struct VendorBytes<'a> {
        /// The body.
        data: Bytes<'a> = "内容",
    }
}
