use std::borrow::Cow;

use super::{Part, Shown};
use crate::{Field, Value};

/// Walks through bytes part by part and notes every part as a field.
pub(crate) struct Walk<'a> {
    rest: &'a [u8],
    at: usize,
    fields: Vec<Field>,
}

impl<'a> Walk<'a> {
    pub(crate) const fn new(raw: &'a [u8], at: usize) -> Self {
        Self {
            rest: raw,
            at,
            fields: Vec::new(),
        }
    }

    /// Notes the next part under a name; bytes that do not hold one are left for [`Walk::finish`].
    pub(crate) fn step<P: Part<'a>>(&mut self, name: impl Into<Cow<'static, str>>, name_zh: &'static str) {
        let Ok((rest, part)) = P::parse(self.rest) else {
            return;
        };
        let length = self.rest.len().saturating_sub(rest.len());
        self.push(length, name, name_zh, |raw, at| part.show(raw, at));
    }

    /// As [`Walk::step`], when the part takes the next `length` bytes whole.
    pub(crate) fn exactly<P: Part<'a>>(&mut self, length: usize, name: &'static str, name_zh: &'static str) {
        let Some(raw) = self.rest.get(..length) else {
            return;
        };
        if P::parse(raw).is_ok_and(|(rest, _)| rest.is_empty()) {
            self.step::<P>(name, name_zh);
        }
    }

    /// Notes the next `length` bytes under a name.
    pub(crate) fn push(
        &mut self,
        length: usize,
        name: impl Into<Cow<'static, str>>,
        name_zh: &'static str,
        show: impl FnOnce(&'a [u8], usize) -> Shown,
    ) {
        let Some((raw, rest)) = self.rest.split_at_checked(length) else {
            return;
        };
        if length > 0 {
            self.fields
                .push(show(raw, self.at).into_field(name, name_zh, self.at, raw));
        }
        self.rest = rest;
        self.at = self.at.saturating_add(length);
    }

    /// The fields; bytes that are left are one field `unknown`.
    pub(crate) fn finish(mut self) -> Vec<Field> {
        let left = self.rest.len();
        self.push(left, "unknown", "未知", |_, _| Shown::plain(Value::Bytes));
        self.fields
    }
}
