use crate::jt808::part::{Bytes, codes, layout};

layout! {
    /// 0x0900 and 0x8900: data for or from something behind the terminal (2013 §8.62 and §8.63, 2019 §8.60 and §8.61).
    pub struct PassThrough<'a> {
        /// What the data are.
        kind: PassThroughKind = "透传消息类型",
        /// Length over all packets, in 2011.
        total_length: u32 = "消息总长度" if |edition| edition.is_2011(),
        /// Length in this packet, in 2011.
        length: u16 = "本包消息长度" if |edition| edition.is_2011(),
        /// The data.
        data: Bytes<'a> = "透传消息内容",
    }
}

codes! {
    /// What passed data are; 0xF0 and up are the user's own, of which T/JSATL 12-2017 names two.
    pub struct PassThroughKind: u8 {
        0x00 => "gnss_details" "GNSS模块详细定位数据",
        0x0B => "ic_card" "道路运输证IC卡信息",
        0x41 => "serial_port_1" "串口1透传",
        0x42 => "serial_port_2" "串口2透传",
        0xF7 => "peripheral_state" "外设状态信息",
        0xF8 => "peripheral_information" "外设系统信息",
    }
}
