use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::{Bytes, Parsed, Part, Shown, Text, codes, layout};

layout! {
    /// 0x8300: text for the driver, or a command for a tracker (2013 §8.23, 2019 §8.18).
    pub struct TextOrder<'a> {
        /// Where it goes.
        flags: TextFlags = "标志",
        /// What it is, from 2019.
        kind: TextKind = "文本类型" if |edition| edition.since_2019(),
        /// The text.
        text: Text<'a> = "文本信息",
    }
}

codes! {
    /// What a text is.
    pub struct TextKind: u8 {
        1 => "notice" "通知",
        2 => "service" "服务",
    }
}

/// Where a text goes and how urgent it is; bits 0 and 1 changed their meaning in 2019.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextFlags(
    /// The byte.
    pub u8,
);

impl TextFlags {
    /// Bit 2: show it on the screen.
    pub const SHOW: u8 = 1 << 2;
    /// Bit 3: read it out.
    pub const SPEAK: u8 = 1 << 3;

    /// Names of what is set.
    pub fn names(self, edition: Edition) -> impl Iterator<Item = &'static str> {
        self.named(edition).map(|(name, _)| name)
    }

    fn named(self, edition: Edition) -> impl Iterator<Item = (&'static str, &'static str)> {
        let urgency = match (edition.since_2019(), self.0 & 3) {
            (true, 1) => Some(("service", "服务")),
            (true, 2) => Some(("urgent", "紧急")),
            (true, 3) => Some(("notice", "通知")),
            (false, 1 | 3) => Some(("urgent", "紧急")),
            _ => None,
        };
        let rest = [
            (2, "show", "终端显示器显示"),
            (3, "speak", "终端TTS播读"),
            (4, "advertising_screen", "广告屏显示"),
            (5, "can_fault_code", "CAN故障码信息"),
        ];
        let set = rest.into_iter().filter(move |(bit, ..)| self.0 >> bit & 1 == 1);
        urgency.into_iter().chain(set.map(|(_, name, zh)| (name, zh)))
    }
}

impl<'a> Part<'a> for TextFlags {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, flags) = u8::parse(input, edition)?;
        Ok((input, Self(flags)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.push(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize, edition: Edition) -> Shown {
        let (names, names_zh): (Vec<_>, Vec<_>) = self.named(edition).unzip();
        Shown {
            value: Value::Flags(names),
            note: format!("0x{:02X} {}", self.0, names_zh.join("、"))
                .trim_end()
                .to_owned(),
            parts: Vec::new(),
        }
    }
}

layout! {
    /// 0x6006: what a tracker answers to a command in 0x8300. Not in the standard.
    pub struct TextReplyBody<'a> {
        /// Encoding of the text in the maker's own numbers.
        encoding: u8 = "编码",
        /// The text.
        text: Text<'a> = "文本",
    }
}

layout! {
    /// 0x1300: the same in UTF-16. Not in the standard.
    pub struct WideText<'a> {
        /// Serial of the command.
        answered_serial: u16 = "应答流水号",
        /// The text, UTF-16, big endian.
        text: Utf16<'a> = "文本",
    }
}

/// Text in UTF-16, big endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Utf16<'a>(
    /// The bytes.
    pub Bytes<'a>,
);

impl Utf16<'_> {
    /// The text.
    #[must_use]
    pub fn decode(&self) -> String {
        encoding_rs::UTF_16BE
            .decode_without_bom_handling(self.0.0)
            .0
            .into_owned()
    }
}

impl<'a> Part<'a> for Utf16<'a> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, bytes) = Bytes::parse(input, edition)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.0.write(out, edition);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown::plain(Value::Text(self.decode()))
    }
}
