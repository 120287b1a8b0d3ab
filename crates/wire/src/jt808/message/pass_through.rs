use crate::jt808::part::{Bytes, List, Prefixed, Readable, codes, flags, layout};

layout! {
    /// 0x0900 and 0x8900: data for or from something behind the terminal (2013 §8.62 and §8.63, 2019 §8.60 and §8.61).
    pub struct PassThrough<'a> {
        /// What the data are.
        kind: PassThroughKind = "透传消息类型",
        /// Length over all packets, in 2011.
        total_length: u32 = "消息总长度" if |edition| edition.is_2011(),
        /// Length in this packet, in 2011.
        length: u16 = "本包消息长度" if |edition| edition.is_2011(),
        /// 0xF7 from the terminal.
        states: Readable<'a, List<u8, PeripheralState>> = "外设状态列表"
            if |_| kind.eq(&PassThroughKind::PERIPHERAL_STATE),
        /// 0xF8 from the terminal.
        systems: Readable<'a, List<u8, PeripheralSystem<'a>>> = "外设信息列表"
            if |_| kind.eq(&PassThroughKind::PERIPHERAL_INFORMATION),
        /// The data of all others.
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

impl PassThroughKind {
    /// State of the safety systems.
    pub const PERIPHERAL_STATE: Self = Self(0xF7);
    /// Makers and versions of the safety systems.
    pub const PERIPHERAL_INFORMATION: Self = Self(0xF8);
}

layout! {
    /// State of one safety system (T/JSATL 12-2017, pass-through 0xF7).
    pub struct PeripheralState {
        /// Which.
        peripheral: Peripheral = "外设ID",
        /// Bytes of what follows, 5.
        length: u8 = "消息长度",
        /// Whether it works.
        work_state: WorkState = "工作状态",
        /// What is wrong with it.
        faults: PeripheralFaults = "报警状态",
    }
}

layout! {
    /// Maker and versions of one safety system (T/JSATL 12-2017, pass-through 0xF8).
    pub struct PeripheralSystem<'a> {
        /// Which.
        peripheral: Peripheral = "外设ID",
        /// Bytes of what follows.
        length: u8 = "消息长度",
        /// Its maker.
        company: Prefixed<'a, u8> = "公司名称",
        /// Its model.
        model: Prefixed<'a, u8> = "产品型号",
        /// Version of its hardware.
        hardware: Prefixed<'a, u8> = "硬件版本号",
        /// Version of its software.
        software: Prefixed<'a, u8> = "软件版本号",
        /// Its id.
        device_id: Prefixed<'a, u8> = "设备ID",
        /// Code of the customer.
        customer: Prefixed<'a, u8> = "客户代码",
    }
}

codes! {
    /// A safety system.
    pub struct Peripheral: u8 {
        0x64 => "adas" "高级驾驶辅助系统",
        0x65 => "driver_monitoring" "驾驶员状态监测系统",
        0x66 => "tyre_monitoring" "胎压监测系统",
        0x67 => "blind_spot" "盲区监测系统",
    }
}

codes! {
    /// Whether a safety system works.
    pub struct WorkState: u8 {
        0x01 => "working" "正常工作",
        0x02 => "standby" "待机状态",
        0x03 => "upgrading" "升级维护",
        0x04 => "faulty" "设备异常",
        0x10 => "disconnected" "断开连接",
    }
}

flags! {
    /// What is wrong with a safety system.
    pub struct PeripheralFaults: u32 {
        0 => "camera" "摄像头异常",
        1 => "main_storage" "主存储器异常",
        2 => "spare_storage" "辅存储器异常",
        3 => "infrared" "红外补光异常",
        4 => "speaker" "扬声器异常",
        5 => "battery" "电池异常",
        10 => "communication" "通讯模块异常",
        11 => "positioning" "定位模块异常",
    }
}
