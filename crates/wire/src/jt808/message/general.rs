use crate::jt808::part::{codes, layout};

layout! {
    /// 0x0001 and 0x8001: the general answer (§8.1, §8.2).
    pub struct GeneralAnswer {
        /// Serial of the answered message.
        answered_serial: u16 = "应答流水号",
        /// Id of the answered message.
        answered_id: u16 = "应答ID",
        /// Outcome.
        result: AnswerResult = "结果",
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
