//! Every case of the open data: positive ones read to the values that their source asserts, defective ones are
//! rejected for the right reason.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use wire::jt808::{Analysed, Edition, analyse, analyse_body};
use wire::{ErrorKind, Field, Value};

use super::shared::{self, Line};

/// Cases that are left, with what would be needed.
const LEFT: &[(&str, &str)] = &[
    ("vendor items that the reference does not lay out", "vendor item"),
    (
        "what a test registers for itself: custom items, commands and messages",
        "custom",
    ),
    (
        "properties of the peer's own objects, no content of the message",
        "peer object",
    ),
    (
        "alarms that a model's maker defined for itself in bits of the standard",
        "bits of the model",
    ),
    (
        "asserted values that the bytes do not hold, or hold in another order than the standard's",
        "not in the bytes",
    ),
];

/// Cases that are left by name: what they assert is not in their bytes by the layouts of the reference.
const NAMED: &[(&str, &[&str])] = &[
    (
        "vendor item",
        &[
            "Jt808/040",
            "Jt808/041",
            "Jt808/078",
            "Jt808/110",
            "Jt808/111",
            "Jt808/112",
            "j-0527",
            "j-0528",
            "j-0564",
            "j-0596",
            "j-0597",
            "j-0598",
        ],
    ),
    (
        "bits of the model",
        &["Jt808/067", "Jt808/108", "j-0553", "j-0594"],
    ),
    (
        "not in the bytes",
        &["j-0028", "j-0055", "j-0309", "j-0323", "j-0335"],
    ),
];

