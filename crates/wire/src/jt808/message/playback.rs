use super::StreamKind;
use crate::jt808::part::{BcdTime, Prefixed, layout};

layout! {
    /// 0x9201: send a recording (JT/T 1078-2016 §5.6.3).
    pub struct PlaybackOrder<'a> {
        /// Server to send to.
        server: Prefixed<'a, u8> = "服务器IP地址",
        /// Its TCP port.
        tcp_port: u16 = "服务器TCP端口",
        /// Its UDP port.
        udp_port: u16 = "服务器UDP端口",
        /// Channel.
        channel: u8 = "逻辑通道号",
        /// 0 sound and pictures, 1 sound, 2 pictures, 3 either.
        kind: u8 = "音视频类型",
        /// Which stream; 0 main or sub here.
        stream: StreamKind = "码流类型",
        /// 0 main or disaster store, 1 main, 2 disaster.
        store: u8 = "存储器类型",
        /// 0 normal, 1 fast forward, 2 key frames backwards, 3 key frames, 4 one frame.
        mode: u8 = "回放方式",
        /// 0 not used, 1 to 5 for 1 to 16 times.
        speed: u8 = "快进或快退倍数",
        /// From.
        start: BcdTime = "开始时间",
        /// To; zeros for no end.
        end: BcdTime = "结束时间",
    }
}

layout! {
    /// 0x9202: controls a recording (JT/T 1078-2016 §5.6.4).
    pub struct PlaybackControl {
        /// Channel.
        channel: u8 = "音视频通道号",
        /// 0 start, 1 pause, 2 end, 3 fast forward, 4 key frames backwards, 5 go to, 6 key frames.
        command: u8 = "回放控制",
        /// 0 not used, 1 to 5 for 1 to 16 times.
        speed: u8 = "快进或快退倍数",
        /// Place to go to.
        position: BcdTime = "拖动回放位置",
    }
}
