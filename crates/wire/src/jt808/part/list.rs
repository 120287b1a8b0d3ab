use std::borrow::Cow;
use std::marker::PhantomData;

use super::{Parsed, Part, Shown};
use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::Walk;

/// A number that counts bytes or items.
pub trait Number<'a>: Part<'a> + Copy {
    /// The count.
    fn count(self) -> usize;

    /// The number for a count, and the count that it states: less where the number is too small.
    fn of_count(count: usize) -> (Self, usize);
}

macro_rules! counts {
    ($($kind:ty),*) => {
        $(
            impl<'a> Number<'a> for $kind {
                fn count(self) -> usize {
                    usize::try_from(self).unwrap_or(usize::MAX)
                }

                fn of_count(count: usize) -> (Self, usize) {
                    let number = Self::try_from(count).unwrap_or(Self::MAX);
                    (number, number.count())
                }
            }
        )*
    };
}

counts!(u8, u16, u32);

/// Items behind their number, which is an `N`. Reading stops at the end of the bytes even when the number says more:
/// captured messages disagree, and memory grows with the bytes, never with the number.
#[derive(Debug, Clone, PartialEq)]
pub struct List<N, T> {
    /// The items.
    pub items: Vec<T>,
    number: PhantomData<N>,
}

impl<N, T> Default for List<N, T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            number: PhantomData,
        }
    }
}

impl<N, T> From<Vec<T>> for List<N, T> {
    fn from(items: Vec<T>) -> Self {
        Self {
            items,
            number: PhantomData,
        }
    }
}

impl<'a, N: Number<'a>, T: Part<'a>> Part<'a> for List<N, T> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (mut input, number) = N::parse(input, edition)?;
        let mut items = Vec::new();
        for _ in 0..number.count() {
            if input.is_empty() {
                break;
            }
            let (rest, item) = T::parse(input, edition)?;
            if rest.len() == input.len() {
                break;
            }
            items.push(item);
            input = rest;
        }
        Ok((input, Self::from(items)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        let (number, count) = N::of_count(self.items.len());
        number.write(out, edition);
        for item in self.items.iter().take(count) {
            item.write(out, edition);
        }
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut walk = Walk::new(raw, at, edition);
        walk.step::<N>("count", "数量");
        steps::<T>(&mut walk, self.items.len());
        Shown::parts(walk.finish())
    }
}

/// Items until the bytes end.
#[derive(Debug, Clone, PartialEq)]
pub struct Items<T> {
    /// The items.
    pub items: Vec<T>,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}

impl<'a, T: Part<'a>> Part<'a> for Items<T> {
    fn parse(mut input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let mut items = Vec::new();
        while !input.is_empty() {
            let (rest, item) = T::parse(input, edition)?;
            if rest.len() == input.len() {
                break;
            }
            items.push(item);
            input = rest;
        }
        Ok((input, Self { items }))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        for item in &self.items {
            item.write(out, edition);
        }
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut walk = Walk::new(raw, at, edition);
        steps::<T>(&mut walk, self.items.len());
        Shown {
            value: Value::Parts,
            ..Shown::parts(walk.finish())
        }
    }
}

/// Notes items under their numbers.
fn steps<'a, T: Part<'a>>(walk: &mut Walk<'a>, count: usize) {
    for index in 0..count {
        walk.step::<T>(Cow::Owned(index.to_string()), "");
    }
}

/// Items behind their number (`N`), and in 2011 behind the number in this packet (`M`) as well.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<N, M, T> {
    /// The number of all items, over all packets in 2011. Written as it is for 2011, as the items' number otherwise.
    pub total: N,
    /// The items.
    pub items: Vec<T>,
    in_packet: PhantomData<M>,
}

impl<N: Default, M, T> Default for Listed<N, M, T> {
    fn default() -> Self {
        Self {
            total: N::default(),
            items: Vec::new(),
            in_packet: PhantomData,
        }
    }
}

impl<N: Number<'static>, M, T> From<Vec<T>> for Listed<N, M, T> {
    fn from(items: Vec<T>) -> Self {
        Self {
            total: N::of_count(items.len()).0,
            items,
            in_packet: PhantomData,
        }
    }
}

impl<'a, N: Number<'a>, M: Number<'a>, T: Part<'a>> Part<'a> for Listed<N, M, T> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        if edition.is_2011() {
            let (input, total) = N::parse(input, edition)?;
            let (input, list) = List::<M, T>::parse(input, edition)?;
            return Ok((
                input,
                Self {
                    total,
                    items: list.items,
                    in_packet: PhantomData,
                },
            ));
        }
        let (input, List { items, .. }) = List::<N, T>::parse(input, edition)?;
        let (total, _) = N::of_count(items.len());
        Ok((
            input,
            Self {
                total,
                items,
                in_packet: PhantomData,
            },
        ))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        let count = if edition.is_2011() {
            self.total.write(out, edition);
            let (number, count) = M::of_count(self.items.len());
            number.write(out, edition);
            count
        } else {
            let (number, count) = N::of_count(self.items.len());
            number.write(out, edition);
            count
        };
        for item in self.items.iter().take(count) {
            item.write(out, edition);
        }
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut walk = Walk::new(raw, at, edition);
        walk.step::<N>("count", "总数");
        if edition.is_2011() {
            walk.step::<M>("count_in_packet", "包数量");
        }
        steps::<T>(&mut walk, self.items.len());
        Shown::parts(walk.finish())
    }
}

/// A part that is there when bytes are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trailing<T>(
    /// The part.
    pub Option<T>,
);

impl<'a, T: Part<'a>> Part<'a> for Trailing<T> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        if input.is_empty() {
            return Ok((input, Self(None)));
        }
        let (input, part) = T::parse(input, edition)?;
        Ok((input, Self(Some(part))))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        if let Some(part) = &self.0 {
            part.write(out, edition);
        }
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        self.0
            .as_ref()
            .map_or_else(|| Shown::plain(Value::Bytes), |part| part.show(raw, at, edition))
    }
}

/// Everything that is left: a part where it fits exactly, else the bare bytes.
#[derive(Debug, Clone, PartialEq)]
pub enum Readable<'a, T> {
    /// The part.
    Read(T),
    /// Bytes that are no such part.
    Raw(&'a [u8]),
}

impl<T> Default for Readable<'_, T> {
    fn default() -> Self {
        Self::Raw(&[])
    }
}

impl<'a, T: Part<'a>> Part<'a> for Readable<'a, T> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let rest = input.get(input.len()..).unwrap_or_default();
        match T::parse(input, edition) {
            Ok((left, part)) if left.is_empty() && !input.is_empty() => Ok((rest, Self::Read(part))),
            _ => Ok((rest, Self::Raw(input))),
        }
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        match self {
            Self::Read(part) => part.write(out, edition),
            Self::Raw(bytes) => out.extend_from_slice(bytes),
        }
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        match self {
            Self::Read(part) => part.show(raw, at, edition),
            Self::Raw(_) => Shown::plain(Value::Bytes),
        }
    }
}
