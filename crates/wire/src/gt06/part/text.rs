use std::borrow::Cow;

use nom::Parser as _;
use nom::multi::length_data;
use nom::number::complete::be_u8;

use super::{Facts, ItemValue, Parsed, Part, Shown};
use crate::Value;

/// Text to the end of the message, ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Text<'a>(
    /// The bytes.
    pub &'a [u8],
);

impl<'a> Text<'a> {
    /// The text; bytes that are none are replaced.
    #[must_use]
    pub fn decode(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.0)
    }
}

impl<'a> Part<'a> for Text<'a> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (rest, text) = nom::combinator::rest(input)?;
        Ok((rest, Self(text)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown::plain(Value::Text(self.decode().into_owned()))
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.item(name, self.bytes(), ItemValue::Text(self.decode().into_owned()));
    }
}

/// Text with a length byte before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ShortText<'a>(
    /// The text; at most 255 bytes.
    pub Text<'a>,
);

impl<'a> Part<'a> for ShortText<'a> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (rest, text) = length_data(be_u8).parse(input)?;
        Ok((rest, Self(Text(text))))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let text = self.0.0.get(..255).unwrap_or(self.0.0);
        out.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(text);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        self.0.show(raw, at)
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.item(name, self.bytes(), ItemValue::Text(self.0.decode().into_owned()));
    }
}
