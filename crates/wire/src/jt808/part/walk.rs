use std::borrow::Cow;

use super::Part;
use crate::Field;
use crate::jt808::edition::Edition;

/// Walks through bytes part by part and notes every part as a field.
pub(crate) struct Walk<'a> {
    rest: &'a [u8],
    at: usize,
    edition: Edition,
    fields: Vec<Field>,
}

impl<'a> Walk<'a> {
    pub(crate) const fn new(raw: &'a [u8], at: usize, edition: Edition) -> Self {
        Self {
            rest: raw,
            at,
            edition,
            fields: Vec::new(),
        }
    }

    /// Notes the next part under a name; bytes that do not hold one are left for [`Walk::finish`].
    pub(crate) fn step<P: Part<'a>>(&mut self, name: impl Into<Cow<'static, str>>, name_zh: &'static str) {
        let Ok((rest, part)) = P::parse(self.rest, self.edition) else {
            return;
        };
        let length = self.rest.len().saturating_sub(rest.len());
        let raw = self.rest.get(..length).unwrap_or_default();
        if length > 0 {
            let shown = part.show(raw, self.at, self.edition);
            self.fields.push(shown.into_field(name, name_zh, self.at, raw));
        }
        self.rest = rest;
        self.at = self.at.saturating_add(length);
    }

    /// Notes the parts of the next part without a name around them.
    pub(crate) fn flat<P: Part<'a>>(&mut self) {
        let Ok((rest, part)) = P::parse(self.rest, self.edition) else {
            return;
        };
        let length = self.rest.len().saturating_sub(rest.len());
        let raw = self.rest.get(..length).unwrap_or_default();
        self.fields.extend(part.show(raw, self.at, self.edition).parts);
        self.rest = rest;
        self.at = self.at.saturating_add(length);
    }

    /// Notes the next `length` bytes as a field that is shown by the caller.
    pub(crate) fn push(&mut self, length: usize, field: impl FnOnce(&'a [u8], usize) -> Field) {
        let Some((raw, rest)) = self.rest.split_at_checked(length) else {
            return;
        };
        if length > 0 {
            self.fields.push(field(raw, self.at));
        }
        self.rest = rest;
        self.at = self.at.saturating_add(length);
    }

    /// The fields; bytes that are left are one field `unknown`.
    pub(crate) fn finish(mut self) -> Vec<Field> {
        if !self.rest.is_empty() {
            self.fields.push(Field {
                name: Cow::Borrowed("unknown"),
                name_zh: "未知",
                offset: self.at,
                raw: self.rest.to_vec(),
                value: crate::Value::Bytes,
                unit: "",
                note: String::new(),
                parts: Vec::new(),
            });
        }
        self.fields
    }
}
