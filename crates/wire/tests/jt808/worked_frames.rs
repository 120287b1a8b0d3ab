//! The frames that the reference works out, field by field.

use wire::Time;
use wire::jt808::frame::{Frame, Splitter};
use wire::jt808::{Edition, Envelope, Message};

use super::fixtures;

/// Runs a check on the only frame of a fixture and its message.
fn with(name: &str, check: impl FnOnce(&Frame<'_>, &Message<'_>)) {
    let bytes = fixtures::bytes(name);
    let mut scratch = Vec::new();
    let split = Splitter::default().next(&bytes, &mut scratch).unwrap();
    assert_eq!(split.consumed, bytes.len());
    let frame = split.frame.unwrap();
    let decoded = Message::parse(frame.header.id, frame.header.edition(Edition::V2013), frame.body).unwrap();
    assert!(decoded.rest.is_empty(), "{name}: {:02x?}", decoded.rest);
    check(&frame, &decoded.message);
    let envelope = Envelope {
        edition: decoded.edition,
        version: frame.header.version.unwrap_or_default(),
        phone: frame.header.phone,
        serial: frame.header.serial,
        dialect: frame.dialect,
    };
    assert_eq!(
        envelope.frame(&decoded.message),
        bytes,
        "{name}: encoding gives the same bytes"
    );
}

#[test]
fn j1_registration_of_2013() {
    with("register_2013", |frame, message| {
        assert_eq!(frame.header.phone.digits(), "13800138000");
        let Message::Register(register) = message else {
            panic!("{message:?}")
        };
        assert_eq!(
            (register.province, register.city, register.plate_colour.0),
            (44, 300, 2)
        );
        assert_eq!(register.maker.decode(), "12345");
        assert_eq!(register.model.decode(), "G10LS");
        assert_eq!(register.terminal_id.decode(), "A000001");
        assert_eq!(register.plate.decode(), "粤B12345");
    });
}

#[test]
fn j6_location_with_items() {
    with("location_items", |_, message| {
        let Message::Location(location) = message else {
            panic!("{message:?}")
        };
        assert_eq!(location.fix.latitude(), 22.543_096);
        assert_eq!(location.fix.longitude(), 114.057_865);
        assert_eq!(location.fix.altitude_m, 56);
        assert_eq!(location.fix.speed_kmh.get(), 36.5);
        assert_eq!(location.fix.heading_deg, 128);
        assert_eq!(location.fix.time.time(), Some(Time(1_718_418_645_000)));
        assert_eq!(location.items.iter().count(), 5);
    });
}

#[test]
fn j7_location_with_escapes_south_west() {
    with("location_escaped", |_, message| {
        let Message::Location(location) = message else {
            panic!("{message:?}")
        };
        assert_eq!(location.fix.latitude(), -8.289_554);
        assert_eq!(location.fix.longitude(), -41.778_740);
        assert_eq!(location.fix.altitude_m, -10);
        assert_eq!(location.fix.alarms.names().collect::<Vec<_>>(), ["sos", "area"]);
    });
}

#[test]
fn j19_batch() {
    with("location_batch", |_, message| {
        let Message::LocationBatch(batch) = message else {
            panic!("{message:?}")
        };
        let speeds: Vec<f64> = batch
            .positions
            .iter()
            .map(|position| position.fix.speed_kmh.get())
            .collect();
        assert_eq!(speeds, [30.0, 31.0]);
        assert_eq!(batch.kind.name(), Some("blind_area"));
    });
}

#[test]
fn j11_authentication_of_2019() {
    with("authenticate_2019", |_, message| {
        let Message::Authenticate(authenticate) = message else {
            panic!("{message:?}")
        };
        assert_eq!(authenticate.code.decode(), "AUTH0001");
        assert_eq!(authenticate.imei.unwrap().decode(), "356938035643809");
        assert_eq!(authenticate.software.unwrap().decode(), "V1.0.3");
    });
}
