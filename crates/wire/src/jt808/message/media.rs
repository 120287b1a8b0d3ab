use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::location::Fix;
use crate::jt808::part::{Bytes, List, Parsed, Part, Shown, Trailing, codes, layout};

layout! {
    /// 0x0800, and the front of 0x0801: an item of multimedia (2013 §8.51, 2019 §8.49).
    pub struct MediaHead {
        /// Id that the terminal gave it.
        id: u32 = "多媒体数据ID",
        /// Kind.
        kind: MediaKind = "多媒体类型",
        /// Format.
        format: MediaFormat = "多媒体格式编码",
        /// What made the terminal record it.
        event: MediaCause = "事件项编码",
        /// Channel.
        channel: u8 = "通道ID",
    }
}

codes! {
    /// Kind of multimedia.
    pub struct MediaKind: u8 {
        0 => "image" "图像",
        1 => "audio" "音频",
        2 => "video" "视频",
    }
}

codes! {
    /// Format of multimedia.
    pub struct MediaFormat: u8 {
        0 => "jpeg" "JPEG",
        1 => "tiff" "TIF",
        2 => "mp3" "MP3",
        3 => "wav" "WAV",
        4 => "wmv" "WMV",
    }
}

codes! {
    /// What made a terminal record.
    pub struct MediaCause: u8 {
        0 => "platform_order" "平台下发指令",
        1 => "timer" "定时动作",
        2 => "robbery" "抢劫报警触发",
        3 => "collision_rollover" "碰撞侧翻报警触发",
        4 => "door_open" "门开拍照",
        5 => "door_shut" "门关拍照",
        6 => "doors_shut_20_kmh" "车门由开变关车速从小于20公里到超过20公里",
        7 => "distance" "定距拍照",
    }
}

layout! {
    /// 0x0801: an item of multimedia with its data (2013 §8.53, 2019 §8.51).
    pub struct MediaUpload<'a> {
        /// What it is.
        head: MediaHead = "多媒体事件",
        /// Number of packets, in 2011.
        total: u32 = "数据总包数" if |edition| edition.is_2011(),
        /// Number of this packet, from 1, in 2011.
        index: u32 = "包ID" if |edition| edition.is_2011(),
        /// Where it was recorded, from 2013.
        position: MediaPosition = "位置信息汇报" if |edition| edition.since_2013(),
        /// The data.
        data: Bytes<'a> = "多媒体数据包",
    }
}

/// The position in front of the data. Some terminals leave it out: then the data begin at once with the mark of
/// their format.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MediaPosition(
    /// The position.
    pub Option<Fix>,
);

impl<'a> Part<'a> for MediaPosition {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let left_out = has_mark(input) && !input.get(Fix::LENGTH..).is_some_and(has_mark);
        if left_out || input.is_empty() {
            return Ok((input, Self(None)));
        }
        let (input, fix) = Fix::parse(input, edition)?;
        Ok((input, Self(Some(fix))))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        if let Some(fix) = &self.0 {
            fix.write(out, edition);
        }
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        self.0
            .as_ref()
            .map_or_else(|| Shown::plain(Value::Bytes), |fix| fix.show(raw, at, edition))
    }
}

/// True when the bytes begin as a file of one of the five formats does.
fn has_mark(bytes: &[u8]) -> bool {
    const MARKS: &[&[u8]] = &[
        &[0xFF, 0xD8, 0xFF],
        b"II*\0",
        b"MM\0*",
        b"ID3",
        b"RIFF",
        &[0x30, 0x26, 0xB2, 0x75],
    ];
    MARKS.iter().any(|mark| bytes.starts_with(mark))
}

layout! {
    /// 0x8800: the data came, or parts of them are missing (2013 §8.54, 2019 §8.52).
    pub struct MediaReceipt {
        /// Serial of the upload, in 2011.
        answered_serial: u16 = "应答流水号" if |edition| edition.is_2011(),
        /// Id of the item.
        id: u32 = "多媒体数据ID",
        /// Numbers of the missing sub-packets; absent when nothing is missing.
        missing: Trailing<List<u8, u16>> = "重传包ID列表",
    }
}
