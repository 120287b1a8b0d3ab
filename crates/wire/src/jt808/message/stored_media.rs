use super::{MediaCause, MediaKind};
use crate::jt808::location::Fix;
use crate::jt808::part::{BcdTime, Listed, codes, layout};

layout! {
    /// 0x8802: looks for recordings (2013 §8.57, 2019 §8.55).
    pub struct MediaSearch {
        /// Kind.
        kind: MediaKind = "多媒体类型",
        /// Channel; 0 for all.
        channel: u8 = "通道ID",
        /// What made the terminal record.
        event: MediaCause = "事件项编码",
        /// From; zeros for no limit.
        start: BcdTime = "起始时间",
        /// To; zeros for no limit.
        end: BcdTime = "结束时间",
    }
}

layout! {
    /// 0x0802: recordings that the terminal keeps (2013 §8.58, 2019 §8.56; the annex of 2011 misprints 0x0803).
    pub struct StoredMedia {
        /// Serial of the search.
        answered_serial: u16 = "应答流水号",
        /// The recordings.
        entries: Listed<u16, u16, StoredMediaEntry> = "检索项",
    }
}

layout! {
    /// One recording.
    pub struct StoredMediaEntry {
        /// Its id, from 2013.
        id: u32 = "多媒体数据ID" if |edition| edition.since_2013(),
        /// Kind.
        kind: MediaKind = "多媒体类型",
        /// Channel.
        channel: u8 = "通道ID",
        /// What made the terminal record it.
        event: MediaCause = "事件项编码",
        /// Where.
        position: Fix = "位置信息汇报",
    }
}

layout! {
    /// 0x8803: upload recordings (2013 §8.59, 2019 §8.57).
    pub struct MediaUploadOrder {
        /// Kind.
        kind: MediaKind = "多媒体类型",
        /// Channel; 0 for all.
        channel: u8 = "通道ID",
        /// What made the terminal record.
        event: MediaCause = "事件项编码",
        /// From.
        start: BcdTime = "起始时间",
        /// To.
        end: BcdTime = "结束时间",
        /// What becomes of them.
        afterwards: AfterUpload = "删除标志",
    }
}

layout! {
    /// 0x8805: upload one recording (2013 §8.61, 2019 §8.59).
    pub struct OneMediaOrder {
        /// Its id.
        id: u32 = "多媒体ID",
        /// What becomes of it.
        afterwards: AfterUpload = "删除标志",
    }
}

codes! {
    /// What becomes of a recording after its upload.
    pub struct AfterUpload: u8 {
        0 => "keep" "保留",
        1 => "delete" "删除",
    }
}
