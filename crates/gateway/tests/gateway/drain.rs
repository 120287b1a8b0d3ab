use std::time::Duration;

use events::Topic;
use tokio::net::TcpStream;

use crate::client::{Terminal, position};
use crate::outlet::Lever;
use crate::rig::{DEVICE, Rig, config, records};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_before_the_stop_is_answered_and_then_the_connection_ends() {
    let mut lever = None;
    let rig = Rig::over(config(), |bus| {
        let made = Lever::new(bus.publisher());
        lever = Some(made.clone());
        made
    })
    .await;
    let lever = lever.unwrap();
    lever.hold();
    let address = rig.handle.addresses().jt808_tcp[0];
    let mut terminal = Terminal::connect(address, DEVICE).await;
    let serial = terminal.send(0x0200, &position(0)).await;
    rig.until("the position waits for the log", |_| {
        lever.held_of(Topic::Positions) == 1
    })
    .await;
    rig.shutdown.cancel();
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(crate::rig::LIMIT, refused)
        .await
        .expect("new connections are refused");
    lever.release();
    assert_eq!(terminal.hear().await.unwrap().general(), (serial, 0x0200, 0));
    assert_eq!(terminal.hear().await, None);
    let bus = rig.stop().await;
    assert_eq!(records(&bus, Topic::Positions).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_never_settles_does_not_keep_the_process() {
    let mut config = config();
    config.drain_seconds = 0.3;
    let mut lever = None;
    let rig = Rig::over(config, |bus| {
        let made = Lever::new(bus.publisher());
        lever = Some(made.clone());
        made
    })
    .await;
    let lever = lever.unwrap();
    lever.hold();
    let mut terminal = Terminal::connect(rig.handle.addresses().jt808_tcp[0], DEVICE).await;
    terminal.send(0x0200, &position(0)).await;
    rig.until("the position waits for the log", |_| {
        lever.held_of(Topic::Positions) == 1
    })
    .await;
    rig.stop().await;
    assert_eq!(terminal.hear().await, None, "nothing was promised");
}
