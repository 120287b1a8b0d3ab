use crate::jt808::part::{List, layout};

layout! {
    /// 0x8601, 0x8603, 0x8605 and 0x8607: areas or routes to delete (2013 §8.36 and following).
    pub struct AreaIds {
        /// Their ids; none for all.
        ids: List<u8, u32> = "区域ID列表",
    }
}
