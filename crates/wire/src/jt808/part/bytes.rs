use nom::bytes::complete::take;
use std::fmt;
use std::marker::PhantomData;

use super::{Number, Parsed, Part, Shown, Walk};
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

/// A fixed number of bytes, borrowed: for long keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Raw<'a, const N: usize>(
    /// The bytes; when written, cut or filled up with zeros.
    pub &'a [u8],
);

impl<const N: usize> fmt::Debug for Raw<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({})", hex(self.0))
    }
}

impl<'a, const N: usize> Part<'a> for Raw<'a, N> {
    fn parse(input: &'a [u8], _: Edition) -> Parsed<'a, Self> {
        let (input, bytes) = take(N)(input)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.extend(self.0.iter().copied().chain(std::iter::repeat(0)).take(N));
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown::plain(Value::Bytes)
    }
}

/// Bytes behind their number, which is an `N`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Block<'a, N> {
    /// The bytes; what the number cannot count is cut off when they are written.
    pub bytes: &'a [u8],
    length: PhantomData<N>,
}

impl<'a, N> Block<'a, N> {
    /// A block of these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            length: PhantomData,
        }
    }
}

impl<N> Default for Block<'_, N> {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl<N> fmt::Debug for Block<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({})", hex(self.bytes))
    }
}

impl<'a, N: Number<'a>> Part<'a> for Block<'a, N> {
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
        walk.step::<Bytes<'a>>("data", "数据");
        Shown::parts(walk.finish())
    }
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| DIGITS.get(usize::from(nibble)))
        .map(|digit| char::from(*digit))
        .collect()
}
