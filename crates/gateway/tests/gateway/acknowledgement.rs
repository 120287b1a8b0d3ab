use std::sync::Arc;

use bus::PublishError;
use events::Topic;

use crate::client::{Terminal, frame, position};
use crate::outlet::Lever;
use crate::rig::{DEVICE, Rig, config};

/// A rig whose way to the log obeys the test, and a terminal whose first message has been answered.
async fn online() -> (Rig, Arc<Lever>, Terminal) {
    let mut lever = None;
    let rig = Rig::over(config(), |bus| {
        let made = Lever::new(bus.publisher());
        lever = Some(made.clone());
        made
    })
    .await;
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
    let serial = terminal.send(0x0200, &position(0)).await;
    assert_eq!(terminal.hear().await.unwrap().general(), (serial, 0x0200, 0));
    (rig, lever.unwrap(), terminal)
}

async fn until_held(rig: &Rig, lever: &Arc<Lever>, count: usize) {
    rig.until("the records are held", |_| {
        lever.held_of(Topic::Positions) == count
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answered_position_is_in_the_log() {
    let (rig, _, _terminal) = online().await;
    let positions = rig.records(Topic::Positions).await;
    assert_eq!(positions.len(), 1);
    assert_eq!(positions[0].key.as_ref(), DEVICE.as_bytes());
    assert!(positions[0].header("generation").is_some() && positions[0].header("event-id").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_are_answered_while_positions_wait_and_positions_only_when_durable() {
    let (rig, lever, mut terminal) = online().await;
    lever.hold();
    let reported = terminal.send(0x0200, &position(1)).await;
    until_held(&rig, &lever, 1).await;
    let beat = terminal.send(0x0002, &[]).await;
    assert_eq!(
        terminal.hear().await.unwrap().general(),
        (beat, 0x0002, 0),
        "the heartbeat comes first"
    );
    lever.release();
    assert_eq!(terminal.hear().await.unwrap().general(), (reported, 0x0200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_leave_in_order_whatever_order_the_log_settles_in() {
    let (rig, lever, mut terminal) = online().await;
    lever.hold();
    let first = terminal.send(0x0200, &position(1)).await;
    until_held(&rig, &lever, 1).await;
    let second = terminal.send(0x0200, &position(2)).await;
    until_held(&rig, &lever, 2).await;
    let last = lever.held() - 1;
    lever.settle(last, Ok(()));
    lever.release();
    assert_eq!(terminal.hear().await.unwrap().general().0, first);
    assert_eq!(terminal.hear().await.unwrap().general().0, second);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_log_does_not_take_is_not_answered_and_the_connection_lives_on() {
    let (rig, lever, mut terminal) = online().await;
    lever.set_broken(true);
    terminal.send(0x0200, &position(1)).await;
    let beat = terminal.send(0x0002, &[]).await;
    assert_eq!(terminal.hear().await.unwrap().general(), (beat, 0x0002, 0));
    lever.set_broken(false);
    let again = terminal.send(0x0200, &position(1)).await;
    assert_eq!(
        terminal.hear().await.unwrap().general(),
        (again, 0x0200, 0),
        "only the resend is answered"
    );
    assert_eq!(rig.records(Topic::Positions).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refused_record_silences_its_own_message_only() {
    let (rig, lever, mut terminal) = online().await;
    lever.hold();
    terminal.send(0x0200, &position(1)).await;
    until_held(&rig, &lever, 1).await;
    let second = terminal.send(0x0200, &position(2)).await;
    until_held(&rig, &lever, 2).await;
    lever.settle(0, Err(PublishError::Refused("too large".to_owned())));
    lever.release();
    assert_eq!(terminal.hear().await.unwrap().general().0, second);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_while_the_log_has_no_room() {
    let (rig, lever, mut terminal) = online().await;
    lever.set_crowded(true);
    lever.hold();
    // More than the system buffers between two sockets would prove it too; here the order does.
    terminal.send(0x0200, &position(1)).await;
    let other = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
    rig.until("the second connection was accepted", |handle| {
        handle.connections() == 2
    })
    .await;
    assert_eq!(lever.held(), 0);
    drop(other);
    lever.set_crowded(false);
    until_held(&rig, &lever, 1).await;
    lever.release();
    assert_eq!(terminal.hear().await.unwrap().general().1, 0x0200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_may_be_split_at_every_byte() {
    let rig = Rig::start().await;
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
    let bytes = frame(DEVICE, 9, 0x0200, &position(7));
    for split in 1..bytes.len() {
        let (front, back) = bytes.split_at(split);
        terminal.write(front).await;
        rig.until("the half frame is kept", |handle| {
            handle.partial_frame_bytes() == split as u64
        })
        .await;
        terminal.write(back).await;
        assert_eq!(
            terminal.hear().await.unwrap().general(),
            (9, 0x0200, 0),
            "split at {split}"
        );
        assert_eq!(rig.handle.partial_frame_bytes(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_between_frames_goes_to_the_rejects_and_closes_nothing() {
    let rig = Rig::start().await;
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
    for round in 0..20 {
        terminal.write(b"GET / HTTP/1.1\r\n\r\n").await;
        let mut broken = frame(DEVICE, 7, 0x0200, &position(3));
        broken[20] ^= 0x40;
        terminal.write(&broken).await;
        let serial = terminal.send(0x0200, &position(round)).await;
        assert_eq!(terminal.hear().await.unwrap().general(), (serial, 0x0200, 0));
    }
    let rejects = rig.records(Topic::Rejects).await;
    let reasons: Vec<String> = rejects
        .iter()
        .map(|record| {
            let reject: events::reject::v1::Reject =
                events::Message::decode(record.value.as_deref().unwrap()).unwrap();
            reject.reason
        })
        .collect();
    assert!(
        reasons.iter().filter(|reason| *reason == "junk").count() >= 20,
        "{reasons:?}"
    );
    assert!(
        reasons.iter().filter(|reason| *reason == "checksum").count() >= 20,
        "{reasons:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_ready_while_the_log_takes_nothing_and_ready_again_after() {
    let (rig, lever, mut terminal) = online().await;
    assert_eq!(rig.handle.readiness(), Ok(String::new()));
    lever.set_broken(true);
    terminal.send(0x0200, &position(1)).await;
    rig.until("the gateway is not ready", |handle| handle.readiness().is_err())
        .await;
    lever.set_broken(false);
    terminal.send(0x0200, &position(1)).await;
    terminal.hear().await.unwrap();
    rig.until("the gateway is ready", |handle| handle.readiness().is_ok())
        .await;
    lever.set_crowded(true);
    assert!(rig.handle.readiness().is_err());
}
