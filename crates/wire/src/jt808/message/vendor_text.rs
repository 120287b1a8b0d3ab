use crate::jt808::part::{Text, layout};

layout! {
    /// 0x0120 and 0x0205: text about the terminal, in the maker's own form. Not in the standard.
    pub struct VendorText<'a> {
        /// The text.
        text: Text<'a> = "内容",
    }
}
