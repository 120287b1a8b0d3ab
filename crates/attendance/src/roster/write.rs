//! Definitions as a roster file, such as [`super::file::read`] reads.

use serde::Serialize;
use serde_json::{Map, Value};

use super::file::NAMES;
use super::{Definitions, Sourced};

/// The definitions as TOML; punches are left out.
#[must_use]
pub fn write(definitions: &Definitions) -> String {
    let mut text = String::new();
    if let Value::Object(defaults) = value("defaults", &definitions.defaults.value) {
        text.push_str(&toml(&defaults));
    }
    tables("sites", &definitions.sites, &mut text);
    tables("persons", &definitions.persons, &mut text);
    tables("bindings", &definitions.bindings, &mut text);
    tables("shifts", &definitions.shifts, &mut text);
    tables("patterns", &definitions.patterns, &mut text);
    tables("rosters", &definitions.assignments, &mut text);
    tables("policies", &definitions.policies, &mut text);
    tables("calendars", &definitions.calendars, &mut text);
    tables("approvals", &definitions.approvals, &mut text);
    tables("presence", &definitions.presences, &mut text);
    tables("balances", &definitions.balances, &mut text);
    text
}

fn tables<T: Serialize>(section: &str, entries: &[Sourced<T>], text: &mut String) {
    for entry in entries {
        if let Value::Object(table) = value(section, &entry.value) {
            text.push_str(&format!("\n[[{section}]]\n"));
            text.push_str(&toml(&table));
        }
    }
}

/// A line for each field; what is in it stands in the line, as people write it.
fn toml(table: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (field, value) in table {
        text.push_str(&format!("{} = {}\n", key(field), inline(value)));
    }
    text
}

fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(table) => {
            let fields: Vec<String> = table
                .iter()
                .map(|(field, value)| format!("{} = {}", key(field), inline(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        other => other.to_string(),
    }
}

/// Weekdays may be written as `mon-fri`, which is a bare key as well.
fn key(field: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !field.is_empty() && field.chars().all(bare) {
        field.to_owned()
    } else {
        toml::Value::String(field.to_owned()).to_string()
    }
}

/// A message in the names of the file.
fn value(section: &str, message: &impl Serialize) -> Value {
    serde_json::to_value(message).map_or(Value::Null, |value| shortened(section, value))
}

fn shortened(section: &str, value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(|item| shortened(section, item)).collect(),
        Value::Object(table) => {
            if let (2, Some(start), Some(end)) = (
                table.len(),
                table.get("start").and_then(Value::as_str),
                table.get("end").and_then(Value::as_str),
            ) {
                return Value::String(format!("{start}-{end}"));
            }
            if let (2, Some(longitude), Some(latitude)) =
                (table.len(), table.get("longitude"), table.get("latitude"))
            {
                return Value::Array(vec![longitude.clone(), latitude.clone()]);
            }
            let fields = table.into_iter().map(|(field, value)| {
                let field = snake_case(&field);
                let value = match value {
                    Value::String(text) => Value::String(name(section, &field, text)),
                    // Names of weekdays are no fields.
                    week @ Value::Object(_) if field == "week" => week,
                    other => shortened(
                        if field == "cycle" || field == "days" {
                            &field
                        } else {
                            section
                        },
                        other,
                    ),
                };
                (field, value)
            });
            Value::Object(fields.collect())
        }
        other => other,
    }
}

/// `SHIFT_KIND_FIXED` is `fixed`.
fn name(section: &str, field: &str, text: String) -> String {
    let known = NAMES
        .iter()
        .find(|(of, named, _)| *of == section && *named == field);
    known
        .and_then(|(_, _, prefix)| text.strip_prefix(prefix))
        .map_or_else(|| text.clone(), |name| name.to_lowercase().replace('_', "-"))
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use crate::roster::{Definitions, file, records};

    #[test]
    fn what_is_written_is_read_as_the_same_records() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/team.toml");
        let text = std::fs::read_to_string(path).unwrap();
        let read = |text: &str| {
            let mut written = Definitions::default();
            let problems = file::read("team.toml", text, &|name| Err(name.to_owned()), &mut written);
            assert_eq!(problems, [], "{text}");
            written
        };
        let plain = |definitions: &Definitions| {
            let mut taken = Definitions::default();
            for record in records(definitions) {
                if record.topic != events::Topic::Punches {
                    taken.take(record.topic, &record.key, &record.value).unwrap();
                }
            }
            taken
        };
        let first = plain(&read(&text));
        let again = super::write(&first);
        let second = plain(&read(&again));
        assert_eq!(again, super::write(&second));
        assert_eq!(first.shifts.len(), 4);
        assert_eq!(
            first
                .patterns
                .iter()
                .map(|entry| &entry.value)
                .collect::<Vec<_>>(),
            second
                .patterns
                .iter()
                .map(|entry| &entry.value)
                .collect::<Vec<_>>()
        );
        let keys = |definitions: &Definitions| -> Vec<String> {
            records(definitions)
                .into_iter()
                .map(|record| record.key)
                .collect()
        };
        assert_eq!(keys(&first), keys(&second));
    }
}
