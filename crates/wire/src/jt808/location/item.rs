use std::borrow::Cow;
use std::fmt;

use crate::jt808::edition::Edition;
use crate::jt808::part::{Bytes, Parsed, Part, Shown, Walk};

/// The additional items of a position as received, read one by one while iterating: no item can spoil the position.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct ItemList<'a>(
    /// The bytes.
    pub &'a [u8],
);

/// One additional item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item<'a> {
    /// Its id.
    pub id: u8,
    /// Its value.
    pub value: Bytes<'a>,
}

impl<'a> ItemList<'a> {
    /// The items in order. Ends early where an item says that it is longer than the bytes that are left.
    #[must_use]
    pub const fn iter(self) -> ItemIter<'a> {
        ItemIter { rest: self.0 }
    }

    /// The bytes at the end that are no item: empty in a sound message.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        let mut items = self.iter();
        while items.next().is_some() {}
        items.rest
    }

    /// Value of the first item of this id.
    #[must_use]
    pub fn get(self, id: u8) -> Option<&'a [u8]> {
        self.iter().find(|item| item.id == id).map(|item| item.value.0)
    }
}

impl fmt::Debug for ItemList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> IntoIterator for ItemList<'a> {
    type Item = Item<'a>;
    type IntoIter = ItemIter<'a>;

    fn into_iter(self) -> ItemIter<'a> {
        self.iter()
    }
}

/// Iterator over [`ItemList`].
#[derive(Debug, Clone)]
pub struct ItemIter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for ItemIter<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let (&[id, length], after) = self.rest.split_first_chunk::<2>()?;
        let (value, rest) = after.split_at_checked(usize::from(length))?;
        self.rest = rest;
        Some(Item {
            id,
            value: Bytes(value),
        })
    }
}

impl<'a> Part<'a> for ItemList<'a> {
    #[inline]
    fn parse(input: &'a [u8], _: Edition) -> Parsed<'a, Self> {
        Ok((input.get(input.len()..).unwrap_or_default(), Self(input)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.extend_from_slice(self.0);
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut walk = Walk::new(raw, at, edition);
        for item in self.iter() {
            let length = item.value.0.len().saturating_add(2);
            walk.push(length, |raw, at| {
                Shown::plain(crate::Value::Bytes).into_field(
                    Cow::Owned(format!("item_{:02x}", item.id)),
                    "",
                    at,
                    raw,
                )
            });
        }
        Shown::parts(walk.finish())
    }
}

/// Additional items to be sent, one after another.
#[derive(Debug, Clone, Default)]
pub struct ItemBuf(Vec<u8>);

impl ItemBuf {
    /// Adds an item; a value over 255 bytes is cut.
    #[must_use]
    pub fn with(mut self, id: u8, value: &[u8]) -> Self {
        let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
        self.0.extend([id, length]);
        self.0.extend(value.iter().take(usize::from(length)));
        self
    }

    /// The items.
    #[must_use]
    pub fn list(&self) -> ItemList<'_> {
        ItemList(&self.0)
    }
}
