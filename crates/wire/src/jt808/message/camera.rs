use crate::jt808::part::{List, Trailing, codes, layout};

layout! {
    /// 0x8801: take photos or record (2013 §8.55, 2019 §8.53).
    pub struct CameraOrder {
        /// Channel, over 0.
        channel: u8 = "通道ID",
        /// 0 stop, 0xFFFF record, else number of photos.
        command: CameraCommand = "拍摄命令",
        /// Time between photos or length of the video; 0 shortest or endless.
        interval_s: u16 = "拍照间隔/录像时间",
        /// Keep or upload.
        keep: KeepMedia = "保存标志",
        /// Resolution.
        resolution: Resolution = "分辨率",
        /// 1 best to 10.
        quality: u8 = "图像/视频质量",
        /// 0 to 255.
        brightness: u8 = "亮度",
        /// 0 to 127.
        contrast: u8 = "对比度",
        /// 0 to 127.
        saturation: u8 = "饱和度",
        /// 0 to 255.
        chroma: u8 = "色度",
    }
}

codes! {
    /// What a camera is to do.
    pub struct CameraCommand: u16 {
        0 => "stop" "停止拍摄",
        0xFFFF => "record" "录像",
    }
}

codes! {
    /// What is done with the recording.
    pub struct KeepMedia: u8 {
        0 => "upload" "实时上传",
        1 => "keep" "保存",
    }
}

codes! {
    /// Resolution.
    pub struct Resolution: u8 {
        0x00 => "lowest" "最低分辨率",
        0x01 => "320x240" "320*240",
        0x02 => "640x480" "640*480",
        0x03 => "800x600" "800*600",
        0x04 => "1024x768" "1024*768",
        0x05 => "176x144" "176*144",
        0x06 => "352x288" "352*288",
        0x07 => "704x288" "704*288",
        0x08 => "704x576" "704*576",
        0xFF => "highest" "最高分辨率",
    }
}

layout! {
    /// 0x0805: how the camera did (2013 §8.56, 2019 §8.54). The printed offset 4 of the ids is wrong.
    pub struct CameraOutcome {
        /// Serial of the order.
        answered_serial: u16 = "应答流水号",
        /// Outcome.
        result: CameraResult = "结果",
        /// Ids of the recordings, when it worked.
        media_ids: Trailing<List<u16, u32>> = "多媒体ID列表",
    }
}

codes! {
    /// How a camera did.
    pub struct CameraResult: u8 {
        0 => "ok" "成功",
        1 => "failed" "失败",
        2 => "channel_not_supported" "通道不支持",
    }
}

layout! {
    /// 0x8804: record sound (2013 §8.60, 2019 §8.58).
    pub struct AudioOrder {
        /// Stop or start.
        command: AudioCommand = "录音命令",
        /// How long; 0 endless.
        length_s: u16 = "录音时间",
        /// Keep or upload.
        keep: KeepMedia = "保存标志",
        /// Samples per second.
        rate: AudioRate = "音频采样率",
    }
}

codes! {
    /// Stop or start.
    pub struct AudioCommand: u8 {
        0 => "stop" "停止录音",
        1 => "start" "开始录音",
    }
}

codes! {
    /// Samples per second.
    pub struct AudioRate: u8 {
        0 => "8k" "8千赫",
        1 => "11k" "11千赫",
        2 => "23k" "23千赫",
        3 => "32k" "32千赫",
    }
}
