use crate::jt808::part::layout;

layout! {
    /// 0x9301: turns a camera (JT/T 1078-2016 §5.7.1).
    pub struct RotateOrder {
        /// Channel.
        channel: u8 = "逻辑通道号",
        /// 0 stop, 1 up, 2 down, 3 left, 4 right.
        direction: u8 = "方向",
        /// 0 to 255.
        speed: u8 = "速度",
    }
}

layout! {
    /// 0x9302 to 0x9306: focus, iris, wiper, infrared light and zoom of a camera (JT/T 1078-2016 §5.7.2 to §5.7.6).
    pub struct LensOrder {
        /// Channel.
        channel: u8 = "逻辑通道号",
        /// Wiper and light: 0 stop, 1 start. The others: 0 up, 1 down.
        command: u8 = "控制",
    }
}
