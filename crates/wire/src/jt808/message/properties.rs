use nom::bytes::complete::take;
use std::borrow::Cow;

use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::{Fixed, Octets, Parsed, Part, Prefixed, Shown, Text, Trailing, flags, layout};

layout! {
    /// 0x0107: what the terminal consists of (2013 §8.15, 2019 §8.20). Printed offsets from the ICCID on are wrong.
    pub struct Properties<'a> {
        /// What it is for.
        kind: TerminalKind = "终端类型",
        /// Code of the maker.
        maker: Maker<'a> = "制造商ID",
        /// Model.
        model: Fixed<'a, 20, 20, 30> = "终端型号",
        /// Id that the maker gave the terminal.
        terminal_id: Fixed<'a, 7, 7, 30> = "终端ID",
        /// ICCID of the SIM card, 20 digits.
        iccid: Octets<10> = "终端SIM卡ICCID",
        /// Version of the hardware.
        hardware: Prefixed<'a, u8> = "终端硬件版本号",
        /// Version of the firmware.
        firmware: Prefixed<'a, u8> = "终端固件版本号",
        /// Satellite systems; some senders leave this and the next out.
        gnss: Trailing<GnssModule> = "GNSS模块属性",
        /// Mobile networks.
        radio: Trailing<RadioModule> = "通信模块属性",
    }
}

flags! {
    /// What a terminal is for.
    pub struct TerminalKind: u16 {
        0 => "passenger" "适用客运车辆",
        1 => "dangerous_goods" "适用危险品车辆",
        2 => "freight" "适用普通货运车辆",
        3 => "taxi" "适用出租车辆",
        6 => "hard_disk" "支持硬盘录像",
        7 => "separate_unit" "分体机",
        8 => "trailer" "适用挂车",
    }
}

flags! {
    /// Satellite systems of a terminal.
    pub struct GnssModule: u8 {
        0 => "gps" "GPS",
        1 => "beidou" "北斗",
        2 => "glonass" "GLONASS",
        3 => "galileo" "Galileo",
    }
}

flags! {
    /// Mobile networks of a terminal.
    pub struct RadioModule: u8 {
        0 => "gprs" "GPRS",
        1 => "cdma" "CDMA",
        2 => "td_scdma" "TD-SCDMA",
        3 => "wcdma" "WCDMA",
        4 => "cdma2000" "CDMA2000",
        5 => "td_lte" "TD-LTE",
        7 => "other" "其他",
    }
}

/// Code of the maker: five bytes; in 2019 five as the text says, or eleven as in the registration, whichever lets
/// the lengths behind it add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Maker<'a>(
    /// The bytes.
    pub &'a [u8],
);

impl<'a> Maker<'a> {
    /// The code without padding.
    #[must_use]
    pub fn decode(&self) -> Cow<'a, str> {
        Text(self.0).decode()
    }
}

impl<'a> Part<'a> for Maker<'a> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let width = if edition.since_2019() && !adds_up(input, 5) && adds_up(input, 11) {
            11usize
        } else {
            5
        };
        let (input, bytes) = take(width)(input)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        let width = if edition.since_2019() && self.0.len() > 5 {
            11
        } else {
            5
        };
        out.extend(self.0.iter().copied().chain(std::iter::repeat(0)).take(width));
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown::plain(Value::Text(self.decode().into_owned()))
    }
}

/// True when a body of 2019 ends where the lengths say, with a maker of `width` bytes at its front.
fn adds_up(input: &[u8], width: usize) -> bool {
    let end = || -> Option<usize> {
        let hardware_at = width.checked_add(70)?;
        let hardware = usize::from(*input.get(hardware_at)?);
        let firmware_at = hardware_at.checked_add(hardware)?.checked_add(1)?;
        let firmware = usize::from(*input.get(firmware_at)?);
        firmware_at.checked_add(firmware)?.checked_add(3)
    };
    end() == Some(input.len())
}
