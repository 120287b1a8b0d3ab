use events::origin::v1::Transport;
use events::position::v1::Quality;
use wire::Session as _;
use wire::gt06::{Settings, Splitter, Terminal};
use wire::{Admission, Claim, Verdict};

use super::*;

/// 2024-06-15 02:30:50 UTC, five seconds after the fix of the worked frames.
const NOW: Time = Time(1_718_418_650_000);
const LOGIN: &str = "78780D0103569380356438090001911F0D0A";

struct Everyone;

impl Admission for Everyone {
    fn admit(&mut self, _: &Claim<'_>) -> Verdict {
        Verdict::Accepted
    }
}

fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len() / 2)
        .map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).expect("hex digits"))
        .collect()
}

/// Events of one frame that comes after a login.
fn events_of(frame: &str) -> Events {
    let context = Context {
        device: "356938035643809",
        received_at: Some(NOW),
        node: "node-1",
        generation: 7,
        transport: Transport::Tcp,
        suspect: false,
    };
    let mut terminal = Terminal::new(Settings::default(), NOW);
    let mut events = Events::default();
    for frame in [LOGIN, frame] {
        let bytes = bytes(frame);
        let split = Splitter::default().next(&bytes).expect("one frame");
        let step = terminal.receive(split.frame.expect("a good frame"), NOW, &mut Everyone);
        events.clear();
        translate(
            &step.publish.expect("something to publish"),
            &context,
            &mut events,
        );
    }
    events
}

#[test]
fn a_position_has_its_tower_ignition_and_mileage() {
    let events =
        events_of("7878262218060F021E2DC9026B2A250C3CB15D24148001CC00287D001F710100000001E2400004CDD30D0A");
    let [position] = events.positions.as_slice() else {
        panic!("{events:?}")
    };
    assert!((position.latitude - 22.543_096).abs() < 1e-6 && (position.longitude - 114.057_865).abs() < 1e-6);
    assert_eq!(
        position.fix_time.as_ref().map(|time| time.seconds),
        Some(1_718_418_645)
    );
    assert_eq!(position.satellites, Some(9));
    assert_eq!(position.odometer_m, Some(123_456.0));
    assert_eq!(
        position.status.as_ref().and_then(|status| status.acc_on),
        Some(true)
    );
    let [tower] = position.towers.as_slice() else {
        panic!("{position:?}")
    };
    assert_eq!(
        (tower.mcc, tower.mnc, tower.area_code, tower.cell_id),
        (460, 0, 0x287D, 0x1F71)
    );
    assert!(!position.stored && position.quality == Vec::<i32>::new());
}

#[test]
fn a_fix_in_the_south_west_that_was_kept_says_so() {
    let events = events_of("7878222218060F021E2DC703A23C24079469A600196702DA02123400ABCD000301000543830D0A");
    let [position] = events.positions.as_slice() else {
        panic!("{events:?}")
    };
    assert!((position.latitude + 33.868_82).abs() < 1e-6 && (position.longitude + 70.648_27).abs() < 1e-6);
    assert!(position.stored);
    assert!(!position.quality.contains(&Quality::ZoneSuspect.into()));
}

#[test]
fn an_alarm_is_an_event_beside_its_position() {
    let events =
        events_of("7878252618060F021E2DC9026B2A250C3CB15D2414800901CC00287D001F714904040302000942290D0A");
    assert_eq!(events.positions[0].alarms, ["vibration"]);
    let Some(Event::Alarm(alarm)) = &events.device_events[0].event else {
        panic!("{events:?}")
    };
    assert_eq!(alarm.position_event_id, events.positions[0].event_id);
}

#[test]
fn a_heartbeat_carries_the_state() {
    let events = events_of("78780A1346040300020002807E0D0A");
    let Some(Event::Heartbeat(heartbeat)) = &events.device_events[0].event else {
        panic!("{events:?}")
    };
    let status = heartbeat.status.as_ref().expect("a status");
    assert_eq!(
        (status.acc_on, status.external_power, status.fuel_cut),
        (Some(true), Some(true), Some(false))
    );
    assert_eq!(heartbeat.status_raw, 0x46);
}
