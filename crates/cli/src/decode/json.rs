use serde_json::{Map, Value as Json, json};
use wire::{Field, Value, WireError};

use super::report::{FrameReport, Report};

/// One input as one line of JSON.
pub(super) fn line(report: &Report) -> Json {
    json!({
        "input": report.input,
        "protocol": report.protocol.map(super::report::Protocol::name),
        "consumed": report.consumed,
        "frames": report.frames.iter().map(frame).collect::<Vec<_>>(),
        "error": report.error().map(error),
    })
}

fn frame(frame: &FrameReport) -> Json {
    let mut entry = json!({
        "ok": frame.error.is_none(),
        "offset": frame.offset,
        "id": frame.id,
        "name": frame.name,
        "device": frame.device,
        "serial": frame.serial,
        "checksum": frame.checksum,
        "fields": fields(&frame.body),
        "positions": frame.events.positions,
        "device_events": frame.events.device_events,
        "cell_scans": frame.events.cell_scans,
    });
    if !frame.joined.is_empty() {
        entry["joined"] = fields(&frame.joined);
    }
    if !frame.rest.is_empty() {
        entry["rest"] = Json::String(hex::encode(&frame.rest));
    }
    if let Some(problem) = &frame.error {
        entry["error"] = error(problem);
    }
    entry
}

fn error(error: &WireError) -> Json {
    json!({ "kind": error.kind.name(), "offset": error.offset, "message": error.message })
}

/// Fields as an object; a list of parts named 0, 1, 2, … as an array. Where several fields have one name, it stands
/// for all of them, in order.
fn fields(fields: &[Field]) -> Json {
    let is_list = !fields.is_empty()
        && fields
            .iter()
            .enumerate()
            .all(|(i, field)| field.name == i.to_string());
    if is_list {
        return fields.iter().map(value).collect();
    }
    let mut object = Map::new();
    for field in fields {
        let alone = fields.iter().filter(|other| other.name == field.name).count() == 1;
        if alone {
            object.insert(field.name.to_string(), value(field));
        } else if let Json::Array(all) = object
            .entry(field.name.as_ref())
            .or_insert_with(|| Json::Array(Vec::new()))
        {
            all.push(value(field));
        }
    }
    Json::Object(object)
}

fn value(field: &Field) -> Json {
    if !field.parts.is_empty() {
        return fields(&field.parts);
    }
    match &field.value {
        Value::Bytes | Value::Parts => Json::String(hex::encode(&field.raw)),
        Value::Integer(number) => json!(number),
        Value::Number(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::Flag(flag) => json!(flag),
        Value::Flags(names) => json!(names),
    }
}
