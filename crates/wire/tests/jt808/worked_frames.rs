//! The frames that the reference works out, field by field.

use wire::Time;
use wire::jt808::frame::{Frame, Splitter};
use wire::jt808::location::ItemValue;
use wire::jt808::parameter::ParameterValue;
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

#[test]
fn every_worked_frame_is_read_and_written_to_the_same_bytes() {
    let mut count = 0;
    for (name, _) in fixtures::all() {
        // Defective frames are no messages, and a sub-packet is only a part of one.
        if !name.contains("__") && !name.starts_with("media_data_part") {
            with(&name, |_, _| count += 1);
        }
    }
    assert_eq!(count, 35);
}

#[test]
fn j31_driver() {
    with("driver_identity_2013", |_, message| {
        let Message::Driver(driver) = message else {
            panic!("{message:?}")
        };
        let card = driver.driver.as_ref().unwrap().0.as_ref().unwrap();
        assert_eq!(card.name.decode(), "张三");
        assert_eq!(card.certificate.decode(), "440301199001011234");
        assert_eq!(card.issuer.decode(), "深圳运管");
        assert_eq!(card.valid_to.hex(), "20301231");
    });
}

#[test]
fn j32_properties() {
    with("properties_answer_2013", |_, message| {
        let Message::PropertiesAnswer(properties) = message else {
            panic!("{message:?}")
        };
        assert_eq!(
            properties.kind.names().collect::<Vec<_>>(),
            ["passenger", "freight"]
        );
        assert_eq!(properties.iccid.hex(), "89860123456789012345");
        assert_eq!(properties.hardware.decode(), "HW10");
        assert_eq!(properties.firmware.decode(), "FW2.31");
        assert_eq!(
            properties.gnss.0.unwrap().names().collect::<Vec<_>>(),
            ["gps", "beidou"]
        );
        assert_eq!(
            properties.radio.0.unwrap().names().collect::<Vec<_>>(),
            ["gprs", "td_lte"]
        );
    });
}

#[test]
fn j33_cells_and_access_points() {
    with("location_cells", |_, message| {
        let Message::Location(location) = message else {
            panic!("{message:?}")
        };
        assert!(!location.fix.valid());
        let typed: Vec<ItemValue<'_>> = location.items.iter().filter_map(|item| item.typed()).collect();
        let ItemValue::AccessPoints(points) = &typed[1] else {
            panic!("{typed:?}")
        };
        assert_eq!(points.items[0].bssid.text(), "aa:bb:cc:dd:ee:ff");
        assert_eq!(points.items[0].signal.get(), -56);
        let ItemValue::LteCells(cells) = &typed[3] else {
            panic!("{typed:?}")
        };
        assert_eq!(
            (cells.items[1].mcc, cells.items[1].lac, cells.items[1].cell_id),
            (460, 0x1234, 0x0A0B_0C0E)
        );
        assert_eq!(cells.items[1].signal.get(), 70);
    });
}

#[test]
fn j8_temperature_below_zero() {
    with("location_2019", |_, message| {
        let Message::Location(location) = message else {
            panic!("{message:?}")
        };
        let typed: Vec<ItemValue<'_>> = location.items.iter().filter_map(|item| item.typed()).collect();
        let found = typed.iter().find_map(|value| match value {
            ItemValue::CabinTemperature(temperature) => Some(*temperature),
            _ => None,
        });
        let temperature = found.unwrap();
        assert_eq!(temperature.get(), -5);
        assert_eq!(temperature.sign_and_magnitude(), -5);
        assert_eq!(temperature.two_complement(), -32763, "the other reading");
        assert!(location.fix.status.moving());
    });
}

#[test]
fn j23_circle_of_2019() {
    with("set_circles_2019", |_, message| {
        let Message::SetCircles(order) = message else {
            panic!("{message:?}")
        };
        let circle = &order.circles.items[0];
        assert_eq!(
            (circle.id, circle.radius_m, circle.max_speed_kmh),
            (7, 500, Some(60))
        );
        assert_eq!(circle.night_speed_kmh, Some(50));
        assert_eq!(circle.name.as_ref().unwrap().decode(), "总部");
    });
}

#[test]
fn j15_parameters() {
    with("set_parameters", |_, message| {
        let Message::SetParameters(order) = message else {
            panic!("{message:?}")
        };
        let typed: Vec<ParameterValue<'_>> = order.parameters.items.iter().map(|item| item.typed()).collect();
        assert_eq!(typed[0], ParameterValue::Number(60));
        assert_eq!(typed[1], ParameterValue::Text("gw.example.com".into()));
        assert_eq!(typed[6], ParameterValue::Text("粤B12345".into()));
    });
}
