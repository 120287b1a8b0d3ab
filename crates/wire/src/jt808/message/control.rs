use crate::jt808::part::{Text, codes, layout};

layout! {
    /// 0x8105: orders the terminal itself (2013 §8.12, 2019 §8.16).
    pub struct ControlOrder<'a> {
        /// What to do.
        command: ControlCommand = "命令字",
        /// Parameters of the command, separated by semicolons; missing ones are empty.
        parameters: Text<'a> = "命令参数",
    }
}

codes! {
    /// What a terminal is to do; 0x17 and up are vendors' own.
    pub struct ControlCommand: u8 {
        1 => "upgrade" "无线升级",
        2 => "connect_server" "控制终端连接指定服务器",
        3 => "power_off" "终端关机",
        4 => "reset" "终端复位",
        5 => "factory_settings" "终端恢复出厂设置",
        6 => "close_data_link" "关闭数据通信",
        7 => "close_radio" "关闭所有无线通信",
        0x17 => "record_audio" "录音",
        0x18 => "light" "灯光",
        0x64 => "cut_fuel" "断油电",
        0x65 => "restore_fuel" "恢复油电",
        0x66 => "arm" "设防",
        0x67 => "disarm" "撤防",
    }
}
