use super::record::{
    Accident, DriverLicence, Installation, Overtime, PulseCoefficient, RecordQuery, Signals, SpeedLog,
    StandardVersion,
};
use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::{BcdTime, Parsed, Part, Shown, Walk, codes};

/// A packet of the recorder (GB/T 19056-2012, annex A), kept as bytes. An analyser shows the records that frames of
/// peers' tests show the layout of; the standard itself was not read, so other records stay bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecorderBlock<'a>(
    /// The bytes.
    pub &'a [u8],
);

codes! {
    /// How a packet begins.
    pub struct PacketStart: u16 {
        0x557A => "packet" "起始字头",
        0xAA75 => "order" "起始字头",
    }
}

codes! {
    /// What is read from the recorder or written to it.
    pub struct RecorderCommand: u8 {
        0x00 => "standard_version" "执行标准版本年号",
        0x01 => "driver" "驾驶人信息",
        0x02 => "time" "实时时间",
        0x03 => "odometer" "累计行驶里程",
        0x04 => "pulses" "脉冲系数",
        0x05 => "vehicle" "车辆信息",
        0x06 => "signals" "状态信号配置信息",
        0x07 => "serial_number" "唯一性编号",
        0x08 => "speeds" "行驶速度记录",
        0x09 => "positions" "位置信息记录",
        0x10 => "accidents" "事故疑点记录",
        0x11 => "overtime" "超时驾驶记录",
        0x12 => "logins" "驾驶人身份记录",
        0x13 => "supply" "外部供电记录",
        0x14 => "changes" "参数修改记录",
        0x15 => "speed_log" "速度状态日志",
        0x82 => "set_vehicle" "设置车辆信息",
        0x83 => "set_installation_date" "设置记录仪初次安装日期",
        0x84 => "set_signals" "设置状态量配置信息",
        0xC3 => "set_pulses" "设置脉冲系数",
        0xFA => "refused" "采集指令出错",
        0xFB => "not_set" "设置参数出错",
    }
}

impl RecorderCommand {
    /// True for the answer to an order that the recorder did not understand: it has no data.
    const fn failed(self) -> bool {
        matches!(self.0, 0xFA | 0xFB)
    }
}

/// Bytes of start, command, length and the reserved byte.
const HEAD: usize = 6;

impl<'a> RecorderBlock<'a> {
    /// Command and data, where the bytes are one whole packet.
    fn packet(self) -> Option<(RecorderCommand, &'a [u8])> {
        let (&[first, second, command], after) = self.0.split_first_chunk::<3>()?;
        let command = RecorderCommand(command);
        PacketStart(u16::from_be_bytes([first, second])).name()?;
        if command.failed() {
            return (after.len() == 2).then_some((command, &[]));
        }
        let (&[high, low, _], after) = after.split_first_chunk::<3>()?;
        let (_, data) = after.split_last()?;
        (data.len() == usize::from(u16::from_be_bytes([high, low]))).then_some((command, data))
    }
}

impl<'a> Part<'a> for RecorderBlock<'a> {
    fn parse(input: &'a [u8], _: Edition) -> Parsed<'a, Self> {
        Ok((input.get(input.len()..).unwrap_or_default(), Self(input)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.extend_from_slice(self.0);
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let Some((command, data)) = self.packet() else {
            return Shown::plain(Value::Bytes);
        };
        let mut walk = Walk::new(raw, at, edition);
        walk.step::<PacketStart>("start", "起始字头");
        walk.step::<RecorderCommand>("command", "命令字");
        if !command.failed() {
            walk.step::<u16>("length", "数据块长度");
        }
        walk.step::<u8>("reserved", "保留字");
        let data_at = at.saturating_add(HEAD);
        walk.push(data.len(), |data, _| {
            show_data(command, data, data_at, edition).into_field("data", "数据块", data_at, data)
        });
        let sum = raw.split_last().map_or(0, |(_, covered)| xor(covered));
        walk.push(1, |raw, at| {
            let note = if raw == [sum] {
                "right".to_owned()
            } else {
                format!("wrong, the bytes give 0x{sum:02X}")
            };
            let shown = Shown {
                value: Value::Integer(raw.first().map_or(0, |byte| i64::from(*byte))),
                note,
                parts: Vec::new(),
            };
            shown.into_field("checksum", "校验字", at, raw)
        });
        Shown::parts(walk.finish())
    }
}

fn xor(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

/// The records of a command, bytes where their length is another one.
fn show_data<'a>(command: RecorderCommand, data: &'a [u8], at: usize, edition: Edition) -> Shown {
    match (command.0, data.len()) {
        (0x00, 2) => whole::<StandardVersion>(data, at, edition),
        (0x01, 18) => whole::<DriverLicence<'a>>(data, at, edition),
        (0x02 | 0x83, 6) => whole::<BcdTime>(data, at, edition),
        (0x05, 41) | (0x82, 39 | 41) => whole::<Installation<'a>>(data, at, edition),
        (0x06 | 0x84, 87) => whole::<Signals<'a>>(data, at, edition),
        (0xC3, 8) => whole::<PulseCoefficient>(data, at, edition),
        (0x08..=0x15, 14) => whole::<RecordQuery>(data, at, edition),
        (0x10, 1..) => records::<Accident<'a>>(data, Accident::LENGTH, at, edition),
        (0x11, 1..) => records::<Overtime<'a>>(data, Overtime::LENGTH, at, edition),
        (0x15, 1..) => records::<SpeedLog<'a>>(data, SpeedLog::LENGTH, at, edition),
        _ => Shown::plain(Value::Bytes),
    }
}

fn whole<'a, P: Part<'a>>(data: &'a [u8], at: usize, edition: Edition) -> Shown {
    match P::parse(data, edition) {
        Ok((_, part)) => part.show(data, at, edition),
        Err(_) => Shown::plain(Value::Bytes),
    }
}

/// Records of one length, one after another.
fn records<'a, P: Part<'a>>(data: &'a [u8], length: usize, at: usize, edition: Edition) -> Shown {
    let count = data.len().checked_div(length).unwrap_or(0);
    if count.saturating_mul(length) != data.len() {
        return Shown::plain(Value::Bytes);
    }
    let mut walk = Walk::new(data, at, edition);
    for index in 0..count {
        walk.step::<P>(index.to_string(), "");
    }
    Shown::parts(walk.finish())
}
