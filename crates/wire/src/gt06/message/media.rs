use nom::Parser as _;
use nom::multi::length_data;
use nom::number::complete::be_u16;

use super::super::part::{Bytes, Cell, Date, Facts, Gps, Hex, ItemValue, Parsed, Part, Shown, UnixTime, Walk, layout};

layout! {
    /// 0x35: X1 announces a photo.
    pub struct PhotoInfo {
        /// Time of the message.
        date: Date = "日期时间",
        /// Satellites and length.
        fix: u8 = "定位",
        /// Latitude without its sign, 1/1 800 000 degree.
        latitude_raw: u32 = "纬度",
        /// Longitude without its sign, 1/1 800 000 degree.
        longitude_raw: u32 = "经度",
        /// Camera.
        camera: u8 = "摄像头",
        /// What made it take the photo.
        source: u8 = "来源",
        /// Format.
        format: u8 = "格式",
        /// Length.
        photo_bytes: u32 = "照片长度",
        /// Id.
        photo_id: u32 = "照片ID",
    }
}

layout! {
    /// 0x36 in long frames: part of a photo.
    pub struct PhotoData<'a> {
        /// Id.
        photo_id: u32 = "照片ID",
        /// Place of the part.
        photo_offset: u32 = "偏移",
        /// The part.
        data: LongBytes<'a> = "数据",
    }
}

layout! {
    /// 0x36 from the platform: asks for a part of a photo.
    pub struct PhotoRequest {
        /// Id.
        photo_id: u32 = "照片ID",
        /// Place of the part.
        photo_offset: u32 = "偏移",
        /// Length of the part, at most 1,024.
        photo_part_bytes: u16 = "长度",
    }
}

layout! {
    /// 0x41: WD-209, part of a picture or sound with a position.
    pub struct Media<'a> {
        /// Serial of the device.
        device_serial: Hex<8> = "设备序列号",
        /// Time.
        time: UnixTime = "时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// Id.
        media_id: u32 = "媒体ID",
        /// Length.
        media_bytes: u32 = "媒体长度",
        /// Kind.
        media_kind: u8 = "类型",
        /// Format.
        media_format: u8 = "格式",
        /// What made it record.
        media_event: u8 = "事件",
        /// Number of the part.
        media_part: u16 = "分包",
        /// The part.
        data: Bytes<'a> = "数据",
    }
}

layout! {
    /// 0x8D: part of a file, mostly sound; the layout is not published.
    pub struct FileData<'a> {
        /// Data.
        data: Bytes<'a> = "数据",
    }
}

/// Bytes behind a length in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LongBytes<'a>(
    /// The bytes, at most 65 535.
    pub &'a [u8],
);

impl<'a> Part<'a> for LongBytes<'a> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, bytes) = length_data(be_u16).parse(input)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let bytes = self.0.get(..usize::from(u16::MAX)).unwrap_or(self.0);
        u16::try_from(bytes.len()).unwrap_or(u16::MAX).write(out);
        out.extend_from_slice(bytes);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.step::<u16>("data_length", "数据长度");
        walk.step::<Bytes<'a>>("data", "数据");
        Shown::parts(walk.finish())
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.item(name, self.0.to_vec(), ItemValue::Bytes);
    }
}
