use crate::jt808::edition::Edition;
use crate::jt808::part::{Fixed, Text, codes, layout};

layout! {
    settle = by_length;
    /// 0x0100: who the terminal is (§8.8 of 2019). Three layouts, told apart by their length.
    pub struct Registration<'a> {
        /// First two digits of GB/T 2260; 0 leaves it to the platform.
        province: u16 = "省域ID",
        /// Last four digits of GB/T 2260.
        city: u16 = "市县域ID",
        /// Code of the maker.
        maker: Fixed<'a, 5, 5, 11> = "制造商ID",
        /// Model.
        model: Fixed<'a, 8, 20, 30> = "终端型号",
        /// Id that the maker gave the terminal.
        terminal_id: Fixed<'a, 7, 7, 30> = "终端ID",
        /// Colour of the plate; 0 when the vehicle has none.
        plate_colour: PlateColour = "车牌颜色",
        /// Plate, or the VIN where the colour is 0. Many personal trackers put their id here.
        plate: Text<'a> = "车辆标识",
    }
}

codes! {
    /// Colour of a licence plate (JT/T 697.7).
    pub struct PlateColour: u8 {
        0 => "none" "未上牌",
        1 => "blue" "蓝色",
        2 => "yellow" "黄色",
        3 => "black" "黑色",
        4 => "white" "白色",
        5 => "green" "绿色",
        9 => "other" "其他",
        93 => "yellow_green" "黄绿色",
        94 => "gradient_green" "渐变绿色",
    }
}

layout! {
    /// 0x8100: outcome of a registration (§8.9 of 2019).
    pub struct RegistrationAnswer<'a> {
        /// Serial of the registration.
        answered_serial: u16 = "应答流水号",
        /// Outcome.
        result: RegistrationResult = "结果",
        /// Code to authenticate with, when the outcome is 0.
        code: Text<'a> = "鉴权码" if |_| result.accepted(),
    }
}

codes! {
    /// Outcome of a registration.
    pub struct RegistrationResult: u8 {
        0 => "ok" "成功",
        1 => "vehicle_already_registered" "车辆已被注册",
        2 => "no_such_vehicle" "数据库中无该车辆",
        3 => "terminal_already_registered" "终端已被注册",
        4 => "no_such_terminal" "数据库中无该终端",
    }
}

impl RegistrationResult {
    /// True when a code follows.
    #[must_use]
    pub const fn accepted(self) -> bool {
        self.0 == 0
    }
}

/// 25 fixed bytes are 2011, 37 are 2013, 76 are 2019, whatever the header's flag says.
fn by_length(body: &[u8], hint: Edition) -> Edition {
    match body.len() {
        76.. => Edition::V2019,
        37..76 => Edition::V2013,
        25..37 => Edition::V2011,
        _ => hint,
    }
}
