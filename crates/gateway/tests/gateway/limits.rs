//! Floods, by the numbers of the threats in `docs/reliability.md`.

use events::device::v1::{DeviceEvent, device_event::Event};
use events::position::v1::{Position, Quality};
use events::{Message, Topic};
use gateway::{GatewayConfig, Rate};
use tokio::net::UdpSocket;
use tokio::time::timeout;

use crate::client::{Terminal, frame, position, registration};
use crate::rig::{DEVICE, LIMIT, Rig, config};

const STRANGER: &str = "13900139000";

/// So many at once, and no more within a test.
fn only(burst: u32) -> Rate {
    Rate {
        per_second: 0.000_01,
        burst,
    }
}

async fn rig(change: impl FnOnce(&mut GatewayConfig)) -> Rig {
    let mut config = config();
    change(&mut config);
    Rig::with(config).await
}

/// A stranger connects, is told that it is refused, and leaves. Comes back when the gateway knows that it left.
async fn be_refused(rig: &Rig) {
    let before = rig.handle.connections();
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], STRANGER).await;
    terminal.send(0x0200, &position(0)).await;
    assert_eq!(terminal.hear().await.unwrap().general().2, 1);
    drop(terminal);
    rig.until("the stranger has left", |handle| handle.connections() == before)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t4_a_network_that_connects_too_often_is_closed_at_once_and_who_is_in_stays_in() {
    let rig = rig(|config| config.rates.accepts_per_network = only(2)).await;
    let address = rig.handle.addresses().jt808_tcp[0];
    let mut first = Terminal::connect(address, DEVICE).await;
    let _second = Terminal::connect(address, STRANGER).await;
    for _ in 0..5 {
        Terminal::connect(address, STRANGER).await.closed().await;
    }
    let serial = first.send(0x0200, &position(0)).await;
    assert_eq!(first.hear().await.unwrap().general(), (serial, 0x0200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn t4_an_address_that_only_offends_is_banned() {
    let rig = rig(|config| config.bans.offences = only(2)).await;
    for _ in 0..3 {
        be_refused(&rig).await;
    }
    let mut banned = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
    banned.closed().await;
    assert_eq!(rig.handle.devices_online(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn t4_strangers_do_not_get_the_devices_behind_their_address_banned() {
    let rig = rig(|config| config.bans.offences = only(2)).await;
    let address = rig.handle.addresses().jt808_tcp[0];
    let mut good = Terminal::connect(address, DEVICE).await;
    good.send(0x0200, &position(0)).await;
    good.hear().await.unwrap();
    for _ in 0..10 {
        be_refused(&rig).await;
    }
    let mut again = Terminal::connect(address, DEVICE).await;
    let serial = again.send(0x0200, &position(1)).await;
    assert_eq!(again.hear().await.unwrap().general(), (serial, 0x0200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn t4_a_connection_that_is_too_fast_is_read_slower_and_loses_nothing() {
    let rig = rig(|config| {
        config.rates.frames_per_connection = Rate {
            per_second: 100.0,
            burst: 2,
        };
    })
    .await;
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
    for second in 0..20 {
        terminal.send(0x0200, &position(second)).await;
    }
    for serial in 1..=20 {
        assert_eq!(terminal.hear().await.unwrap().general(), (serial, 0x0200, 0));
    }
    assert_eq!(rig.records(Topic::Positions).await.len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn t4_datagrams_that_come_too_fast_are_dropped() {
    let rig = rig(|config| config.rates.frames_per_connection = only(2)).await;
    let address = rig.handle.addresses().jt808_udp[0];
    let flood = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for serial in 0..10 {
        let sent = frame(DEVICE, serial, 0x0200, &position(0));
        flood.send_to(&sent, address).await.unwrap();
    }
    // What another sender sends later is taken later: when it is answered, the flood has been dealt with.
    let other = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    other
        .send_to(&frame(STRANGER, 0, 0x0200, &position(0)), address)
        .await
        .unwrap();
    let mut room = [0; 256];
    timeout(LIMIT, other.recv(&mut room))
        .await
        .expect("an answer")
        .unwrap();
    // The third shows that they come too fast.
    assert_eq!(rig.records(Topic::Positions).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn t4_a_register_flood_gives_no_more_codes() {
    let rig = rig(|config| config.rates.registrations_per_device = only(2)).await;
    let address = rig.handle.addresses().jt808_tcp[0];
    for _ in 0..2 {
        let mut terminal = Terminal::connect(address, DEVICE).await;
        terminal.send(0x0100, &registration()).await;
        assert_eq!(terminal.hear().await.unwrap().registration().0, 0);
    }
    let mut flood = Terminal::connect(address, DEVICE).await;
    flood.send(0x0100, &registration()).await;
    assert_eq!(flood.hear().await, None, "closed without an answer");
    let registered = rig
        .records(Topic::DeviceEvents)
        .await
        .into_iter()
        .filter(|record| {
            let event = DeviceEvent::decode(record.value.as_deref().unwrap())
                .unwrap()
                .event;
            matches!(event, Some(Event::Registration(_)))
        });
    assert_eq!(registered.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn t1_guesses_of_a_code_run_out() {
    let rig = rig(|config| {
        config.devices.require_code = true;
        config.rates.logins_per_device = only(4);
    })
    .await;
    let address = rig.handle.addresses().jt808_tcp[0];
    let mut terminal = Terminal::connect(address, DEVICE).await;
    terminal.send(0x0100, &registration()).await;
    let (_, code) = terminal.hear().await.unwrap().registration();
    let mut guesser = Terminal::connect(address, DEVICE).await;
    for guess in 0..3 {
        let guess = format!("{guess:032}");
        guesser.send(0x0102, guess.as_bytes()).await;
        assert_eq!(guesser.hear().await.unwrap().general().2, 1);
    }
    guesser.send(0x0102, code.as_bytes()).await;
    assert_eq!(guesser.hear().await, None, "even the right one comes too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn t4_unknown_ids_do_not_fill_the_rejects() {
    let rig = rig(|config| config.rates.rejects_per_unknown_device = only(1)).await;
    for _ in 0..5 {
        be_refused(&rig).await;
    }
    assert_eq!(rig.records(Topic::Rejects).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn t7_a_connection_that_sends_only_rubbish_is_closed() {
    let rig = rig(|config| config.limits.rejects_in_a_row = 5).await;
    let address = rig.handle.addresses().jt808_tcp[0];
    let mut good = Terminal::connect(address, DEVICE).await;
    good.send(0x0200, &position(0)).await;
    good.hear().await.unwrap();
    let mut damaged = frame(STRANGER, 1, 0x0200, &position(0));
    damaged[14] ^= 0x01;
    let mut hostile = Terminal::connect(address, STRANGER).await;
    hostile.write(&damaged.repeat(5)).await;
    hostile.closed().await;
    assert_eq!(rig.records(Topic::Rejects).await.len(), 5);
    let serial = good.send(0x0002, &[]).await;
    assert_eq!(good.hear().await.unwrap().general(), (serial, 0x0002, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn t2_positions_are_flagged_while_connections_fight_for_a_device() {
    let rig = rig(|config| config.rates.takeovers_per_device = only(3)).await;
    let address = rig.handle.addresses().jt808_tcp[0];
    let mut fighters = Vec::new();
    for round in 0..8 {
        let mut next = Terminal::connect(address, DEVICE).await;
        let serial = next.send(0x0200, &position(round)).await;
        assert_eq!(next.hear().await.unwrap().general(), (serial, 0x0200, 0));
        fighters.push(next);
    }
    let flagged: Vec<bool> = rig
        .records(Topic::Positions)
        .await
        .iter()
        .map(|record| {
            let position = Position::decode(record.value.as_deref().unwrap()).unwrap();
            position.quality.contains(&Quality::SuspectIdentity.into())
        })
        .collect();
    assert_eq!(flagged, [false, false, false, false, true, true, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_a_replayed_frame_has_the_event_id_of_the_original() {
    let rig = Rig::start().await;
    let captured = frame(DEVICE, 7, 0x0200, &position(3));
    for _ in 0..2 {
        let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
        terminal.write(&captured).await;
        terminal.hear().await.unwrap();
    }
    let positions = rig.records(Topic::Positions).await;
    assert_eq!(positions.len(), 2);
    assert_eq!(positions[0].header("event-id"), positions[1].header("event-id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn t5_hundreds_that_miss_the_same_deadline_all_go_and_who_is_served_stays() {
    let rig = rig(|config| config.deadlines.first_byte_seconds = 0.5).await;
    let address = rig.handle.addresses().jt808_tcp[0];
    let mut good = Terminal::connect(address, DEVICE).await;
    good.send(0x0200, &position(0)).await;
    good.hear().await.unwrap();
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(Terminal::connect(address, STRANGER).await);
    }
    for one in &mut silent {
        one.closed().await;
    }
    drop(silent);
    rig.until("all but the device have left", |handle| handle.connections() == 1)
        .await;
    let serial = good.send(0x0200, &position(1)).await;
    assert_eq!(good.hear().await.unwrap().general(), (serial, 0x0200, 0));
}
