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
