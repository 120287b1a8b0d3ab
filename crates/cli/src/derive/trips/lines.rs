//! Trips and stops as JSON Lines, a `kind` first and the names of the schema.

use std::io::{self, Write};

use events::trip::v1::Trip;
use serde_json::{Map, Value};
use trips::engine::Record;

/// Writes one line per record.
pub(super) fn write(out: &mut impl Write, records: &[Record]) -> anyhow::Result<()> {
    for record in records {
        let (kind, value) = match record {
            Record::Trip(trip) => ("trip", serde_json::to_value(trip)?),
            Record::Stop(stop) => ("stop", serde_json::to_value(stop)?),
        };
        let mut line = Map::new();
        line.insert("kind".to_owned(), Value::from(kind));
        if let Value::Object(fields) = snake_case(value) {
            line.extend(fields);
        }
        serde_json::to_writer(&mut *out, &line).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The trips among records.
pub(super) fn trips(records: &[Record]) -> Vec<&Trip> {
    records
        .iter()
        .filter_map(|record| match record {
            Record::Trip(trip) => Some(trip),
            Record::Stop(_) => None,
        })
        .collect()
}

/// The same value with the field names of the schema instead of their JSON form.
fn snake_case(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| (snake_case_name(&name), snake_case(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(snake_case).collect()),
        other => other,
    }
}

fn snake_case_name(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
