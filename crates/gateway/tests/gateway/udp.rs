use std::net::SocketAddr;
use std::time::Duration;

use events::origin::v1::Transport;
use events::{Message, Topic};
use tokio::net::UdpSocket;
use tokio::time::timeout;

use crate::client::{frame, position, registration};
use crate::rig::{DEVICE, LIMIT, Rig, config};

async fn socket(address: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(address).await.unwrap();
    socket
}

async fn hear(socket: &UdpSocket) -> Vec<u8> {
    let mut room = [0; 2048];
    let count = timeout(LIMIT, socket.recv(&mut room))
        .await
        .expect("an answer")
        .unwrap();
    room[..count].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_by_datagram_is_durable_and_answered() {
    let rig = Rig::start().await;
    let socket = socket(rig.handle.addresses().jt808_udp[0]).await;
    socket
        .send(&frame(DEVICE, 3, 0x0200, &position(0)))
        .await
        .unwrap();
    assert_eq!(hear(&socket).await[1..3], [0x80, 0x01]);
    let positions = rig.records(Topic::Positions).await;
    let position = events::position::v1::Position::decode(positions[0].value.as_deref().unwrap()).unwrap();
    assert_eq!(position.origin.unwrap().transport(), Transport::Udp);
    assert_eq!(rig.handle.devices_online(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_connection_takes_the_device_from_a_datagram_peer() {
    let rig = Rig::start().await;
    let socket = socket(rig.handle.addresses().any_udp[0]).await;
    socket
        .send(&frame(DEVICE, 3, 0x0200, &position(0)))
        .await
        .unwrap();
    hear(&socket).await;
    let mut terminal = crate::client::Terminal::connect(rig.handle.addresses().any_tcp[0], DEVICE).await;
    terminal.send(0x0200, &position(1)).await;
    terminal.hear().await.unwrap();
    rig.until("the peer is forgotten", |handle| {
        handle.connections() == 1 && handle.devices_online() == 1
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_more_bytes_than_it_sent() {
    let mut config = config();
    config.devices.admission = gateway::Admission::Learn;
    let rig = Rig::with(config).await;
    let socket = socket(rig.handle.addresses().jt808_udp[0]).await;
    let (mut sent, mut received) = (0, 0);
    let messages: [(u16, Vec<u8>); 4] = [
        (0x0004, Vec::new()),
        (0x0002, Vec::new()),
        (0x0100, registration()),
        (0x0200, position(0)),
    ];
    for serial in 0..60u16 {
        let (id, body) = &messages[usize::from(serial) % messages.len()];
        let device = format!("1380013{:04}", serial / 7);
        sent += socket.send(&frame(&device, serial, *id, body)).await.unwrap();
        let mut room = [0; 2048];
        while let Ok(Ok(count)) = timeout(Duration::from_millis(20), socket.recv(&mut room)).await {
            received += count;
        }
        assert!(received <= sent, "{received} bytes came for {sent}");
    }
    assert!(received > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_frame_in_a_datagram_does_not_spoil_the_next() {
    let rig = Rig::start().await;
    let socket = socket(rig.handle.addresses().jt808_udp[0]).await;
    let whole = frame(DEVICE, 3, 0x0200, &position(0));
    socket.send(&whole[..20]).await.unwrap();
    socket.send(&whole).await.unwrap();
    assert_eq!(hear(&socket).await[1..3], [0x80, 0x01]);
    assert_eq!(rig.records(Topic::Rejects).await.len(), 1);
}
