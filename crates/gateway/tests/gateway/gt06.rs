use std::net::SocketAddr;

use events::{Message, Topic};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::gt06::{Form, seal};

use crate::rig::{LIMIT, Rig, config};

const IMEI: &str = "356938035643809";

async fn connect(address: SocketAddr) -> TcpStream {
    timeout(LIMIT, TcpStream::connect(address))
        .await
        .unwrap()
        .unwrap()
}

async fn hear(stream: &mut TcpStream) -> Vec<u8> {
    let mut room = [0; 10];
    timeout(LIMIT, stream.read_exact(&mut room))
        .await
        .expect("an answer")
        .unwrap();
    room.to_vec()
}

fn login(imei: &str) -> Vec<u8> {
    let digits = format!("{imei:0>16}");
    let bytes: Vec<u8> = (0..8)
        .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    seal(Form::Short, 0x01, &bytes, 1)
}

/// 0x12: date, satellites, latitude, longitude, speed, course, one cell.
fn position(serial: u16) -> Vec<u8> {
    let mut content = vec![25, 6, 1, 0, 30, 7, 0xCA];
    content.extend(54_900_000u32.to_be_bytes());
    content.extend(205_740_000u32.to_be_bytes());
    content.extend([36, 0x14, 0x5A, 0x01, 0xCC, 0x00, 0x28, 0x7D, 0x00, 0x1F, 0xB8]);
    seal(Form::Short, 0x12, &content, serial)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_logs_in_reports_and_is_alive() {
    let mut config = config();
    config.devices.list.push(IMEI.to_owned());
    let rig = Rig::with(config).await;
    for address in [
        rig.handle.addresses().gt06_tcp[0],
        rig.handle.addresses().any_tcp[0],
    ] {
        let mut stream = connect(address).await;
        stream.write_all(&login(IMEI)).await.unwrap();
        assert_eq!(hear(&mut stream).await[..4], [0x78, 0x78, 0x05, 0x01]);
        stream.write_all(&position(2)).await.unwrap();
        stream
            .write_all(&seal(Form::Short, 0x13, &[0x44, 4, 4, 0, 1], 3))
            .await
            .unwrap();
        assert_eq!(hear(&mut stream).await[..4], [0x78, 0x78, 0x05, 0x13]);
        let record = rig.record_in(Topic::Positions, |record| record.key == IMEI).await;
        let position = events::position::v1::Position::decode(record.value.as_deref().unwrap()).unwrap();
        assert!((position.latitude - 30.5).abs() < 1e-6 && (position.longitude - 114.3).abs() < 1e-6);
        assert_eq!(rig.handle.devices_online(), 1, "while its connection stands");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_before_the_login() {
    let rig = Rig::start().await;
    let mut stream = connect(rig.handle.addresses().gt06_tcp[0]).await;
    stream.write_all(&position(2)).await.unwrap();
    let reject = rig.record_in(Topic::Rejects, |_| true).await;
    let reject = events::reject::v1::Reject::decode(reject.value.as_deref().unwrap()).unwrap();
    assert_eq!(reject.reason, "state");
    assert_eq!(rig.records(Topic::Positions).await.len(), 0);
}
