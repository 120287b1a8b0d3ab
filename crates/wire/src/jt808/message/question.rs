use crate::jt808::part::{Items, Prefixed, flags, layout};

layout! {
    /// 0x8302: a question to the driver (2013 §8.26).
    pub struct QuestionOrder<'a> {
        /// Where it goes.
        flags: QuestionFlags = "标志",
        /// The question.
        question: Prefixed<'a, u8> = "问题",
        /// Answers to choose from.
        answers: Items<Candidate<'a>> = "候选答案列表",
    }
}

flags! {
    /// Where a question goes.
    pub struct QuestionFlags: u8 {
        0 => "urgent" "紧急",
        3 => "speak" "终端TTS播读",
        4 => "advertising_screen" "广告屏显示",
    }
}

layout! {
    /// One answer to choose.
    pub struct Candidate<'a> {
        /// Its id.
        id: u8 = "答案ID",
        /// Its text.
        text: Prefixed<'a, u16> = "答案内容",
    }
}

layout! {
    /// 0x0302: the driver's answer (2013 §8.27).
    pub struct QuestionAnswerBody {
        /// Serial of the question.
        answered_serial: u16 = "应答流水号",
        /// Id of the answer.
        answer_id: u8 = "答案ID",
    }
}
