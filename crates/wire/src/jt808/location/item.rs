use std::borrow::Cow;
use std::fmt;

use super::items::ItemValue;
use crate::jt808::edition::Edition;
use crate::jt808::part::{Bytes, Octets, Parsed, Part, Scaled, Shown, Walk, layout};
use crate::shown::unit_of;
use crate::{Field, Value};

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
        if let Some(tail) = self.fixed_tail() {
            walk.push(raw.len(), |raw, at| {
                tail.show(raw, at, edition)
                    .into_field("tail", "固定附加信息", at, raw)
            });
            return Shown::parts(walk.finish());
        }
        for item in self.iter() {
            let length = item.value.0.len().saturating_add(2);
            walk.push(length, |raw, at| item.field(raw, at, edition));
        }
        Shown::parts(walk.finish())
    }
}

impl<'a> Item<'a> {
    /// What the item means, where its id and length are known.
    #[must_use]
    pub fn typed(&self) -> Option<ItemValue<'a>> {
        ItemValue::parse(self.id, self.value.0)
    }

    /// Id, length and value as one field that has the item's name and, where it is one number or text, its value.
    fn field(&self, raw: &'a [u8], at: usize, edition: Edition) -> Field {
        let typed = self.typed();
        let (name, name_zh) = match &typed {
            Some(typed) => (Cow::Borrowed(typed.row().name), typed.row().name_zh),
            None => (Cow::Owned(format!("item_{:02x}", self.id)), "自定义附加信息"),
        };
        let mut walk = Walk::new(raw, at, edition);
        walk.push(1, |raw, at| {
            Shown::plain(Value::Text(format!("0x{:02X}", self.id))).into_field("id", "附加信息ID", at, raw)
        });
        walk.step::<u8>("length", "附加信息长度");
        let mut whole = Shown::parts(Vec::new());
        walk.push(self.value.0.len(), |raw, at| {
            let Some(typed) = typed else {
                whole.value = Value::Bytes;
                return Shown::plain(Value::Bytes).into_field("unknown", "未知", at, raw);
            };
            let shown = typed.show(self.value.0, at);
            whole.value = shown.value.clone();
            whole.note.clone_from(&shown.note);
            let mut value = shown.into_field("value", "附加信息", at, raw);
            value.unit = unit_of(typed.row().name);
            value
        });
        whole.parts = walk.finish();
        whole.into_field(name, name_zh, at, raw)
    }
}

layout! {
    /// What some terminals send behind the basic part instead of items: 18 bytes.
    pub struct FixedTail {
        /// Battery or mileage, by model.
        first: u32 = "剩余电量/里程",
        /// Total distance.
        odometer_km: u32 = "里程",
        /// Voltage of the battery.
        battery_v: Scaled<u16, 10> = "电池电压",
        /// Id of an area.
        area_id: u32 = "区域ID",
        /// Strength of the mobile network.
        signal: u8 = "信号强度",
        /// Not used.
        reserved: Octets<3> = "预留",
    }
}

impl ItemList<'_> {
    /// The bytes as the fixed 18 bytes of some terminals, where they are no items.
    #[must_use]
    pub fn fixed_tail(self) -> Option<FixedTail> {
        if self.0.len() != 18 || self.rest().is_empty() {
            return None;
        }
        FixedTail::parse(self.0, Edition::default())
            .ok()
            .map(|(_, tail)| tail)
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

    /// Adds an item by its meaning.
    #[must_use]
    pub fn with_value(self, value: &ItemValue<'_>) -> Self {
        let mut bytes = Vec::new();
        value.write(&mut bytes);
        self.with(value.row().id, &bytes)
    }
}
