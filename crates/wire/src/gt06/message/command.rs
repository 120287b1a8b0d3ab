use nom::Parser as _;
use nom::multi::length_data;
use nom::number::complete::be_u8;

use super::super::part::{Facts, Hex, Parsed, Part, Payload, Shown, Walk, codes, layout};

layout! {
    /// 0x80 from the platform, 0x15 from the device: a command or its answer, the language outside the inner length.
    pub struct Command<'a> {
        /// Flag and text behind their length.
        text: Flagged<'a> = "指令",
        /// Language.
        language: Option<LanguageWord> = "语言",
    }
}

layout! {
    /// 0x15 whose inner length is too small to be one: the text goes to the end.
    pub struct CommandAnswerBare<'a> {
        /// Smaller than 4.
        text_length: u8 = "指令长度",
        /// Flag of the command.
        server_flag: Hex<4> = "服务器标志",
        /// Text, zeros and language.
        text: Payload<'a> = "指令内容",
    }
}

layout! {
    /// 0x21: answer to a command.
    pub struct CommandAnswer<'a> {
        /// Flag of the command.
        server_flag: Hex<4> = "服务器标志",
        /// Encoding of the text.
        encoding: Encoding = "编码",
        /// Text.
        text: Payload<'a> = "指令内容",
    }
}

layout! {
    /// 0x81, 0x82: other answers with text.
    pub struct OtherAnswer<'a> {
        /// Text.
        text: Payload<'a> = "指令内容",
    }
}

/// A length byte, a flag that the device sends back, and text; the length counts flag and text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flagged<'a> {
    /// The flag: says which command an answer belongs to.
    pub server_flag: Hex<4>,
    /// Command or answer, at most 251 bytes.
    pub text: Payload<'a>,
}

impl<'a> Part<'a> for Flagged<'a> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, inner) = length_data(be_u8).parse(input)?;
        let (text, server_flag) = Hex::parse(inner)?;
        Ok((input, Self { server_flag, text: Payload(text) }))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let text = self.text.0.get(..251).unwrap_or(self.text.0);
        out.push(u8::try_from(text.len().saturating_add(4)).unwrap_or(u8::MAX));
        self.server_flag.write(out);
        out.extend_from_slice(text);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.step::<u8>("text_length", "指令长度");
        walk.step::<Hex<4>>("server_flag", "服务器标志");
        walk.push(self.text.0.len(), "text", "指令内容", |raw, at| self.text.show(raw, at));
        Shown::parts(walk.finish())
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        self.server_flag.tell("server_flag", facts);
        self.text.tell(name, facts);
    }
}

codes! {
    /// Encoding of an answer.
    pub struct Encoding {
        1 => "ascii" "ASCII",
        2 => "utf16" "UTF16-BE",
    }
}

codes! {
    /// Second byte of the language word.
    pub struct LanguageLow {
        0 => "not_stated" "未说明",
        1 => "chinese" "中文",
        2 => "english" "英文",
    }
}

layout! {
    /// The language in a word.
    pub struct LanguageWord {
        /// Zero.
        language_high: u8 = "语言高字节",
        /// The language.
        language_low: LanguageLow = "语言",
    }
}
