use nom::bytes::complete::take;
use std::fmt;

use super::{Parsed, Part, Shown};
use crate::Value;
use crate::jt808::edition::Edition;

/// All bytes that are left.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Bytes<'a>(pub &'a [u8]);

impl fmt::Debug for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytes({})", hex(self.0))
    }
}

impl<'a> Part<'a> for Bytes<'a> {
    fn parse(input: &'a [u8], _: Edition) -> Parsed<'a, Self> {
        Ok((input.get(input.len()..).unwrap_or_default(), Self(input)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.extend_from_slice(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown::plain(Value::Bytes)
    }
}

/// A fixed number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Octets<const N: usize>(pub [u8; N]);

impl<const N: usize> Default for Octets<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> Octets<N> {
    /// The bytes as lower-case hexadecimal digits: the digits of a BCD number.
    #[must_use]
    pub fn hex(&self) -> String {
        hex(&self.0)
    }
}

impl<const N: usize> fmt::Debug for Octets<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Octets({})", hex(&self.0))
    }
}

impl<'a, const N: usize> Part<'a> for Octets<N> {
    #[inline]
    fn parse(input: &'a [u8], _: Edition) -> Parsed<'a, Self> {
        let (input, bytes) = take(N)(input)?;
        let mut octets = [0; N];
        octets.copy_from_slice(bytes);
        Ok((input, Self(octets)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.extend_from_slice(&self.0);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown::plain(Value::Text(self.hex()))
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| DIGITS.get(usize::from(nibble)))
        .map(|digit| char::from(*digit))
        .collect()
}
