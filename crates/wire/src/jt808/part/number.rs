use nom::number::complete::{be_i8, be_i16, be_u8, be_u16, be_u32};

use super::{Parsed, Part, Shown};
use crate::Value;
use crate::jt808::edition::Edition;

macro_rules! number {
    ($($kind:ty, $parse:path;)*) => {
        $(
            impl<'a> Part<'a> for $kind {
                #[inline]
                fn parse(input: &'a [u8], _: Edition) -> Parsed<'a, Self> {
                    $parse(input)
                }

                fn write(&self, out: &mut Vec<u8>, _: Edition) {
                    out.extend_from_slice(&self.to_be_bytes());
                }

                fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
                    Shown::plain(Value::Integer(i64::from(*self)))
                }
            }
        )*
    };
}

number! {
    i8, be_i8;
    u8, be_u8;
    u16, be_u16;
    i16, be_i16;
    u32, be_u32;
}

/// A number in units of 1/`DIVISOR`: a speed in tenths is `Scaled<u16, 10>`.
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
    #[inline]
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, value) = T::parse(input, edition)?;
        Ok((input, Self(value)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.0.write(out, edition);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown {
            value: Value::Number(self.get()),
            note: format!("raw {}", self.0.into()),
            parts: Vec::new(),
        }
    }
}

/// A byte that stands `OFFSET` above its value: a temperature plus 40 is `Less<40>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Less<const OFFSET: i16>(
    /// The byte as on the wire.
    pub u8,
);

impl<const OFFSET: i16> Less<OFFSET> {
    /// The value in the unit of the field's name.
    #[must_use]
    pub fn get(self) -> i16 {
        i16::from(self.0).saturating_sub(OFFSET)
    }
}

impl<'a, const OFFSET: i16> Part<'a> for Less<OFFSET> {
    fn parse(input: &'a [u8], _: Edition) -> Parsed<'a, Self> {
        let (input, value) = be_u8(input)?;
        Ok((input, Self(value)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.push(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown {
            value: Value::Integer(i64::from(self.get())),
            note: format!("raw {}", self.0),
            parts: Vec::new(),
        }
    }
}
