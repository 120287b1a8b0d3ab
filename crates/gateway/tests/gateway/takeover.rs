use events::device::v1::{DeviceEvent, device_event::Event};
use events::{Message, Topic};

use crate::client::{Terminal, position};
use crate::rig::{DEVICE, Rig};

fn event(record: &bus::Received) -> DeviceEvent {
    DeviceEvent::decode(record.value.as_deref().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_connection_wins_and_the_old_one_is_closed() {
    let rig = Rig::start().await;
    let address = rig.handle.addresses().jt808_tcp[0];
    let mut old = Terminal::connect(address, DEVICE).await;
    old.send(0x0200, &position(0)).await;
    old.hear().await.unwrap();
    let old_address = old.stream.local_addr().unwrap().to_string();

    let mut new = Terminal::connect(address, DEVICE).await;
    let serial = new.send(0x0200, &position(1)).await;
    assert_eq!(new.hear().await.unwrap().general(), (serial, 0x0200, 0));
    old.closed().await;
    assert_eq!(rig.handle.devices_online(), 1);

    let takeover = rig
        .record_in(Topic::DeviceEvents, |record| {
            matches!(event(record).event, Some(Event::Takeover(_)))
        })
        .await;
    let Some(Event::Takeover(takeover)) = event(&takeover).event else {
        unreachable!()
    };
    assert_eq!(takeover.old_peer, old_address);
    assert_eq!(takeover.new_peer, new.stream.local_addr().unwrap().to_string());
    rig.record_in(
        Topic::DeviceEvents,
        |record| matches!(event(record).event, Some(Event::Offline(offline)) if offline.reason == "takeover"),
    )
    .await;

    let positions = rig.records(Topic::Positions).await;
    let generations: Vec<u64> = positions
        .iter()
        .map(|record| {
            std::str::from_utf8(record.header("generation").unwrap())
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect();
    assert!(
        generations.len() == 2 && generations[0] < generations[1],
        "{generations:?}"
    );

    let serial = new.send(0x0200, &position(2)).await;
    assert_eq!(
        new.hear().await.unwrap().general(),
        (serial, 0x0200, 0),
        "the newer one is served on"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_fight_for_a_device_never_own_it_both() {
    let rig = Rig::start().await;
    let address = rig.handle.addresses().jt808_tcp[0];
    let mut last = Terminal::connect(address, DEVICE).await;
    for round in 0..30 {
        let mut next = Terminal::connect(address, DEVICE).await;
        let serial = next.send(0x0200, &position(round)).await;
        assert_eq!(next.hear().await.unwrap().general(), (serial, 0x0200, 0));
        assert_eq!(rig.handle.devices_online(), 1);
        if round > 0 {
            last.closed().await;
        }
        last = next;
    }
    assert_eq!(rig.records(Topic::Positions).await.len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_online_and_offline_in_the_topic() {
    let rig = Rig::start().await;
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
    terminal.send(0x0200, &position(0)).await;
    terminal.hear().await.unwrap();
    drop(terminal);
    rig.until("the connection is gone", |handle| handle.connections() == 0)
        .await;
    let events: Vec<_> = rig
        .records(Topic::DeviceEvents)
        .await
        .iter()
        .filter_map(|record| event(record).event)
        .collect();
    assert!(matches!(events.first(), Some(Event::Online(_))), "{events:?}");
    let Some(Event::Offline(offline)) = events.last() else {
        panic!("{events:?}")
    };
    assert_eq!((offline.reason.as_str(), offline.frames), ("eof", 1));
}
