use crate::jt808::part::layout;

layout! {
    /// 0x1003: what the terminal can do with sound and pictures (JT/T 1078-2016 §5.4.2).
    pub struct AvPropertiesBody {
        /// Encoding of sound.
        audio_encoding: u8 = "输入音频编码方式",
        /// Channels of sound.
        audio_channels: u8 = "输入音频声道数",
        /// Code of the sampling rate.
        audio_rate: u8 = "输入音频采样率",
        /// Code of the bits per sample.
        audio_bits: u8 = "输入音频采样位数",
        /// Bytes of a frame of sound.
        audio_frame_length: u16 = "音频帧长度",
        /// 1 when sound can be put out.
        audio_output: u8 = "是否支持音频输出",
        /// Encoding of pictures.
        video_encoding: u8 = "视频编码方式",
        /// Most channels of sound.
        max_audio_channels: u8 = "终端支持的最大音频物理通道数量",
        /// Most channels of pictures.
        max_video_channels: u8 = "终端支持的最大视频物理通道数量",
    }
}
