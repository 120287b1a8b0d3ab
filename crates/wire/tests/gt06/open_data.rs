//! Frames of other projects' test suites, beside the repository at `../shared/data/frames`: positive cases decode to what
//! the projects expect, damaged ones are refused for the right reason.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what was compared and what was skipped is to be seen"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value as Json;
use wire::gt06::{Checksum, Facts, Form, ItemValue, Message, Model, Splitter};
use wire::{ErrorKind, Field};

use super::worked_frames::leaves;

/// Lines of a file of frames, or `None` where the data are not there.
fn lines(file: &str) -> Option<Vec<Json>> {
    let shared = std::env::var_os("MILEPOST_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = shared.join("data/frames").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is not there, nothing was checked", path.display());
        return None;
    };
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a JSON line"))
            .collect(),
    )
}

/// Outcome of one case.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Decoded, and the expected value is there.
    Value,
    /// Decoded, and the expected kind of content is there.
    Content,
    /// Refused, as the damage demands.
    Refused(&'static str),
    /// The frames of the dialect without checksum.
    WithoutChecksum,
}

/// The source expects what the bytes do not say.
const WRONG_EXPECTATION: &[(&str, &str)] = &[(
    "7878293218061301261ccd0274c4ad050d7c96",
    "the source read the height from the checksum, 0x8429",
)];

fn check(hex_text: &str, model: Model, expected: &Json, name: &str) -> Outcome {
    let bytes = hex::decode(hex_text).expect("hex");
    let Some(split) = Splitter::default().next(&bytes) else {
        return Outcome::Refused("truncated");
    };
    let frame = match split.frame {
        Ok(frame) => frame,
        Err(error) => return Outcome::Refused(error.kind.name()),
    };
    assert_eq!(split.consumed, bytes.len(), "{name}");
    if let Some(whole) = expected.get("frame").and_then(Json::as_str) {
        assert_eq!(hex::encode(frame.raw), whole, "{name}");
    }
    let model = if model == Model::Standard {
        Model::evidence(&frame).unwrap_or_default()
    } else {
        model
    };
    let decoded = Message::parse(&frame, model).unwrap_or_else(|error| panic!("{name}: {error}"));
    let message = &decoded.message;
    assert!(!matches!(message, Message::Unknown(_)), "{name}: {message:?}");
    let mut fields = Vec::new();
    leaves(&message.show(frame.content, 0), &mut fields);
    if frame.checksum == Checksum::Absent {
        return Outcome::WithoutChecksum;
    }
    match expected.get("attribute").and_then(Json::as_str) {
        Some(attribute)
            if !WRONG_EXPECTATION
                .iter()
                .any(|(start, _)| hex_text.starts_with(start)) =>
        {
            compare(
                attribute,
                &expected["value"],
                &message.facts(),
                &fields,
                model,
                name,
            );
            Outcome::Value
        }
        _ => Outcome::Content,
    }
}

