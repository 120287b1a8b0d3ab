use crate::jt808::part::{Prefixed, codes, layout};

layout! {
    /// 0x9101: send live pictures (JT/T 1078-2016 §5.5.1).
    pub struct LiveOrder<'a> {
        /// Server to send to.
        server: Prefixed<'a, u8> = "服务器IP地址",
        /// Its TCP port; 0 when UDP is used.
        tcp_port: u16 = "服务器TCP端口",
        /// Its UDP port; 0 when TCP is used.
        udp_port: u16 = "服务器UDP端口",
        /// Channel.
        channel: u8 = "逻辑通道号",
        /// What to send.
        kind: LiveKind = "数据类型",
        /// Which stream.
        stream: StreamKind = "码流类型",
    }
}

codes! {
    /// What to send.
    pub struct LiveKind: u8 {
        0 => "audio_video" "音视频",
        1 => "video" "视频",
        2 => "talk" "双向对讲",
        3 => "listen" "监听",
        4 => "broadcast" "中心广播",
        5 => "pass_through" "透传",
    }
}

codes! {
    /// Which stream.
    pub struct StreamKind: u8 {
        0 => "main" "主码流",
        1 => "sub" "子码流",
    }
}

layout! {
    /// 0x9102: controls live pictures (JT/T 1078-2016 §5.5.2).
    pub struct LiveControl {
        /// Channel.
        channel: u8 = "逻辑通道号",
        /// What to do.
        command: LiveCommand = "控制指令",
        /// What to close: 0 all, 1 sound, 2 pictures.
        close: u8 = "关闭音视频类型",
        /// Stream to switch to.
        stream: StreamKind = "切换码流类型",
    }
}

codes! {
    /// What to do with live pictures.
    pub struct LiveCommand: u8 {
        0 => "close" "关闭音视频传输指令",
        1 => "switch" "切换码流",
        2 => "pause" "暂停该通道所有流的发送",
        3 => "resume" "恢复暂停前流的发送",
        4 => "stop_talk" "关闭双向对讲",
    }
}

layout! {
    /// 0x9105: how live pictures arrive (JT/T 1078-2016 §5.5.3).
    pub struct LiveStatusBody {
        /// Channel.
        channel: u8 = "逻辑通道号",
        /// Packets lost.
        loss_percent: u8 = "丢包率",
    }
}
