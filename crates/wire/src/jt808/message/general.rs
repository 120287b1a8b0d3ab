use super::Message;
use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::{Parsed, Part, Shown, codes, layout};

layout! {
    /// 0x0001 and 0x8001: the general answer (§8.1, §8.2).
    pub struct GeneralAnswer {
        /// Serial of the answered message.
        answered_serial: u16 = "应答流水号",
        /// Id of the answered message.
        answered_id: MessageId = "应答ID",
        /// Outcome.
        result: AnswerResult = "结果",
    }
}

/// Id of a message that another one speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MessageId(
    /// The id as on the wire.
    pub u16,
);

impl<'a> Part<'a> for MessageId {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, id) = u16::parse(input, edition)?;
        Ok((input, Self(id)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.0.write(out, edition);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        let name =
            Message::row(self.0).map_or_else(String::new, |row| format!(" {} {}", row.name, row.name_zh));
        Shown {
            value: Value::Integer(i64::from(self.0)),
            note: format!("0x{:04X}{name}", self.0),
            parts: Vec::new(),
        }
    }
}

codes! {
    /// Outcome in a general answer.
    pub struct AnswerResult: u8 {
        0 => "ok" "成功/确认",
        1 => "failed" "失败",
        2 => "message_wrong" "消息有误",
        3 => "not_supported" "不支持",
        4 => "alarm_handled" "报警处理确认",
    }
}

impl AnswerResult {
    /// Done.
    pub const OK: Self = Self(0);
    /// Failed, not done.
    pub const FAILED: Self = Self(1);
    /// The message is wrong.
    pub const WRONG: Self = Self(2);
    /// The message is not supported.
    pub const NOT_SUPPORTED: Self = Self(3);
}