/// Compares a value under the name that the source gives it.
fn compare(attribute: &str, expected: &Json, facts: &Facts<'_>, fields: &[Field], model: Model, name: &str) {
    let attribute = attribute.trim_start_matches("KEY_").to_lowercase();
    let number = match expected {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    };
    let item = |name: &str| {
        facts
            .items
            .iter()
            .find(|item| item.name == name)
            .map(|item| item.value.clone())
    };
    let item_number = |name: &str| match item(name) {
        Some(ItemValue::Number(number)) => Some(number),
        _ => None,
    };
    let found = match attribute.as_str() {
        "power" => facts.external_v,
        "battery" => facts.battery_v,
        "batterylevel" | "battery_level" => facts
            .battery_percent
            .or_else(|| facts.voltage_level.and_then(|level| level.percent())),
        "altitude" => facts.altitude_m,
        "steps" => item_number("steps"),
        "humidity" => item_number("humidity_percent"),
        "tag1temp" => item_number("tag_temperature_degc"),
        "temp1" | "prefix_temp + 1" => item_number("temperature_degc"),
        "adc1" | "prefix_adc + 1" => item_number("adc_v"),
        "hours" => item_number("working_min").map(|minutes| minutes * 60_000.0),
        "event" => item_number("event").or(facts.alarm.map(|alarm| f64::from(alarm.0))),
        "ignition" => {
            let acc = facts.acc_on.or_else(|| facts.info.map(|info| info.has(1)));
            assert_eq!(acc, expected.as_bool(), "{name}");
            return;
        }
        "networktechnology" | "result" | "driveruniqueid" | "driver_unique_id" => {
            let wanted = expected.as_str().expect("text").to_lowercase();
            let texts = fields.iter().map(|field| match &field.value {
                wire::Value::Text(text) => text.to_lowercase(),
                _ if field.note.contains("4G") => "4g".to_owned(),
                _ => hex::encode(&field.raw),
            });
            assert!(
                texts.into_iter().any(|text| text == wanted),
                "{name}: {wanted} not in {fields:?}"
            );
            return;
        }
        "alarm" => return compare_alarm(expected, facts, model, name),
        other => panic!("{name}: no place is known for {other}"),
    };
    if attribute == "event" && number.is_some() && found.is_none() {
        let codes = fields
            .iter()
            .filter(|field| field.name == "event")
            .map(|field| field.raw.clone());
        assert!(
            codes
                .into_iter()
                .any(|raw| raw.first().copied().map(f64::from) == number),
            "{name}: {fields:?}"
        );
        return;
    }
    match number {
        Some(number) => {
            let found = found.unwrap_or_else(|| panic!("{name}: no {attribute} in {facts:?}"));
            assert!(
                (found - number).abs() < 0.006,
                "{name}: expected {attribute} {number}, found {found}"
            );
        }
        None => assert_eq!(found, None, "{name}: {attribute}"),
    }
}

/// Alarms under the names of the source, and ours.
fn compare_alarm(expected: &Json, facts: &Facts<'_>, model: Model, name: &str) {
    let wanted: &[&str] = match expected
        .as_str()
        .expect("a name")
        .trim_start_matches("Position.ALARM_")
    {
        "sos" | "SOS" => &["sos"],
        "tampering" | "TAMPERING" => &["tamper"],
        "removing" | "REMOVING" => &["removed"],
        "lowBattery" | "LOW_BATTERY" => &["low_battery"],
        "accident" | "ACCIDENT" => &["accident"],
        "hardAcceleration" | "ACCELERATION" => &["acceleration"],
        "hardBraking" | "BRAKING" => &["braking"],
        // Any alarm that the source has no name for.
        "general" | "GENERAL" => &["sos"],
        other => panic!("{name}: no name is known for {other}"),
    };
    let code = facts
        .alarm
        .and_then(|alarm| alarm.names_on(model))
        .map(|(name, _)| name);
    let info = facts.info.and_then(|info| info.alarm()).map(|(name, _)| name);
    let event = facts
        .items
        .iter()
        .find(|item| item.name == "event")
        .and_then(|item| match &item.value {
            ItemValue::Text(text) => Some(text.as_str()),
            _ => None,
        });
    let found = [code, info, event];
    assert!(
        found.into_iter().flatten().any(|name| wanted.contains(&name)),
        "{name}: expected {wanted:?}, found {found:?}"
    );
}

/// The family, as the source configures it for a case.
fn model_of(name: Option<&str>) -> Model {
    match name {
        Some("LW4G-4B") => Model::Lw,
        _ => Model::Standard,
    }
}

fn report(title: &str, counts: &BTreeMap<Outcome, usize>) {
    println!("{title}");
    for (outcome, count) in counts {
        println!("  {count:4}  {outcome:?}");
    }
}

#[test]
fn frames_of_traccar_decode_to_what_it_expects() {
    let Some(lines) = lines("traccar_gt06.jsonl") else {
        return;
    };
    let mut counts = BTreeMap::new();
    for line in &lines {
        let name = line["id"].as_str().expect("an id");
        let hex_text = line["hex"].as_str().expect("hex");
        let (length_ok, checksum_ok) = (
            line["check"]["length_ok"].as_bool().unwrap(),
            line["check"]["checksum_ok"].as_bool().unwrap(),
        );
        let outcome = check(
            hex_text,
            model_of(line["model"].as_str()),
            &line["expected"],
            name,
        );
        verdict(name, length_ok, checksum_ok, &outcome);
        *counts.entry(outcome).or_insert(0) += 1;
    }
    report("traccar_gt06.jsonl", &counts);
    assert!(
        counts.get(&Outcome::Value).is_some_and(|count| *count >= 29),
        "{counts:?}"
    );
}

