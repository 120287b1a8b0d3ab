mod packet;
mod record;

pub use packet::{PacketStart, RecorderBlock, RecorderCommand};
pub use record::*;

use crate::jt808::part::layout;

layout! {
    /// 0x8700 and 0x8701: reads from the recorder or writes to it (2013 §8.43 and §8.45, 2019 §8.42 and §8.44).
    pub struct RecorderOrder<'a> {
        /// Command of GB/T 19056.
        command: RecorderCommand = "命令字",
        /// Packet of GB/T 19056.
        block: RecorderBlock<'a> = "数据块",
    }
}

layout! {
    /// 0x0700: data of the recorder (2013 §8.44, 2019 §8.43).
    pub struct RecorderReport<'a> {
        /// Serial of the order.
        answered_serial: u16 = "应答流水号",
        /// Command of GB/T 19056.
        command: RecorderCommand = "命令字",
        /// Length over all packets, in 2011.
        total_length: u16 = "数据总长度" if |edition| edition.is_2011(),
        /// Length in this packet, in 2011.
        length: u16 = "本包数据长度" if |edition| edition.is_2011(),
        /// Packet of GB/T 19056.
        block: RecorderBlock<'a> = "数据块",
    }
}