/// What became of a case.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
enum Outcome {
    /// Read, and every asserted value found; how many there were.
    Values(usize),
    /// Read; the source asserts no values.
    Reads,
    /// Rejected as it should be.
    Rejected(&'static str),
    /// Left for the reason.
    Left(&'static str),
    /// Wrong.
    Wrong(String),
}

#[test]
fn the_open_data() {
    let Some(lines) = shared::frames() else { return };
    let mut table: BTreeMap<String, BTreeMap<&'static str, usize>> = BTreeMap::new();
    let mut values = 0;
    let mut wrong = Vec::new();
    let mut left = BTreeMap::<&'static str, Vec<String>>::new();
    for line in &lines {
        let outcome = judge(line);
        let column = match &outcome {
            Outcome::Values(_) => "values right",
            Outcome::Reads => "reads",
            Outcome::Rejected(_) => "rejected",
            Outcome::Left(_) => "left",
            Outcome::Wrong(_) => "wrong",
        };
        *table
            .entry(line.source.clone())
            .or_default()
            .entry(column)
            .or_default() += 1;
        match outcome {
            Outcome::Values(count) => values += count,
            Outcome::Left(why) => left.entry(why).or_default().push(line.id.clone()),
            Outcome::Wrong(what) => wrong.push(format!(
                "{} {} {}: {what}",
                line.id,
                line.text("/path"),
                line.text("/case")
            )),
            _ => {}
        }
    }
    for (source, columns) in &table {
        println!("{source}: {columns:?}");
    }
    println!("{} cases, {values} asserted values found", lines.len());
    for (why, ids) in &left {
        let reason = LEFT
            .iter()
            .find(|(_, key)| key == why)
            .map_or(*why, |(reason, _)| reason);
        println!("left, {reason}: {}", ids.join(" "));
    }
    assert!(
        wrong.is_empty(),
        "{} cases are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Runs one case.
fn judge(line: &Line) -> Outcome {
    if let Some(frames) = line.json.pointer("/expected/frames").and_then(Json::as_array) {
        return stream(line, frames.len());
    }
    if line.text("/expected/reassembled_type") == "0x0801" {
        return parts(line);
    }
    let items = match (line.body_id(), line.text("/form")) {
        (Some((id, edition)), _) => vec![analyse_body(id, edition, &line.bytes)],
        (None, "header+body") => analyse(&delimited(&line.bytes)),
        (None, "body") => return Outcome::Left("custom"),
        _ => analyse(&line.bytes),
    };
    let id = line
        .json
        .pointer("/check/type")
        .or_else(|| line.json.pointer("/computed/msg_id"))
        .and_then(Json::as_str);
    let fact = |traccar: &str, peer: &str| {
        line.json
            .pointer(traccar)
            .or_else(|| line.json.pointer(peer))
            .and_then(Json::as_bool)
    };
    let checksum = fact("/check/checksum_ok", "/computed/checksum_ok");
    // The peers' lengths are those of a header with a serial of two bytes.
    let short = matches!(id, Some("0x5501" | "0x5502"));
    let length = fact("/check/length_ok", "/computed/len_ok").map(|right| right || short);
    let errors: Vec<ErrorKind> = items
        .iter()
        .filter_map(|item| item.error.as_ref())
        .map(|error| error.kind)
        .collect();
    let unescapes = line.text("/check/note").starts_with("valid only after");
    let sound = items.iter().all(|item| item.error.is_none()) && !items.is_empty();
    let wire_bytes = line.json.get("escaped") == Some(&Json::Bool(false)) && sound;
    match (checksum, length) {
        (Some(false), _) if !unescapes && !wire_bytes => {
            return rejected(&errors, ErrorKind::Checksum, "checksum");
        }
        (Some(true), Some(false)) => return rejected(&errors, ErrorKind::Length, "length"),
        (None, None) if line.id == "Jt808/003" => return rejected(&errors, ErrorKind::Checksum, "checksum"),
        _ => {}
    }
    if let Some(error) = items.iter().find_map(|item| item.error.as_ref()) {
        return Outcome::Wrong(error.to_string());
    }
    if items.is_empty() {
        return Outcome::Wrong("nothing was found".to_owned());
    }
    expectations(line, &items)
}

fn rejected(errors: &[ErrorKind], kind: ErrorKind, name: &'static str) -> Outcome {
    if errors.contains(&kind) {
        Outcome::Rejected(name)
    } else {
        Outcome::Wrong(format!("no {name} error: {errors:?}"))
    }
}

/// The content of a frame between delimiters, with its checksum.
fn delimited(content: &[u8]) -> Vec<u8> {
    let sum = content.iter().fold(0, |sum, byte| sum ^ byte);
    let mut bytes = vec![0x7E];
    for byte in content.iter().chain([&sum]) {
        match byte {
            0x7D => bytes.extend([0x7D, 1]),
            0x7E => bytes.extend([0x7D, 2]),
            other => bytes.push(*other),
        }
    }
    bytes.push(0x7E);
    bytes
}

/// Splitting of a stream whose contents are no valid messages: as many stretches as the source says, or more where
/// it drops what stands between two delimiters.
fn stream(line: &Line, expected: usize) -> Outcome {
    let items = analyse(&line.bytes);
    let checked = items.iter().filter(|item| {
        item.error
            .as_ref()
            .is_some_and(|error| error.kind == ErrorKind::Checksum)
    });
    if checked.count() == expected {
        Outcome::Rejected("checksum")
    } else {
        Outcome::Wrong("other frames".to_owned())
    }
}

/// A capture with missing sub-packets: nothing is joined.
fn parts(line: &Line) -> Outcome {
    let frames: Vec<Vec<u8>> = line
        .json
        .pointer("/frames")
        .and_then(Json::as_array)
        .map(|frames| {
            frames
                .iter()
                .map(|frame| hex::decode(frame.as_str().unwrap()).unwrap())
                .collect()
        })
        .unwrap_or_else(|| vec![line.bytes.clone()]);
    let items: Vec<Analysed> = frames.iter().flat_map(|frame| analyse(frame)).collect();
    if items.iter().any(|item| !item.joined.is_empty()) {
        return Outcome::Wrong("joined although parts are missing".to_owned());
    }
    Outcome::Reads
}

/// Looks for every value that the source asserts among the values of the fields.
fn expectations(line: &Line, items: &[Analysed]) -> Outcome {
    let mut found = Found::default();
    for item in items {
        if let Some(header) = &item.header {
            found.texts.insert(header.phone.digits());
            found.texts.insert(header.phone.hex());
            found.number(f64::from(header.id));
            found.texts.insert(format!("0x{:04x}", header.id));
            found.number(f64::from(header.serial));
            found.number(f64::from(header.properties.0));
        }
        found.number(item.body.len() as f64);
        found.fields(&item.fields);
        found.number(f64::from(item.edition.year()));
        found.number(if item.edition == Edition::V2019 { 1.0 } else { 0.0 });
    }
    let mut leaves = Vec::new();
    if let Some(expected) = line.json.get("expected") {
        leaf(expected, "", &mut leaves);
    }
    leaves.retain(|(name, _)| !skipped(name));
    let missing: Vec<String> = leaves
        .iter()
        .filter(|(name, value)| !found.has(name, value))
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    if !missing.is_empty() {
        return reason(line, items).map_or_else(|| Outcome::Wrong(missing.join(", ")), Outcome::Left);
    }
    if leaves.is_empty() {
        Outcome::Reads
    } else {
        Outcome::Values(leaves.len())
    }
}

/// Why a value cannot be found, where that is known.
fn reason(line: &Line, items: &[Analysed]) -> Option<&'static str> {
    let id = items
        .first()
        .and_then(|item| item.header.map(|header| header.id))
        .or(line.body_id().map(|(id, _)| id));
    let named = NAMED.iter().find(|(_, ids)| ids.contains(&line.id.as_str()));
    if let Some((why, _)) = named {
        return Some(why);
    }
    let case = format!("{}{}", line.text("/path"), line.text("/case"));
    match id {
        Some(0x0900 | 0x8900) => Some("vendor item"),
        _ if case.contains("Demo") || case.contains("Test4") => Some("custom"),
        _ if case.contains("Splitter") => Some("peer object"),
        _ => None,
    }
}

/// Names of assertions that are about the peer's objects or notes on the case.
fn skipped(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "note",
        "traccar_check",
        "attribute_const",
        "value_type",
        "roundtrip",
        "decodes",
        "parses",
        "checksum_valid",
        "attribute",
        "refCnt",
        "size()",
        "type",
        "ActiveSafetyType",
        "absent",
        "differs",
        "frame",
        "Bodies",
    ];
    let last = name.rsplit('/').next().unwrap_or(name);
    WORDS.contains(&last) || name.contains("longitude_note")
}

/// Leaves of a JSON value with their paths.
fn leaf<'a>(value: &'a Json, path: &str, out: &mut Vec<(String, &'a Json)>) {
    match value {
        Json::Object(map) => map
            .iter()
            .for_each(|(name, value)| leaf(value, &format!("{path}/{name}"), out)),
        Json::Array(items) => items.iter().for_each(|value| leaf(value, path, out)),
        Json::Null => {}
        value => out.push((path.to_owned(), value)),
    }
}

/// Values of fields: numbers as shown and as raw, texts as shown and as raw.
#[derive(Default)]
struct Found {
    numbers: Vec<f64>,
    texts: BTreeSet<String>,
    flags: BTreeSet<&'static str>,
}

impl Found {
    fn number(&mut self, number: f64) {
        self.numbers.push(number);
    }

    fn fields(&mut self, fields: &[Field]) {
        for field in fields {
            let numbers = field.parts.iter().map(|part| match part.value {
                Value::Integer(number) => Some(number.to_string()),
                _ => None,
            });
            if let Some(numbers) = numbers.collect::<Option<Vec<_>>>() {
                self.texts.insert(format!("[{}]", numbers.join(",")));
            }
            match &field.value {
                Value::Integer(number) => self.number(*number as f64),
                Value::Number(number) => self.number(*number),
                Value::Text(text) => {
                    self.texts.insert(text.clone());
                }
                Value::Flags(names) => self.flags.extend(names),
                _ => {}
            }
            self.number(field.raw.len() as f64);
            self.number(field.parts.len() as f64);
            if let Ok(word) = <[u8; 4]>::try_from(field.raw.as_slice()) {
                self.number(f64::from(i32::from_be_bytes(word)));
            }
            if field.value == Value::Bytes {
                self.numbers.extend(field.raw.iter().map(|byte| f64::from(*byte)));
            }
            if field.raw.len() <= 8 {
                let raw = field
                    .raw
                    .iter()
                    .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
                self.number(raw as f64);
            }
            self.texts.insert(hex::encode(&field.raw));
            self.texts
                .insert(String::from_utf8_lossy(&field.raw).into_owned());
            self.fields(&field.parts);
        }
    }

    fn has(&self, name: &str, value: &Json) -> bool {
        match value {
            Json::Number(number) => self.has_number(name, number.as_f64().unwrap()),
            Json::String(text) => {
                self.has_text(text)
                    || text
                        .parse::<f64>()
                        .is_ok_and(|number| self.has_number(name, number))
            }
            Json::Bool(_) => true,
            _ => false,
        }
    }

    /// The number itself, or under the scales that sources use: raw tenths and hundredths, millivolts, metres, knots.
    fn has_number(&self, name: &str, wanted: f64) -> bool {
        let scales: &[f64] = if name.ends_with("value") || name.contains("_deg") {
            &[1.0, 1e3, 1e-3, 1e-1, 1e-2, 1.852, 1e-6, 0.539_956_803]
        } else {
            &[1.0]
        };
        self.numbers.iter().any(|number| {
            scales
                .iter()
                .any(|scale| (number * scale - wanted).abs() <= 1e-6 * wanted.abs().max(1.0))
        }) || self
            .numbers
            .iter()
            .any(|number| *number == -wanted && wanted < 0.0)
    }

    fn has_text(&self, wanted: &str) -> bool {
        let wanted = wanted.trim();
        let digits: String = wanted.chars().filter(char::is_ascii_digit).collect();
        let time = wanted.len() >= 10 && wanted.as_bytes().get(4) == Some(&b'-');
        wanted.is_empty()
            || self
                .texts
                .iter()
                .any(|text| text == wanted || text.trim_end_matches('\0').trim() == wanted)
            || self
                .texts
                .iter()
                .any(|text| text.contains(wanted) && wanted.len() > 3)
            || self.flags.contains(wanted)
            || (time
                && self.texts.iter().any(|text| {
                    text.len() >= 6
                        && (digits.ends_with(text)
                            || digits[2..].starts_with(text)
                            || text.contains(&digits[2..8]))
                }))
            || self
                .texts
                .contains(&format!("0x{}", wanted.trim_start_matches("0x").to_lowercase()))
            || (wanted.len() > 3 && self.texts.contains(&wanted.to_lowercase()))
    }
}
