use nom::Parser as _;
use nom::bytes::complete::take;
use nom::combinator::{complete, rest};
use nom::multi::many0;

use super::{Facts, Parsed, Part, Shown, Walk};
use crate::Value;

/// A part behind a length byte; 0 = not there. What the length counts beyond the part is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Block<'a, P> {
    /// The part.
    pub part: Option<P>,
    /// Bytes behind it that the length counts.
    pub rest: &'a [u8],
}

impl<'a, P: Part<'a>> Part<'a> for Block<'a, P> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, length) = u8::parse(input)?;
        let (input, block) = take(length).parse(input)?;
        let (rest, part) = Option::parse(block)?;
        Ok((input, Self { part, rest }))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut block = self.part.as_ref().map(Part::bytes).unwrap_or_default();
        block.extend_from_slice(self.rest);
        block.truncate(255);
        out.push(u8::try_from(block.len()).unwrap_or(u8::MAX));
        out.extend(block);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.step::<u8>("block_length", "长度");
        if self.part.is_some() {
            walk.step::<P>("block", "内容");
        }
        Shown::parts(walk.finish())
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        if let Some(part) = &self.part {
            part.tell(name, facts);
        }
    }
}

/// As many parts as there are bytes for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List<P>(
    /// The parts.
    pub Vec<P>,
);

impl<'a, P: Part<'a>> Part<'a> for List<P> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, parts) = many0(complete(P::parse)).parse(input)?;
        Ok((input, Self(parts)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        for part in &self.0 {
            part.write(out);
        }
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        for index in 0..self.0.len() {
            walk.step::<P>(format!("entry_{index}"), "条目");
        }
        Shown::parts(walk.finish())
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        for part in &self.0 {
            part.tell(name, facts);
        }
    }
}

/// All bytes that are left, as text where they are printable: what a serial port gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Payload<'a>(
    /// The bytes.
    pub &'a [u8],
);

impl<'a> Payload<'a> {
    /// The text without line ends, where all bytes are printable.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        let text = std::str::from_utf8(self.0)
            .ok()?
            .trim_end_matches(['\r', '\n', '\0']);
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        (printable && !text.is_empty()).then_some(text)
    }
}

impl<'a> Part<'a> for Payload<'a> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, bytes) = rest(input)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown::plain(
            self.text()
                .map_or(Value::Bytes, |text| Value::Text(text.to_owned())),
        )
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        let value = self.text().map_or(super::ItemValue::Bytes, |text| {
            super::ItemValue::Text(text.to_owned())
        });
        facts.item(name, self.bytes(), value);
    }
}
