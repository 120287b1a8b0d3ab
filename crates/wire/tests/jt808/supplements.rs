//! What stands beside the standard: padlocks' short positions, and the safety systems of T/JSATL 12-2017.

use wire::jt808::message::{Message, PassThroughKind, Peripheral, PeripheralFaults};
use wire::jt808::{Edition, Splitter, analyse, analyse_body};
use wire::{ErrorKind, Field, Value, When};

use super::platform::{Platform, Policy, message_in};

/// The worked short position with bits of the properties that say nothing here and are those of an encryption elsewhere.
const SHORT: &str = "7e55010c378000000000012a15062402304522325858114034719736401709000030395500001f71287d010300200001020200380a0301cc000c06ffa80010007f100105e07e";
/// The same with bit 15: an answer is wanted.
const SHORT_ANSWERED: &str = "7e55018c378000000000012a15062402304522325858114034719736401709000030395500001f71287d010300200001020200380a0301cc000c06ffa80010007f100105607e";

fn bytes(digits: &str) -> Vec<u8> {
    hex::decode(digits).unwrap()
}

/// The first field of a name, however deep.
fn find<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    fields.iter().find_map(|field| {
        if field.name == name {
            Some(field)
        } else {
            find(&field.parts, name)
        }
    })
}

fn number(fields: &[Field], name: &str) -> f64 {
    match find(fields, name).map(|field| &field.value) {
        Some(Value::Integer(number)) => *number as f64,
        Some(Value::Number(number)) => *number,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn a_serial_of_one_byte_is_known_by_the_length() {
    let items = analyse(&bytes(SHORT));
    let header = items[0].header.unwrap();
    assert_eq!(
        (header.short_serial, header.serial, header.phone.digits()),
        (true, 0x2A, "800000000001".to_owned())
    );
    let fields = &items[0].fields;
    assert_eq!(
        find(fields, "time").unwrap().value,
        Value::Text("2024-06-15T02:30:45Z".to_owned())
    );
    assert!((number(fields, "latitude_deg") - (22.0 + 32.5858 / 60.0)).abs() < 1e-9);
    assert!((number(fields, "longitude_deg") - (114.0 + 3.4719 / 60.0)).abs() < 1e-9);
    assert_eq!(
        (number(fields, "speed_kn"), number(fields, "heading_deg")),
        (36.0, 128.0)
    );
    assert_eq!(
        (number(fields, "satellites"), number(fields, "odometer_km")),
        (9.0, 12345.0)
    );
    assert_eq!(
        (number(fields, "battery_percent"), number(fields, "lac")),
        (85.0, f64::from(0x287D))
    );
}

#[test]
fn what_follows_a_short_position_is_read_by_its_id() {
    let items = analyse(&bytes(SHORT));
    let fields = &items[0].fields;
    assert_eq!(
        (number(fields, "altitude_m"), number(fields, "mcc")),
        (56.0, 460.0)
    );
    let tilt = &find(fields, "tilt").unwrap().parts;
    assert_eq!(
        ["x", "y", "z"].map(|axis| number(tilt, axis)),
        [-88.0, 16.0, 127.0]
    );
    assert_eq!(number(fields, "wake_source"), 5.0);
}

#[test]
fn a_short_position_is_published_and_answered_where_it_asks_for_it() {
    let mut platform = Platform::new(Policy::Open);
    let step = platform.frame(&bytes(SHORT));
    assert!(step.publish.is_some() && step.answers.is_empty());
    let step = platform.frame(&bytes(SHORT_ANSWERED));
    assert!(step.publish.is_some());
    assert_eq!(step.answers[0].when, When::Durable);
    message_in(&step.answers[0].bytes, |message| {
        assert!(matches!(message, Message::ShortAnswer(answer) if answer.answered_id.0 == 0x5501));
    });
    let mut scratch = Vec::new();
    let answer = Splitter::default()
        .next(&step.answers[0].bytes, &mut scratch)
        .unwrap();
    assert!(answer.frame.unwrap().header.short_serial);
}

#[test]
fn a_short_position_with_a_byte_less_is_no_frame() {
    let mut short = bytes(SHORT);
    let gone = short.remove(30);
    let at = short.len() - 2;
    short[at] ^= gone;
    let items = analyse(&short);
    assert_eq!(items[0].error.as_ref().unwrap().kind, ErrorKind::Length);
}

#[test]
fn the_safety_systems_state_and_versions_are_read_and_what_does_not_fit_is_kept() {
    let state = bytes(
        "F7 02 64 05 01 00000000 65 05 04 00000401"
            .replace(' ', "")
            .as_str(),
    );
    let decoded = Message::parse(0x0900, Edition::V2013, &state).unwrap();
    let Message::PassThroughUp(passed) = &decoded.message else {
        panic!("{decoded:?}")
    };
    assert_eq!(passed.kind, PassThroughKind::PERIPHERAL_STATE);
    let Some(wire::jt808::Readable::Read(states)) = &passed.states else {
        panic!("{passed:?}")
    };
    let second = &states.items[1];
    assert_eq!(
        (second.peripheral, second.work_state.name(), second.faults),
        (Peripheral(0x65), Some("faulty"), PeripheralFaults(0x401))
    );

    let system = bytes(
        "F801640D 02 4142 02 4D31 01 31 01 32 00 01 43"
            .replace(' ', "")
            .as_str(),
    );
    let fields = analyse_body(0x0900, Edition::V2013, &system).fields;
    assert_eq!(
        find(&fields, "company").unwrap().parts[1].value,
        Value::Text("AB".to_owned())
    );

    // The platform asks with the same kinds and a list of ids.
    for body in ["F7026465", "F80164", "F7", "F801640D024142"] {
        let item = analyse_body(0x8900, Edition::V2013, &bytes(body));
        assert!(item.error.is_none(), "{body}");
        let mut written = Vec::new();
        Message::parse(0x8900, Edition::V2013, &bytes(body))
            .unwrap()
            .message
            .write(&mut written, Edition::V2013);
        assert_eq!(written, bytes(body), "{body}");
    }
}

#[test]
fn settings_of_the_safety_systems_are_read_field_by_field() {
    let adas: Vec<u8> = (0..56).collect();
    let monitoring: Vec<u8> = (0..49).collect();
    let mut tyres = b"900R20\0\0\0\0\0\0".to_vec();
    tyres.extend([
        0, 3, 0, 140, 0, 20, 0, 5, 0, 110, 0, 189, 0, 80, 0, 10, 0, 60, 0, 0, 0, 0, 0, 0,
    ]);
    let mut body = vec![0, 9, 4];
    for (id, value) in [
        (0xF364_u32, &adas),
        (0xF365, &monitoring),
        (0xF366, &tyres),
        (0xF367, &vec![3, 2]),
    ] {
        body.extend(id.to_be_bytes());
        body.push(u8::try_from(value.len()).unwrap());
        body.extend(value);
    }
    let item = analyse_body(0x0104, Edition::V2013, &body);
    assert!(item.error.is_none());
    let settings = |name: &str| find(&item.fields, name).unwrap().parts.clone();
    assert_eq!(number(&settings("adas"), "distance_photos_m"), f64::from(0x0506));
    assert_eq!(number(&settings("adas"), "collision_s"), 3.5);
    assert_eq!(
        number(&find(&settings("adas"), "too_close").unwrap().parts, "photos"),
        48.0
    );
    assert_eq!(number(&settings("driver_monitoring"), "identify"), 46.0);
    assert_eq!(number(&settings("tyre_monitoring"), "low_pressure"), 110.0);
    assert_eq!(number(&settings("blind_spot"), "beside_s"), 2.0);
}

/// A recorder's packet (GB/T 19056) by name, its checksum checked; what is no whole packet stays bytes.
#[test]
fn a_packet_of_the_recorder_is_shown_record_by_record() {
    let body = "000105557a050029003132333435363738393132333435363738d4c142313233343500000000d6d8d0cdbbf5b3b50000000007";
    let shown = |hex: &str| {
        let item = wire::jt808::analyse_body(0x0700, Edition::V2013, &hex::decode(hex).unwrap());
        super::coverage::check(&item.fields, 0, hex);
        format!("{:?}", item.fields)
    };
    let whole = shown(body);
    for part in [
        "vehicle",
        "12345678912345678",
        "粤B12345",
        "重型货车",
        "note: \"right\"",
    ] {
        assert!(whole.contains(part), "{part}: {whole}");
    }
    assert!(shown(&body.replace("b50000000007", "b50000000008")).contains("wrong, the bytes give 0x07"));
    assert!(!shown(&body[..body.len() - 2]).contains("vin"));
    assert!(shown("0001fa557afa00d5").contains("refused"));
}