/// A sound frame decodes; one with a wrong checksum is refused for it; one with a wrong length only decodes when its
/// checksum is right, or when it is of the dialect without one.
fn verdict(name: &str, length_ok: bool, checksum_ok: bool, outcome: &Outcome) {
    let decoded = matches!(outcome, Outcome::Value | Outcome::Content);
    let fine = match (length_ok, checksum_ok) {
        (true, true) => decoded,
        // Bytes are missing at the end.
        (false, true) => decoded || *outcome == Outcome::Refused("truncated"),
        (true, false) => *outcome == Outcome::Refused(ErrorKind::Checksum.name()),
        (false, false) => {
            matches!(
                outcome,
                Outcome::WithoutChecksum | Outcome::Refused("length" | "truncated")
            )
        }
    };
    assert!(
        fine,
        "{name}: length right {length_ok}, checksum right {checksum_ok}, found {outcome:?}"
    );
}

#[test]
fn frames_of_other_projects_decode_to_what_they_expect() {
    let Some(lines) = lines("peers.jsonl") else { return };
    let mut counts: BTreeMap<String, BTreeMap<Outcome, usize>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line["protocol"] == "gt06") {
        let name = format!("{} {} {}", line["id"], line["repo"], line["case"]);
        let hex_text = line["hex"].as_str().expect("hex");
        let Some(computed) = line.get("computed").filter(|computed| computed.is_object()) else {
            assert_no_panic(hex_text);
            continue;
        };
        let ok = |key: &str| computed[key].as_bool().unwrap_or(false);
        let outcome = check_peer(line, &name, hex_text);
        verdict(&name, ok("len_ok"), ok("crc_ok"), &outcome);
        *counts
            .entry(line["repo"].as_str().unwrap_or("").to_owned())
            .or_default()
            .entry(outcome)
            .or_insert(0) += 1;
    }
    for (repo, counts) in &counts {
        report(repo, counts);
    }
    assert!(counts.len() >= 2, "{counts:?}");
}

fn check_peer(line: &Json, name: &str, hex_text: &str) -> Outcome {
    let expected = &line["expected"];
    // The source configures this frame's family; the line does not say so.
    let model = if hex_text.starts_with("78782516180516150812c8") {
        Model::Lw
    } else {
        Model::Standard
    };
    let outcome = check(hex_text, model, expected, name);
    if !matches!(outcome, Outcome::Value | Outcome::Content) {
        return outcome;
    }
    let bytes = hex::decode(hex_text).unwrap();
    let frame = Splitter::default().next(&bytes).unwrap().frame.unwrap();
    let facts = Message::parse(&frame, Model::Standard).unwrap().message.facts();
    let close = |key: &str, found: f64| {
        if let Some(wanted) = expected[key].as_f64() {
            assert!(
                (wanted - found).abs() < 1e-4,
                "{name}: {key} expected {wanted}, found {found}"
            );
        }
    };
    close("serial", f64::from(frame.serial));
    close("protocol", f64::from(frame.number));
    if let Some(gps) = facts.gps {
        close("lat", gps.latitude());
        close("lon", gps.longitude());
        close("speed_kmh", f64::from(gps.speed_kmh));
        close("course", f64::from(gps.course_status.course_deg()));
    }
    if let Some(tower) = facts.towers.first() {
        close("mcc", f64::from(tower.mcc));
        close("mnc", f64::from(tower.mnc));
        close("lac", f64::from(tower.area));
    }
    if frame.form == Form::Short && !expected["lat"].is_null() {
        return Outcome::Value;
    }
    outcome
}

/// Streams without figures of their own: they are only to be read without harm.
fn assert_no_panic(hex_text: &str) {
    let Ok(bytes) = hex::decode(hex_text) else { return };
    let consumed: usize = wire::gt06::analyse(&bytes)
        .iter()
        .map(|item| item.raw.len())
        .sum();
    assert!(consumed <= bytes.len());
}
