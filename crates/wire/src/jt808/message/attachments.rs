use crate::jt808::part::{BcdTime, Fixed, List, Prefixed, Raw, codes, layout};

layout! {
    /// Name of an alarm: 16 bytes in T/JSATL 12-2017 (on 808-2013), 40 in T/GDRTA 002-2020 (on 808-2019).
    pub struct AlarmLabel<'a> {
        /// The terminal.
        terminal_id: Fixed<'a, 7, 7, 30> = "终端ID",
        /// When.
        time: BcdTime = "时间",
        /// Number among the alarms of that second.
        sequence: u8 = "序号",
        /// Number of attachments.
        attachments: u8 = "附件数量",
        /// Not used.
        reserved: Fixed<'a, 1, 1, 2> = "预留",
    }
}

layout! {
    /// 0x9208: upload the attachments of an alarm (T/JSATL 12-2017 §4.5).
    pub struct AttachmentsOrder<'a> {
        /// Server.
        server: Prefixed<'a, u8> = "附件服务器IP地址",
        /// Its TCP port.
        tcp_port: u16 = "附件服务器TCP端口",
        /// Its UDP port.
        udp_port: u16 = "附件服务器UDP端口",
        /// The alarm.
        label: AlarmLabel<'a> = "报警标识号",
        /// The platform's name of the alarm.
        alarm_number: Raw<'a, 32> = "报警编号",
        /// Not used.
        reserved: Raw<'a, 16> = "预留",
    }
}

layout! {
    /// 0x1210: the attachments that will come (T/JSATL 12-2017 §4.6.1).
    pub struct AttachmentsReport<'a> {
        /// The terminal.
        terminal_id: Fixed<'a, 7, 7, 30> = "终端ID",
        /// The alarm.
        label: AlarmLabel<'a> = "报警标识号",
        /// The platform's name of the alarm.
        alarm_number: Raw<'a, 32> = "报警编号",
        /// First time or again.
        kind: AttachmentsKind = "信息类型",
        /// The files.
        files: List<u8, AttachedFile<'a>> = "附件信息列表",
    }
}

codes! {
    /// First time or again.
    pub struct AttachmentsKind: u8 {
        0 => "normal" "正常报警文件信息",
        1 => "resend" "补传报警文件信息",
    }
}

layout! {
    /// One file that will come.
    pub struct AttachedFile<'a> {
        /// Its name.
        name: Prefixed<'a, u8> = "文件名称",
        /// Its bytes.
        size: u32 = "文件大小",
    }
}

layout! {
    /// 0x1211 and 0x1212: a file begins, a file is complete (T/JSATL 12-2017 §4.6.2 and §4.6.4).
    pub struct FileInformation<'a> {
        /// Its name.
        name: Prefixed<'a, u8> = "文件名称",
        /// Its kind.
        kind: FileKind = "文件类型",
        /// Its bytes.
        size: u32 = "文件大小",
    }
}

codes! {
    /// Kind of a file.
    pub struct FileKind: u8 {
        0 => "image" "图片",
        1 => "audio" "音频",
        2 => "video" "视频",
        3 => "text" "文本",
        4 => "other" "其它",
    }
}

layout! {
    /// 0x9212: whether a file is complete (T/JSATL 12-2017 §4.6.5).
    pub struct FileReceipt<'a> {
        /// Its name.
        name: Prefixed<'a, u8> = "文件名称",
        /// Its kind.
        kind: FileKind = "文件类型",
        /// Outcome.
        result: FileResult = "上传结果",
        /// What is to be sent again.
        missing: List<u8, FilePiece> = "补传数据包列表",
    }
}

codes! {
    /// Whether a file is complete.
    pub struct FileResult: u8 {
        0 => "done" "完成",
        1 => "resend" "需要补传",
    }
}

layout! {
    /// A piece of a file.
    pub struct FilePiece {
        /// Where it begins.
        offset: u32 = "数据偏移量",
        /// Its bytes.
        length: u32 = "数据长度",
    }
}
