//! Bytes of every released schema decode for ever, and say what they said when they were written.
//!
//! `fixtures/released/<number>/<topic>.jsonl` holds messages with every field set, encoded by another implementation
//! of protobuf (`make.py` beside them), with the JSON that it makes of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use events::Topic;
use serde_json::Value;

#[test]
fn bytes_of_released_schemas_decode_to_what_they_said() {
    let releases = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/released");
    let mut tried = 0;
    for release in std::fs::read_dir(releases)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if !release.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(release)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            let name = file.file_stem().unwrap().to_str().unwrap();
            let topic = Topic::from_name(name).unwrap_or_else(|| panic!("the released topic {name} is gone"));
            for line in std::fs::read_to_string(&file).unwrap().lines() {
                let golden: Value = serde_json::from_str(line).unwrap();
                let bytes = from_hex(golden["bytes"].as_str().unwrap());
                let found = topic.to_json(&bytes).unwrap();
                assert_eq!(plain(&found), plain(&golden["value"]), "{}", file.display());
                tried += 1;
            }
        }
    }
    assert!(tried >= 40, "only {tried} messages were tried");
}

/// The same JSON with one spelling of what proto3 JSON lets be spelled in several ways: the zone of a time, and
/// whether a whole number has a decimal point.
fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) => text.replace("+00:00", "Z").into(),
        Value::Number(number) => number.as_f64().into(),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect(),
        other => other.clone(),
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
