use encoding_rs::GBK;
use nom::bytes::complete::take;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use super::{Number, Parsed, Part, Shown, Walk};
use crate::Value;
use crate::jt808::edition::Edition;

/// Text that takes all bytes that are left. GBK; ended by a zero byte in 2011.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Text<'a>(
    /// The bytes as received.
    pub &'a [u8],
);

impl<'a> Text<'a> {
    /// The text without padding: zero bytes and spaces in front and at the end, and all from a zero byte on.
    ///
    /// Read as GBK; where that fails, as UTF-8, which some terminals send; where both fail, with replacement
    /// characters.
    #[must_use]
    pub fn decode(&self) -> Cow<'a, str> {
        decode(self.0)
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.decode())
    }
}

impl<'a> Part<'a> for Text<'a> {
    fn parse(input: &'a [u8], _: Edition) -> Parsed<'a, Self> {
        Ok((input.get(input.len()..).unwrap_or_default(), Self(input)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.extend_from_slice(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown::plain(Value::Text(self.decode().into_owned()))
    }
}

/// Text of a fixed width, padded: `A` bytes in 2011, `B` in 2013, `C` in 2019.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Fixed<'a, const A: usize, const B: usize, const C: usize>(
    /// The bytes, padding included or, when written, added.
    pub &'a [u8],
);

impl<'a, const A: usize, const B: usize, const C: usize> Fixed<'a, A, B, C> {
    /// The text without padding.
    #[must_use]
    pub fn decode(&self) -> Cow<'a, str> {
        decode(self.0)
    }

    const fn width(edition: Edition) -> usize {
        match edition {
            Edition::V2011 => A,
            Edition::V2013 => B,
            Edition::V2019 => C,
        }
    }
}

impl<const A: usize, const B: usize, const C: usize> fmt::Debug for Fixed<'_, A, B, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.decode())
    }
}

impl<'a, const A: usize, const B: usize, const C: usize> Part<'a> for Fixed<'a, A, B, C> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, bytes) = take(Self::width(edition))(input)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        let width = Self::width(edition);
        let pad = if edition.is_2011() { b' ' } else { 0 };
        out.extend(self.0.iter().copied().chain(std::iter::repeat(pad)).take(width));
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown::plain(Value::Text(self.decode().into_owned()))
    }
}

/// Text behind its length, which is an `N`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Prefixed<'a, N> {
    /// The bytes as received.
    pub bytes: &'a [u8],
    length: PhantomData<N>,
}

impl<N> Default for Prefixed<'_, N> {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl<'a, N> Prefixed<'a, N> {
    /// Text from its bytes; what the length cannot count is cut off when it is written.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            length: PhantomData,
        }
    }

    /// The text.
    #[must_use]
    pub fn decode(&self) -> Cow<'a, str> {
        decode(self.bytes)
    }
}

impl<N> fmt::Debug for Prefixed<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.decode())
    }
}

impl<'a, N: Number<'a>> Part<'a> for Prefixed<'a, N> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, length) = N::parse(input, edition)?;
        let (input, bytes) = take(length.count())(input)?;
        Ok((input, Self::new(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        let (length, count) = N::of_count(self.bytes.len());
        length.write(out, edition);
        out.extend(self.bytes.iter().take(count));
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut walk = Walk::new(raw, at, edition);
        walk.step::<N>("length", "长度");
        walk.step::<Text<'a>>("text", "内容");
        Shown {
            value: Value::Text(self.decode().into_owned()),
            ..Shown::parts(walk.finish())
        }
    }
}

/// Text as GBK bytes; characters that GBK lacks become numeric references.
#[must_use]
pub fn gbk(text: &str) -> Cow<'_, [u8]> {
    GBK.encode(text).0
}

fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let padding = |byte: &u8| *byte == 0 || *byte == b' ';
    let from = bytes
        .iter()
        .position(|byte| !padding(byte))
        .unwrap_or(bytes.len());
    let bytes = bytes.get(from..).unwrap_or_default();
    let to = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let bytes = bytes.get(..to).unwrap_or_default();
    let end = bytes
        .iter()
        .rposition(|byte| !padding(byte))
        .map_or(0, |last| last.saturating_add(1));
    let bytes = bytes.get(..end).unwrap_or_default();
    if let Some(text) = GBK.decode_without_bom_handling_and_without_replacement(bytes) {
        return text;
    }
    std::str::from_utf8(bytes).map_or_else(|_| GBK.decode_without_bom_handling(bytes).0, Cow::Borrowed)
}
