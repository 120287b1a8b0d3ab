use super::super::part::{Bcd, Block, Bytes, Date, Facts, Hex, Imei, ItemValue, List, Parsed, Part, Payload, Scaled, Shown, codes, flags, layout};
use crate::Value;

layout! {
    /// 0x94/00: external voltage.
    pub struct Supply {
        /// Sub number.
        sub: u8 = "信息类型",
        /// Supply.
        external_v: Scaled<u16, 100> = "外部电压",
    }
}

layout! {
    /// 0x94 in a short frame: external voltage.
    pub struct SupplyShort {
        /// Supply.
        external_v: Scaled<u16, 100> = "外部电压",
    }
}

layout! {
    /// 0x94/04: settings as text.
    pub struct SettingsText<'a> {
        /// Sub number.
        sub: u8 = "信息类型",
        /// Settings; values may hold letters that are not hexadecimal.
        settings: Payload<'a> = "终端状态同步",
    }
}

layout! {
    /// 0x94/05: door.
    pub struct Door {
        /// Sub number.
        sub: u8 = "信息类型",
        /// State of the door.
        door: DoorState = "门状态",
    }
}

layout! {
    /// 0x94/05: door with time.
    pub struct DoorAt {
        /// Sub number.
        sub: u8 = "信息类型",
        /// Time of the message.
        date: Date = "日期时间",
        /// State of the door.
        door: DoorState = "门状态",
    }
}

layout! {
    /// 0x94/08: self-check, different by model.
    pub struct SelfCheck<'a> {
        /// Sub number.
        sub: u8 = "信息类型",
        /// Result.
        result: Payload<'a> = "自检",
    }
}

layout! {
    /// 0x94/09: satellites.
    pub struct Satellites<'a> {
        /// Sub number.
        sub: u8 = "信息类型",
        /// State of the receiver.
        state: GpsState = "GPS状态",
        /// Strengths of GPS satellites used.
        gps_used: Block<'a, List<u8>> = "GPS使用",
        /// Strengths of GPS satellites seen.
        gps_visible: Block<'a, List<u8>> = "GPS可见",
        /// Strengths of BeiDou satellites used.
        beidou_used: Option<Block<'a, List<u8>>> = "北斗使用",
        /// Strengths of BeiDou satellites seen.
        beidou_visible: Option<Block<'a, List<u8>>> = "北斗可见",
        /// More.
        extension: Option<Block<'a, Bytes<'a>>> = "扩展",
    }
}

layout! {
    /// 0x94/0A: IMEI, IMSI and ICCID.
    pub struct Identity {
        /// Sub number.
        sub: u8 = "信息类型",
        /// The device.
        imei: Imei = "IMEI",
        /// Its SIM.
        imsi: Imsi = "IMSI",
        /// Its card.
        iccid: Bcd<10> = "ICCID",
    }
}

layout! {
    /// 0x94/0B, one byte: kind of network.
    pub struct Network {
        /// Sub number.
        sub: u8 = "信息类型",
        /// Kind of network.
        network: NetworkCode = "网络制式",
    }
}

layout! {
    /// 0x94/0D: text of a fuel sensor, with time before it or not.
    pub struct FuelSensor<'a> {
        /// Sub number.
        sub: u8 = "信息类型",
        /// Text.
        fuel_sensor: Payload<'a> = "油耗传感器",
    }
}

layout! {
    /// 0x94/0D: text of a fuel sensor.
    pub struct FuelSensorAt<'a> {
        /// Sub number.
        sub: u8 = "信息类型",
        /// Time of the message.
        date: Date = "日期时间",
        /// Text.
        fuel_sensor: Payload<'a> = "油耗传感器",
    }
}

layout! {
    /// 0x94/1B: a card in its own frame.
    pub struct Card {
        /// Sub number.
        sub: u8 = "信息类型",
        /// Header.
        header: u8 = "包头",
        /// Kind.
        kind: u8 = "类型",
        /// Card.
        driver_id: Hex<4> = "卡号",
        /// Checksum.
        check: u8 = "校验",
        /// Footer.
        footer: u8 = "包尾",
    }
}

layout! {
    /// 0x94/1B: a card as text, and 0x94/10.
    pub struct CardText<'a> {
        /// Sub number.
        sub: u8 = "信息类型",
        /// Text.
        driver_id: Payload<'a> = "标识",
    }
}

layout! {
    /// 0x94/1E: temperature and humidity.
    pub struct Climate {
        /// Sub number.
        sub: u8 = "信息类型",
        /// Temperature.
        temperature_degc: Scaled<i32, 10> = "温度",
        /// Humidity.
        humidity_percent: Scaled<u32, 10> = "湿度",
    }
}

layout! {
    /// 0x94 with other sub numbers.
    pub struct OtherInformation<'a> {
        /// Sub number.
        sub: u8 = "信息类型",
        /// Not published.
        data: Payload<'a> = "数据",
    }
}

flags! {
    /// State of a door.
    pub struct DoorState: u8 {
        0 => "door_open" "门开",
        1 => "trigger_high" "高电平触发",
        2 => "port_high" "端口高电平",
    }
}

impl<'a> Part<'a> for DoorState {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, byte) = u8::parse(input)?;
        Ok((input, Self(byte)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        self.shown()
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        facts.item("door_open", vec![self.0], ItemValue::Flag(self.has(0)));
    }
}

codes! {
    /// State of the satellite receiver.
    pub struct GpsState {
        0 => "none" "无",
        1 => "searching" "搜星中",
        2 => "fix_2d" "2D定位",
        3 => "fix_3d" "3D定位",
        4 => "asleep" "休眠",
    }
}

codes! {
    /// Kind of network.
    pub struct NetworkCode {
        0 => "2G" "2G",
        1 => "4G" "4G",
    }
}

/// An IMSI: 15 digits and a leading zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Imsi(
    /// Sixteen digits.
    pub Bcd<8>,
);

impl Imsi {
    /// The digits without the leading zero.
    #[must_use]
    pub fn digits(&self) -> String {
        let digits = self.0.digits();
        digits.strip_prefix('0').map_or_else(|| digits.clone(), str::to_owned)
    }
}

impl<'a> Part<'a> for Imsi {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, digits) = Bcd::parse(input)?;
        Ok((input, Self(digits)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown { value: Value::Text(self.digits()), note: String::new(), parts: Vec::new() }
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.item(name, self.bytes(), ItemValue::Text(self.digits()));
    }
}
