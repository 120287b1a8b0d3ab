use events::{Message, Topic};
use gateway::{Error, Gateway, GatewayConfig};
use tokio_util::sync::CancellationToken;
use wire::jt808::{Edition, Envelope, PartOf};

use crate::client::{Terminal, frame, position};
use crate::rig::{DEVICE, Rig, config};

/// A rig whose deadlines are short enough for a test and far apart.
async fn impatient(change: impl FnOnce(&mut GatewayConfig)) -> Rig {
    let mut config = config();
    change(&mut config);
    Rig::with(config).await
}

async fn offline_reason(rig: &Rig) -> String {
    let record = rig
        .record_in(Topic::DeviceEvents, |record| {
            let event = events::device::v1::DeviceEvent::decode(record.value.as_deref().unwrap()).unwrap();
            matches!(
                event.event,
                Some(events::device::v1::device_event::Event::Offline(_))
            )
        })
        .await;
    let event = events::device::v1::DeviceEvent::decode(record.value.as_deref().unwrap()).unwrap();
    let Some(events::device::v1::device_event::Event::Offline(offline)) = event.event else {
        unreachable!()
    };
    offline.reason
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_is_closed_and_who_logged_in_is_not() {
    let rig = impatient(|config| {
        config.deadlines.first_byte_seconds = 3.0;
        config.deadlines.login_seconds = 4.0;
    })
    .await;
    let address = rig.handle.addresses().jt808_tcp[0];
    let mut good = Terminal::connect(address, DEVICE).await;
    good.send(0x0200, &position(0)).await;
    good.hear().await.unwrap();
    let mut silent = Terminal::connect(address, DEVICE).await;
    silent.closed().await;
    let mut chatty = Terminal::connect(address, DEVICE).await;
    chatty.write(&[0x00; 64]).await;
    chatty.closed().await;
    let serial = good.send(0x0002, &[]).await;
    assert_eq!(good.hear().await.unwrap().general(), (serial, 0x0002, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_does_not_get_finished_ends_its_connection() {
    let rig = impatient(|config| config.deadlines.frame_seconds = 0.1).await;
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
    terminal.send(0x0200, &position(0)).await;
    terminal.hear().await.unwrap();
    terminal
        .write(&frame(DEVICE, 5, 0x0200, &position(1))[..10])
        .await;
    terminal.closed().await;
    assert_eq!(offline_reason(&rig).await, "frame_timeout");
    assert_eq!(rig.handle.partial_frame_bytes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_ends_a_connection() {
    let rig = impatient(|config| config.deadlines.idle_seconds = 1.0).await;
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
    terminal.send(0x0200, &position(0)).await;
    terminal.hear().await.unwrap();
    terminal.closed().await;
    assert_eq!(offline_reason(&rig).await, "idle");
}

#[tokio::test(flavor = "multi_thread")]
async fn half_frames_of_all_connections_together_are_bounded() {
    let rig = impatient(|config| {
        config.limits.partial_frame_bytes = 2_000;
        config.deadlines.frame_seconds = 60.0;
    })
    .await;
    let address = rig.handle.addresses().jt808_tcp[0];
    let half = &frame(DEVICE, 5, 0x0200, &[7; 900])[..500];
    let mut slow = Vec::new();
    for _ in 0..10 {
        slow.push(Terminal::connect(address, DEVICE).await);
    }
    for terminal in &mut slow {
        terminal.write(half).await;
    }
    // Two shards may each end one connection for the same bytes; neither ends all of its own.
    rig.until("as many are gone as have to be", |handle| {
        (3..=4).contains(&handle.connections()) && handle.partial_frame_bytes() <= 2_000
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sub_packets_that_wait_for_others_count_as_half_frames() {
    let rig = impatient(|config| {
        config.limits.partial_frame_bytes = 2_000;
    })
    .await;
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
    let envelope = Envelope::new(Edition::V2013, DEVICE, 1).unwrap();
    let part = |id| envelope.seal(id, 1, Some(PartOf { total: 2, index: 1 }), &[0xF1; 900]);
    terminal.write(&part(0x0900)).await;
    rig.until("one part is counted", |handle| {
        handle.partial_frame_bytes() == 900
    })
    .await;
    terminal.write(&[part(0x0F00), part(0x0F01)].concat()).await;
    terminal.closed().await;
    rig.until("nothing is held any more", |handle| {
        handle.partial_frame_bytes() == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let rig = Rig::start().await;
    let mut config = config();
    config.listen.jt808_tcp = vec![taken.local_addr().unwrap()];
    let error = Gateway::start(config, &rig.bus, CancellationToken::new())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Listen { .. }));
    let text = error.to_string();
    assert!(
        text.contains("another program has the port") && text.contains("gateway.listen.jt808_tcp"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn any_bytes_on_any_port_leave_healthy_connections_alone() {
    let rig = Rig::start().await;
    let addresses = rig.handle.addresses().clone();
    let mut good = Terminal::connect(addresses.jt808_tcp[0], DEVICE).await;
    good.send(0x0200, &position(0)).await;
    good.hear().await.unwrap();
    // A fixed sequence that has every byte and every pair of neighbours often.
    let mut seed = 0x2545_F491u32;
    let mut noise = || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed.to_le_bytes()
    };
    for address in [
        addresses.jt808_tcp[0],
        addresses.gt06_tcp[0],
        addresses.any_tcp[0],
    ] {
        for _ in 0..10 {
            let mut terminal = Terminal::connect(address, DEVICE).await;
            let bytes: Vec<u8> = (0..1000).flat_map(|_| noise()).collect();
            // The gateway may close before it has read all of it.
            let _ = tokio::io::AsyncWriteExt::write_all(&mut terminal.stream, &bytes).await;
        }
    }
    let serial = good.send(0x0200, &position(1)).await;
    assert_eq!(good.hear().await.unwrap().general(), (serial, 0x0200, 0));
}
