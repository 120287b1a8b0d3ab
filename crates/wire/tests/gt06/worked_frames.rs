//! Every fixture is read, written back and shown whole; the values of the worked frames are checked one by one.

use wire::gt06::{Message, Model, Splitter, encode};
use wire::{Field, Value};

use super::fixtures;

/// The one frame of a fixture.
pub(crate) fn with_message(bytes: &[u8], check: impl FnOnce(&wire::gt06::Frame<'_>, &Message<'_>, &[u8])) {
    let split = Splitter::default().next(bytes).expect("a whole frame");
    assert_eq!(split.consumed, bytes.len());
    let frame = split.frame.expect("a good frame");
    let model = Model::evidence(&frame).unwrap_or_default();
    let decoded = Message::parse(&frame, model).expect("a readable message");
    check(&frame, &decoded.message, decoded.rest);
}

/// Fields without parts, in order.
pub(crate) fn leaves(fields: &[Field], out: &mut Vec<Field>) {
    for field in fields {
        if field.parts.is_empty() {
            out.push(field.clone());
        } else {
            leaves(&field.parts, out);
        }
    }
}

#[test]
fn every_good_fixture_is_written_back_byte_by_byte() {
    for (name, bytes) in fixtures::all()
        .into_iter()
        .filter(|(name, _)| !name.contains("__"))
    {
        with_message(&bytes, |frame, message, rest| {
            assert!(
                rest.is_empty(),
                "{name}: {message:?} leaves {}",
                hex::encode(rest)
            );
            assert!(!matches!(message, Message::Unknown(_)), "{name}");
            assert_eq!(
                hex::encode(encode(message, frame.serial)),
                hex::encode(&bytes),
                "{name}: {message:?}"
            );
        });
    }
}

#[test]
fn the_fields_of_every_good_fixture_cover_its_bytes_once() {
    for (name, bytes) in fixtures::all()
        .into_iter()
        .filter(|(name, _)| !name.contains("__"))
    {
        let items = wire::gt06::analyse(&bytes);
        assert_eq!(items.len(), 1, "{name}");
        let mut fields = Vec::new();
        leaves(&items[0].fields, &mut fields);
        let mut at = 0;
        for field in &fields {
            assert_eq!(field.offset, at, "{name}: {field:?}");
            assert_eq!(field.raw, bytes[at..at + field.raw.len()], "{name}: {field:?}");
            assert_ne!(field.name, "unknown", "{name}: {field:?}");
            at += field.raw.len();
        }
        assert_eq!(at, bytes.len(), "{name}");
    }
}

/// Checks that fields with these names have these values, written as the analyser shows them.
fn check(fixture: &str, expected: &[(&str, Value)]) {
    let bytes = fixtures::read(fixture);
    let items = wire::gt06::analyse(&bytes);
    let mut fields = Vec::new();
    leaves(&items[0].fields, &mut fields);
    for (name, value) in expected {
        let found: Vec<_> = fields
            .iter()
            .filter(|field| field.name == *name)
            .map(|field| &field.value)
            .collect();
        assert!(
            found.contains(&value),
            "{fixture}: expected {name} = {value:?}, found {found:?}"
        );
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn logins_name_device_type_and_zone() {
    check(
        "login_short",
        &[("imei", text("356938035643809")), ("serial", Value::Integer(1))],
    );
    check(
        "login_long",
        &[("type_id", Value::Integer(0x8033)), ("zone", text("UTC+08:00"))],
    );
    check("login_west_zone", &[("zone", text("UTC-12:45"))]);
}

#[test]
fn positions_have_the_values_of_the_reference() {
    check(
        "location",
        &[
            ("date", text("2024-06-15T02:30:45")),
            ("satellites", Value::Integer(9)),
            ("latitude_deg", Value::Number(22.543_096_1)),
            ("longitude_deg", Value::Number(114.057_865)),
            ("speed_kmh", Value::Integer(36)),
            ("course_status", Value::Flags(vec!["north", "positioned"])),
            ("mcc", Value::Integer(460)),
            ("area_code", Value::Integer(0x287D)),
            ("cell_id", Value::Integer(0x1F71)),
        ],
    );
    check(
        "location_utc_odometer",
        &[
            ("odometer_m", Value::Integer(123_456)),
            ("acc", Value::Flag(true)),
        ],
    );
    check(
        "location_utc_stored_southwest",
        &[
            ("latitude_deg", Value::Number(-33.868_82)),
            ("longitude_deg", Value::Number(-70.648_27)),
            ("upload_mode", Value::Integer(3)),
            ("reupload", Value::Flag(true)),
        ],
    );
    check(
        "location_4g_two_byte_mnc",
        &[
            ("mcc", Value::Integer(310)),
            ("mnc", Value::Integer(410)),
            ("area_code", Value::Integer(0xC60D)),
            ("cell_id", Value::Integer(0x02CE_68EA)),
            ("odometer_m", Value::Integer(98_765)),
        ],
    );
    check(
        "location_4g_one_byte_mnc",
        &[("mcc", Value::Integer(460)), ("mnc", Value::Integer(0))],
    );
}

#[test]
fn alarms_name_code_language_and_fence() {
    check(
        "alarm_sos",
        &[("alarm", Value::Integer(1)), ("language", Value::Integer(1))],
    );
    check(
        "alarm_utc_vibration",
        &[("alarm", Value::Integer(3)), ("language", Value::Integer(2))],
    );
    check(
        "alarm_multi_fence_enter",
        &[("alarm", Value::Integer(4)), ("fence", Value::Integer(1))],
    );
    check(
        "alarm_multi_fence_4g_exit",
        &[("alarm", Value::Integer(5)), ("fence", Value::Integer(255))],
    );
}

#[test]
fn time_is_told() {
    check("time_answer", &[("utc", text("2024-06-15T02:30:46"))]);
}
