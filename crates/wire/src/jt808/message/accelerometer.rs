use crate::jt808::part::{BcdTime, Items, Readable, layout};

layout! {
    /// 0x2070: readings of an accelerometer. Not in the standard.
    pub struct Accelerations<'a> {
        /// The readings.
        readings: Readable<'a, Items<Acceleration>> = "加速度数据",
    }
}

layout! {
    /// One reading; the maker does not say the unit.
    pub struct Acceleration {
        /// When.
        time: BcdTime = "时间",
        /// Along the first axis.
        x: u16 = "X轴",
        /// Along the second axis.
        y: u16 = "Y轴",
        /// Along the third axis.
        z: u16 = "Z轴",
    }
}
