use crate::jt808::part::{BcdTime, List, Octets, Prefixed, layout};

layout! {
    /// What recordings are looked for or uploaded.
    pub struct RecordingFilter {
        /// Channel; 0 for all.
        channel: u8 = "逻辑通道号",
        /// From; zeros for no limit.
        start: BcdTime = "开始时间",
        /// To; zeros for no limit.
        end: BcdTime = "结束时间",
        /// Alarms during the recording: 32 bits of 0x0200, 32 of the video alarms; zeros for any.
        alarms: Octets<8> = "报警标志",
        /// 0 sound and pictures, 1 sound, 2 pictures, 3 either.
        kind: u8 = "音视频资源类型",
        /// 0 all, 1 main, 2 sub.
        stream: u8 = "码流类型",
        /// 0 all, 1 main, 2 disaster.
        store: u8 = "存储器类型",
    }
}

layout! {
    /// 0x9205: asks for recordings (JT/T 1078-2016 §5.6.1).
    pub struct RecordingsQuery {
        /// Which.
        filter: RecordingFilter = "查询条件",
    }
}

layout! {
    /// 0x1205: recordings of the terminal (JT/T 1078-2016 §5.6.2).
    pub struct RecordingsReport {
        /// Serial of the question.
        answered_serial: u16 = "流水号",
        /// The recordings.
        recordings: List<u32, Recording> = "音视频资源列表",
    }
}

layout! {
    /// One recording.
    pub struct Recording {
        /// What it is.
        what: RecordingFilter = "音视频资源",
        /// Bytes of the file.
        size: u32 = "文件大小",
    }
}

layout! {
    /// 0x9206: upload recordings to a file server (JT/T 1078-2016 §5.6.5).
    pub struct UploadOrder<'a> {
        /// Server.
        server: Prefixed<'a, u8> = "服务器地址",
        /// Its port.
        port: u16 = "端口",
        /// User.
        user: Prefixed<'a, u8> = "用户名",
        /// Password.
        password: Prefixed<'a, u8> = "密码",
        /// Folder.
        folder: Prefixed<'a, u8> = "文件上传路径",
        /// Which recordings.
        filter: RecordingFilter = "文件条件",
        /// Networks that may be used: bit 0 WiFi, 1 LAN, 2 mobile.
        networks: u8 = "任务执行条件",
    }
}

layout! {
    /// 0x1206: an upload is done (JT/T 1078-2016 §5.6.6).
    pub struct UploadDoneBody {
        /// Serial of the order.
        answered_serial: u16 = "应答流水号",
        /// 0 done, 1 failed.
        result: u8 = "结果",
    }
}

layout! {
    /// 0x9207: controls an upload (JT/T 1078-2016 §5.6.7).
    pub struct UploadControl {
        /// Serial of the order.
        answered_serial: u16 = "应答流水号",
        /// 0 pause, 1 resume, 2 cancel.
        command: u8 = "上传控制",
    }
}
