use nom::number::complete::{be_i16, be_i32, be_u8, be_u16, be_u24, be_u32, be_u64, le_u32};

use super::{Facts, Parsed, Part, Shown};
use crate::Value;

macro_rules! number {
    ($($kind:ty, $parse:path;)*) => {
        $(
            impl<'a> Part<'a> for $kind {
                #[inline]
                fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
                    $parse(input)
                }

                fn write(&self, out: &mut Vec<u8>) {
                    out.extend_from_slice(&self.to_be_bytes());
                }

                fn show(&self, _: &'a [u8], _: usize) -> Shown {
                    Shown::plain(Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX)))
                }

                #[allow(clippy::cast_precision_loss, reason = "counts far below 2^53")]
                fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
                    facts.number(name, *self as f64, self.bytes());
                }
            }
        )*
    };
}

number! {
    u8, be_u8;
    u16, be_u16;
    i16, be_i16;
    u32, be_u32;
    i32, be_i32;
    u64, be_u64;
}

/// A number in units of 1/`DIVISOR`: a voltage in hundredths is `Scaled<u16, 100>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Scaled<T, const DIVISOR: u32>(
    /// The number as on the wire.
    pub T,
);

impl<T: Copy + Into<f64>, const DIVISOR: u32> Scaled<T, DIVISOR> {
    /// The value in the unit of the field's name.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0.into() / f64::from(DIVISOR)
    }
}

impl<'a, T: Part<'a> + Copy + Into<f64>, const DIVISOR: u32> Part<'a> for Scaled<T, DIVISOR> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, value) = T::parse(input)?;
        Ok((input, Self(value)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        scaled(self.get(), self.0.into())
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.number(name, self.get(), self.bytes());
    }
}

fn scaled(value: f64, raw: f64) -> Shown {
    Shown {
        value: Value::Number(value),
        note: format!("raw {raw}"),
        parts: Vec::new(),
    }
}

/// Three bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct U24(
    /// The number, below 2^24.
    pub u32,
);

impl<'a> Part<'a> for U24 {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, value) = be_u24(input)?;
        Ok((input, Self(value)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let [_, bytes @ ..] = self.0.to_be_bytes();
        out.extend_from_slice(&bytes);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown::plain(Value::Integer(i64::from(self.0)))
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.number(name, f64::from(self.0), self.bytes());
    }
}

/// A word whose highest bit is a sign and whose other bits count in units of 1/`DIVISOR`.
/// `NEGATIVE` is the sign bit of a negative number: makers disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SignBit<const DIVISOR: u32, const NEGATIVE: bool>(
    /// The word as on the wire.
    pub u16,
);

impl<const DIVISOR: u32, const NEGATIVE: bool> SignBit<DIVISOR, NEGATIVE> {
    /// The value in the unit of the field's name.
    #[must_use]
    pub fn get(self) -> f64 {
        let size = f64::from(self.0 & 0x7FFF) / f64::from(DIVISOR);
        if (self.0 & 0x8000 != 0) == NEGATIVE {
            -size
        } else {
            size
        }
    }
}

impl<'a, const DIVISOR: u32, const NEGATIVE: bool> Part<'a> for SignBit<DIVISOR, NEGATIVE> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, value) = be_u16(input)?;
        Ok((input, Self(value)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        scaled(self.get(), f64::from(self.0))
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.number(name, self.get(), self.bytes());
    }
}

/// Four bytes, the lowest first: one of the two places of the family that are so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Le32(
    /// The number.
    pub u32,
);

impl<'a> Part<'a> for Le32 {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, value) = le_u32(input)?;
        Ok((input, Self(value)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.to_le_bytes());
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown {
            note: "little endian".to_owned(),
            ..Shown::plain(Value::Integer(i64::from(self.0)))
        }
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.number(name, f64::from(self.0), self.bytes());
    }
}
