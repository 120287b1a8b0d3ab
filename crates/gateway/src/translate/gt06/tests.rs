use events::Message as _;
use events::origin::v1::Transport;
use events::position::v1::{Clock, Position, Quality};
use wire::gt06::{Settings, Splitter, Terminal};
use wire::{Admission, Claim, Session, Verdict};

use super::*;

/// 2024-06-15 02:30:50 UTC, five seconds after the fix of the worked frames.
const NOW: Time = Time(1_718_418_650_000);

struct Everyone;

impl Admission for Everyone {
    fn admit(&mut self, _: &Claim<'_>) -> Verdict {
        Verdict::Accepted
    }
}

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/../wire/fixtures/gt06/{name}.hex", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the fixture exists");
    let digits: String = text.lines().filter(|line| !line.starts_with('#')).collect();
    (0..digits.len() / 2)
        .map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).expect("hex digits"))
        .collect()
}

/// Events of worked frames that a device sends one after another.
fn events_of(fixtures: &[&str]) -> Events {
    let mut terminal = Terminal::new(Settings::default(), NOW);
    let mut events = Events::default();
    for name in fixtures {
        let bytes = fixture(name);
        let frame = Splitter::default()
            .next(&bytes)
            .expect("one frame")
            .frame
            .expect("a good frame");
        let step = terminal.receive(frame, NOW, &mut Everyone);
        let context = Context {
            device: "356938035643809",
            received_at: Some(NOW),
            node: "node-1",
            generation: 7,
            transport: Transport::Tcp,
            suspect: false,
        };
        events.clear();
        translate(
            &step.publish.expect("something to publish"),
            &context,
            &mut events,
        );
    }
    events
}

fn position_of(fixtures: &[&str]) -> Position {
    let mut events = events_of(fixtures);
    assert_eq!(events.positions.len(), 1, "{events:?}");
    events.positions.remove(0)
}

#[test]
fn a_position_keeps_all_that_the_device_said() {
    let position = position_of(&["login_short", "location_utc_odometer"]);
    assert!((position.latitude - 22.543_096).abs() < 1e-6, "{position:?}");
    assert!((position.longitude - 114.057_865).abs() < 1e-6, "{position:?}");
    assert_eq!(position.speed_kmh, Some(36.0));
    assert_eq!(position.heading_deg, Some(128.0));
    assert_eq!(position.satellites, Some(9));
    assert_eq!(position.odometer_m, Some(123_456.0));
    assert_eq!(
        position.fix_time.as_ref().map(|time| time.seconds),
        Some(1_718_418_645)
    );
    assert_eq!(position.clock(), Clock::Gnss);
    assert_eq!(
        position.status.as_ref().and_then(|status| status.acc_on),
        Some(true)
    );
    assert_eq!(position.towers.len(), 1);
    assert_eq!(position.items[0].name, "upload_mode");
    assert!(
        position.valid && !position.stored && position.quality.is_empty(),
        "{position:?}"
    );
}

#[test]
fn the_zone_of_the_login_counts_for_dates_that_are_not_utc() {
    let position = position_of(&["login_long", "location"]);
    let eight_hours = 8 * 3600;
    assert_eq!(
        position.fix_time.as_ref().map(|time| time.seconds),
        Some(1_718_418_645 - eight_hours)
    );
    assert_eq!(position.quality, vec![i32::from(Quality::ZoneSuspect)]);
}

#[test]
fn an_alarm_is_an_event_that_names_its_position() {
    let events = events_of(&["login_short", "alarm_sos"]);
    let [alarm] = events.device_events.as_slice() else {
        panic!("{events:?}")
    };
    let Some(Event::Alarm(said)) = &alarm.event else {
        panic!("{alarm:?}")
    };
    assert_eq!(said.alarms, ["sos"]);
    assert_eq!(said.alarm_raw, 1);
    assert_eq!(said.position_event_id, events.positions[0].event_id);
}

#[test]
fn a_heartbeat_says_the_state() {
    let events = events_of(&["login_short", "heartbeat"]);
    let [event] = events.device_events.as_slice() else {
        panic!("{events:?}")
    };
    let Some(Event::Heartbeat(heartbeat)) = &event.event else {
        panic!("{event:?}")
    };
    let status = heartbeat.status.as_ref().expect("a status");
    assert_eq!(
        (status.acc_on, status.external_power, status.fuel_cut),
        (Some(true), Some(true), Some(false))
    );
    assert_eq!(heartbeat.status_raw, 0x46);
}

#[test]
fn the_same_frame_has_the_same_ids_and_bytes() {
    let twice = [0, 1].map(|_| position_of(&["login_short", "location"]).encode_to_vec());
    assert_eq!(twice[0], twice[1]);
}
