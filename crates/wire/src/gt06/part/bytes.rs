use nom::Parser as _;
use nom::bytes::complete::take;

use super::{Facts, ItemValue, Parsed, Part, Shown};
use crate::Value;

/// All bytes that are left, of a layout that nobody published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Bytes<'a>(
    /// The bytes.
    pub &'a [u8],
);

impl<'a> Part<'a> for Bytes<'a> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (rest, bytes) = take(input.len()).parse(input)?;
        Ok((rest, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown::plain(Value::Bytes)
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        if !self.0.is_empty() {
            facts.item(name, self.bytes(), ItemValue::Bytes);
        }
    }
}

/// `N` bytes of unknown meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Octets<const N: usize>(
    /// The bytes.
    pub [u8; N],
);

impl<const N: usize> Default for Octets<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<'a, const N: usize> Part<'a> for Octets<N> {
    #[inline]
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (bytes, rest) = input.split_first_chunk().ok_or(nom::Err::Error(super::Fault {
            input,
            expected: "more bytes",
            field: None,
        }))?;
        Ok((rest, Self(*bytes)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown::plain(Value::Bytes)
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.item(name, self.bytes(), ItemValue::Bytes);
    }
}
