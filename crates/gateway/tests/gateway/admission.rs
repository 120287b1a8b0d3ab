use bus::Received;
use events::registry::v1::{Admission as How, Device};
use events::{Message, Topic};
use gateway::Admission;

use crate::client::{Terminal, position, registration};
use crate::outlet::Lever;
use crate::rig::{DEVICE, Rig, config};

const STRANGER: &str = "13900139000";

fn device(record: &Received) -> Device {
    Device::decode(record.value.as_deref().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_refused_and_nothing_of_it_is_stored() {
    let rig = Rig::start().await;
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], STRANGER).await;
    let serial = terminal.send(0x0200, &position(0)).await;
    assert_eq!(
        terminal.hear().await.unwrap().general(),
        (serial, 0x0200, 1),
        "not accepted"
    );
    terminal.send(0x0100, &registration()).await;
    assert_eq!(terminal.hear().await.unwrap().registration(), (4, String::new()));
    assert_eq!(rig.records(Topic::Positions).await.len(), 0);
    assert_eq!(rig.records(Topic::DeviceEvents).await.len(), 0);
    assert_eq!(rig.records(Topic::Devices).await.len(), 0);
    assert_eq!(rig.records(Topic::Rejects).await.len(), 2);
    assert_eq!(rig.handle.devices_online(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn learn_mode_enters_a_stranger_in_the_topic() {
    let mut config = config();
    config.devices.admission = Admission::Learn;
    let rig = Rig::with(config).await;
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], STRANGER).await;
    let serial = terminal.send(0x0200, &position(0)).await;
    assert_eq!(terminal.hear().await.unwrap().general(), (serial, 0x0200, 0));
    let devices = rig.records(Topic::Devices).await;
    assert_eq!(devices.len(), 1);
    assert_eq!(
        (
            device(&devices[0]).device.as_str(),
            device(&devices[0]).admission()
        ),
        (STRANGER, How::Learned)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_given_once_kept_as_a_hash_and_asked_for() {
    let mut config = config();
    config.devices.require_code = true;
    config.raw_frames = true;
    let rig = Rig::with(config).await;
    let address = rig.handle.addresses().jt808_tcp[0];
    let mut terminal = Terminal::connect(address, DEVICE).await;
    terminal.send(0x0100, &registration()).await;
    let (result, code) = terminal.hear().await.unwrap().registration();
    assert_eq!((result, code.len()), (0, 32));

    let mut impostor = Terminal::connect(address, DEVICE).await;
    let serial = impostor.send(0x0102, b"00000000000000000000000000000000").await;
    assert_eq!(impostor.hear().await.unwrap().general(), (serial, 0x0102, 1));
    let serial = impostor.send(0x0200, &position(0)).await;
    assert_eq!(
        impostor.hear().await.unwrap().general(),
        (serial, 0x0200, 1),
        "its id alone opens nothing"
    );

    let mut back = Terminal::connect(address, DEVICE).await;
    let serial = back.send(0x0102, code.as_bytes()).await;
    assert_eq!(back.hear().await.unwrap().general(), (serial, 0x0102, 0));
    let serial = back.send(0x0200, &position(0)).await;
    assert_eq!(back.hear().await.unwrap().general(), (serial, 0x0200, 0));

    let devices = rig.records(Topic::Devices).await;
    assert_eq!(device(&devices[0]).auth_code_hash.len(), 32);
    for topic in Topic::ALL {
        for record in rig.records(*topic).await {
            let bytes = record.value.unwrap_or_default();
            let found = bytes.windows(code.len()).any(|window| window == code.as_bytes());
            assert!(!found, "the code stands in {}", topic.name());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_told_only_after_its_hash_is_durable() {
    let mut lever = None;
    let rig = Rig::over(config(), |bus| {
        let made = Lever::new(bus.publisher());
        lever = Some(made.clone());
        made
    })
    .await;
    let lever = lever.unwrap();
    lever.hold();
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
    terminal.send(0x0100, &registration()).await;
    rig.until("the hash waits for the log", |_| {
        lever.held_of(Topic::Devices) == 1
    })
    .await;
    let beat = terminal.send(0x0002, &[]).await;
    assert_eq!(
        terminal.hear().await.unwrap().general(),
        (beat, 0x0002, 0),
        "the code did not come before"
    );
    lever.release();
    assert_eq!(terminal.hear().await.unwrap().registration().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_an_operator_blocks_in_the_topic_stays_out() {
    let rig = Rig::start().await;
    let blocked = Device {
        device: DEVICE.to_owned(),
        blocked: true,
        ..Device::default()
    };
    rig.publish(Topic::Devices, DEVICE, blocked.encode_to_vec()).await;
    let address = rig.handle.addresses().jt808_tcp[0];
    // The gateway follows the topic; each try is a connection of its own.
    let refused = async {
        loop {
            let mut terminal = Terminal::connect(address, DEVICE).await;
            terminal.send(0x0200, &position(0)).await;
            if terminal.hear().await.unwrap().general().2 == 1 {
                return;
            }
        }
    };
    tokio::time::timeout(crate::rig::LIMIT, refused)
        .await
        .expect("the device is refused");
}
