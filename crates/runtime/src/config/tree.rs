//! The merged TOML values. Every key and value knows its place, counted over all layers.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) type Tree<'a> = DeTable<'a>;
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// An entry that was taken out.
pub(super) struct Entry {
    /// Keys from the section down.
    pub(super) path: Vec<String>,
    /// Its own key.
    pub(super) key: String,
}

/// Puts `over` over `base`: tables are merged, everything else is replaced.
pub(super) fn merge<'a>(base: &mut Tree<'a>, over: Tree<'a>) {
    for (key, value) in over {
        let Some(existing) = base.get_mut(key.get_ref().as_ref()) else {
            base.insert(key, value);
            continue;
        };
        match (existing.get_mut(), value) {
            (DeValue::Table(existing), value) if value.get_ref().is_table() => {
                if let DeValue::Table(table) = value.into_inner() {
                    merge(existing, table);
                }
            }
            (_, value) => {
                // The key's place is that of the layer that won.
                base.remove(key.get_ref().as_ref());
                base.insert(key, value);
            }
        }
    }
}

/// The table with all places moved by `base`.
pub(super) fn moved(table: Tree<'_>, base: usize) -> Tree<'_> {
    table
        .into_iter()
        .map(|(key, value)| {
            let span = key.span();
            let key = Spanned::new(span.start + base..span.end + base, key.into_inner());
            (key, moved_value(value, base))
        })
        .collect()
}

/// The value with all places moved by `base`.
fn moved_value(value: Value<'_>, base: usize) -> Value<'_> {
    let span = value.span();
    let inner = match value.into_inner() {
        DeValue::Table(table) => DeValue::Table(moved(table, base)),
        DeValue::Array(array) => {
            DeValue::Array(array.into_iter().map(|item| moved_value(item, base)).collect())
        }
        other => other,
    };
    Spanned::new(span.start + base..span.end + base, inner)
}

/// A value below a path of keys, all in one place.
pub(super) fn nested<'a>(path: &[String], value: Value<'a>, span: &Range<usize>) -> Tree<'a> {
    let mut tree = Tree::new();
    if let Some((first, rest)) = path.split_first() {
        let value = if rest.is_empty() {
            value
        } else {
            Spanned::new(span.clone(), DeValue::Table(nested(rest, value, span)))
        };
        tree.insert(Spanned::new(span.clone(), Cow::Owned(first.clone())), value);
    }
    tree
}

/// Takes out the innermost entry that stands at `span`.
pub(super) fn remove_at(value: &mut Value<'_>, span: &Range<usize>) -> Option<Entry> {
    let DeValue::Table(table) = value.get_mut() else {
        return None;
    };
    let holds = |place: Range<usize>| place.start <= span.start && span.end <= place.end;
    for (key, child) in table.iter_mut() {
        if let Some(mut entry) = remove_at(child, span) {
            entry.path.insert(0, key.get_ref().to_string());
            return Some(entry);
        }
    }
    let key = table
        .iter()
        .find(|(key, child)| holds(key.span()) || holds(child.span()))
        .map(|(key, _)| key.get_ref().to_string())?;
    table.remove(key.as_str());
    Some(Entry {
        path: vec![key.clone()],
        key,
    })
}

/// Changes the value that stands exactly at `span`.
pub(super) fn value_at<'v, 'a>(value: &'v mut Value<'a>, span: &Range<usize>) -> Option<&'v mut Value<'a>> {
    if value.span() == *span && !value.get_ref().is_table() {
        return Some(value);
    }
    let DeValue::Table(table) = value.get_mut() else {
        return None;
    };
    table.iter_mut().find_map(|(_, child)| value_at(child, span))
}

/// Place of the value under a dotted key; of the nearest table above it when it is not there.
pub(super) fn find(root: &Tree<'_>, path: &str) -> Option<Range<usize>> {
    let mut table = root;
    let mut place = None;
    for key in path.split('.') {
        let Some((found, value)) = table.get_key_value(key) else {
            break;
        };
        place = Some(found.span());
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    place
}
