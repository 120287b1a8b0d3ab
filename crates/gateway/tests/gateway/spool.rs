use events::Topic;
use gateway::{Gateway, Spool, SpoolMode};
use tokio_util::sync::CancellationToken;

use crate::client::{Terminal, position};
use crate::rig::{DEVICE, LIMIT, Rig, config};

/// A gateway with a spool over the log of a rig.
async fn spooling(rig: &Rig, mode: SpoolMode, folder: &tempfile::TempDir) -> (Gateway, CancellationToken) {
    let mut config = config();
    config.spool = Spool {
        mode,
        path: folder.path().join("spool"),
        ..Spool::default()
    };
    let shutdown = CancellationToken::new();
    let gateway = Gateway::start(config, &rig.bus, shutdown.clone()).await.unwrap();
    (gateway, shutdown)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_through_the_spool_is_answered_and_reaches_the_log_in_order() {
    let rig = Rig::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (gateway, shutdown) = spooling(&rig, SpoolMode::Always, &folder).await;
    let mut terminal = Terminal::connect(gateway.handle().addresses().jt808_tcp[0], DEVICE).await;
    let running = tokio::spawn(gateway.run());
    for second in 0..20 {
        let serial = terminal.send(0x0200, &position(second)).await;
        assert_eq!(terminal.hear().await.unwrap().general(), (serial, 0x0200, 0));
    }
    let last = terminal.send(0x0002, &[]).await;
    assert_eq!(terminal.hear().await.unwrap().general().0, last);
    let mut reader = rig.bus.read(bus::Read::follow(Topic::Positions));
    let mut serials = Vec::new();
    while serials.len() < 20 {
        let record = tokio::time::timeout(LIMIT, reader.next())
            .await
            .expect("the spool drains")
            .unwrap()
            .unwrap();
        let position: events::position::v1::Position =
            events::Message::decode(record.value.as_deref().unwrap()).unwrap();
        serials.push(position.origin.unwrap().serial);
    }
    assert_eq!(serials, (1..=20).collect::<Vec<u32>>());
    shutdown.cancel();
    tokio::time::timeout(LIMIT, running)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_log_takes_nothing_the_spool_does_and_only_then_is_there_an_answer() {
    let rig = Rig::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (gateway, shutdown) = spooling(&rig, SpoolMode::Overflow, &folder).await;
    let mut terminal = Terminal::connect(gateway.handle().addresses().jt808_tcp[0], DEVICE).await;
    let running = tokio::spawn(gateway.run());
    let serial = terminal.send(0x0200, &position(0)).await;
    assert_eq!(terminal.hear().await.unwrap().general(), (serial, 0x0200, 0));

    rig.bus.close();
    // What finds the log closed is not answered; a device sends it again until it is.
    let mut answered = false;
    while !answered {
        terminal.send(0x0200, &position(1)).await;
        let beat = terminal.send(0x0002, &[]).await;
        loop {
            let (serial, id, _) = terminal.hear().await.unwrap().general();
            answered |= id == 0x0200;
            if serial == beat {
                break;
            }
        }
    }
    shutdown.cancel();
    drop(terminal);
    // The log is closed, so how the gateway ends is not asked; that it ends is.
    let _ = tokio::time::timeout(LIMIT, running)
        .await
        .expect("the gateway stops")
        .unwrap();
    let spool = bus::Spool::open(&folder.path().join("spool"), 1 << 20).unwrap();
    assert!(!spool.is_empty(), "what was answered is on disk");
}
