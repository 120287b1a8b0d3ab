use events::Message as _;
use events::origin::v1::Transport;
use wire::jt808::{Received, Settings, Splitter, Terminal};
use wire::{Admission, Claim, Session, Time, Verdict};

use super::*;

/// 2024-06-15 02:30:50 UTC, five seconds after the fix of the worked frames.
const NOW: Time = Time(1_718_418_650_000);

struct Everyone;

impl Admission for Everyone {
    fn admit(&mut self, _: &Claim<'_>) -> Verdict {
        Verdict::Accepted
    }
}

/// Events of one worked frame, sent by a terminal that may send anything.
fn events_of(fixture: &str) -> Events {
    let path = format!(
        "{}/../wire/fixtures/jt808/{fixture}.hex",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).expect("the fixture exists");
    let digits: String = text.lines().filter(|line| !line.starts_with('#')).collect();
    let bytes: Vec<u8> = (0..digits.len() / 2)
        .map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).expect("hex digits"))
        .collect();
    let mut terminal = Terminal::new(Settings::default(), NOW);
    let mut scratch = Vec::new();
    let split = Splitter::default().next(&bytes, &mut scratch).expect("one frame");
    let frame = split.frame.expect("a good frame");
    let step = terminal.receive(frame, NOW, &mut Everyone);
    let received: Received<'_> = step.publish.expect("something to publish");
    let context = Context {
        device: "13800138000",
        received_at: Some(NOW),
        node: "node-1",
        generation: 7,
        transport: Transport::Tcp,
        suspect: false,
    };
    let mut events = Events::default();
    translate(&received, &context, &mut events).expect("a readable body");
    events
}

#[test]
fn a_short_position_of_a_padlock_becomes_a_position() {
    let events = events_of("short_location");
    let [position] = events.positions.as_slice() else {
        panic!("{events:?}")
    };
    assert!(position.valid && !position.stored);
    assert!(
        (position.latitude - 22.543_096_667).abs() < 1e-8,
        "{}",
        position.latitude
    );
    assert!(
        (position.longitude - 114.057_865).abs() < 1e-8,
        "{}",
        position.longitude
    );
    assert_eq!(position.speed_kmh, Some(36.0 * 1.852));
    assert_eq!(position.heading_deg, Some(128.0));
    assert_eq!(position.odometer_m, Some(12_345_000.0));
    assert_eq!(position.fix_time.as_ref().map(|t| t.seconds), Some(1_718_418_645));
    assert_eq!(
        position.status.as_ref().and_then(|status| status.battery_percent),
        Some(85.0)
    );
    assert_eq!(
        (position.towers[0].cell_id, position.towers[0].area_code),
        (0x1F71, 0x287D)
    );
}

#[test]
fn a_position_keeps_all_that_the_terminal_said() {
    let events = events_of("location_items");
    let [position] = events.positions.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!((position.latitude, position.longitude), (22.543_096, 114.057_865));
    assert_eq!(position.altitude_m, Some(56.0));
    assert_eq!(position.speed_kmh, Some(36.5));
    assert_eq!(position.heading_deg, Some(128.0));
    assert_eq!(position.odometer_m, Some(12_345_600.0));
    assert_eq!(position.satellites, Some(11));
    assert_eq!(position.fix_time.as_ref().map(|t| t.seconds), Some(1_718_418_645));
    assert!(position.valid && position.quality.is_empty(), "{position:?}");
    let names: Vec<&str> = position.items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "odometer_m",
            "fuel_l",
            "recorder_speed_kmh",
            "signal",
            "satellites"
        ]
    );
    assert_eq!(position.origin.as_ref().map(|origin| origin.generation), Some(7));
    assert!(events.device_events.is_empty());
}

#[test]
fn an_alarm_is_an_event_that_names_its_position() {
    let events = events_of("location_escaped");
    let [position] = events.positions.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(position.alarms, ["sos", "area"]);
    let [alarm] = events.device_events.as_slice() else {
        panic!("{events:?}")
    };
    let Some(Event::Alarm(said)) = &alarm.event else {
        panic!("{alarm:?}")
    };
    assert_eq!(said.position_event_id, position.event_id);
    assert_ne!(alarm.event_id, position.event_id);
}

#[test]
fn the_same_frame_has_the_same_ids_and_bytes() {
    let (first, second) = (events_of("location_items"), events_of("location_items"));
    assert_eq!(
        first.positions[0].encode_to_vec(),
        second.positions[0].encode_to_vec()
    );
}

#[test]
fn registration_says_who_and_never_a_code() {
    let events = events_of("register_2013");
    let [event] = events.device_events.as_slice() else {
        panic!("{events:?}")
    };
    let Some(Event::Registration(registration)) = &event.event else {
        panic!("{event:?}")
    };
    assert_eq!(registration.plate, "粤B12345");
    assert_eq!(registration.model, "G10LS");
    assert!(registration.auth_code_hash.is_empty());
}
