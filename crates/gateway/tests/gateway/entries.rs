//! Ports behind a load balancer, and ports with TLS.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use events::device::v1::{DeviceEvent, device_event::Event};
use events::{Message, Topic};
use gateway::{Error, Gateway, GatewayConfig, Listen, Proxied, Rate, Tls};
use ppp::v2::{Builder, Command, Protocol, Version};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::client::{Terminal, frame, position};
use crate::rig::{DEVICE, LIMIT, Rig, config};

const FAR: &str = "192.0.2.7:4711";

fn header(command: Command) -> Vec<u8> {
    let addresses: (SocketAddr, SocketAddr) = (FAR.parse().unwrap(), "198.51.100.1:5023".parse().unwrap());
    Builder::with_addresses(Version::Two | command, Protocol::Stream, addresses)
        .build()
        .unwrap()
}

fn behind_a_load_balancer(upstream: &str) -> GatewayConfig {
    GatewayConfig {
        proxied: Proxied {
            jt808_tcp: vec!["127.0.0.1:0".parse().unwrap()],
            upstreams: vec![upstream.parse().unwrap()],
            ..Proxied::default()
        },
        ..config()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_load_balancer_a_device_has_the_address_that_the_header_says() {
    let rig = Rig::with(behind_a_load_balancer("127.0.0.0/8")).await;
    let address = rig.handle.addresses().proxied_tcp[0];
    let mut terminal = Terminal::connect(address, DEVICE).await;
    let header = header(Command::Proxy);
    let (front, back) = header.split_at(9);
    terminal.write(front).await;
    rig.until("the half header is kept", |handle| {
        handle.partial_frame_bytes() == 9
    })
    .await;
    terminal.write(back).await;
    let serial = terminal.send(0x0200, &position(0)).await;
    assert_eq!(terminal.hear().await.unwrap().general(), (serial, 0x0200, 0));
    let online = rig.records(Topic::DeviceEvents).await;
    let event = DeviceEvent::decode(online[0].value.as_deref().unwrap()).unwrap();
    let Some(Event::Online(online)) = event.event else {
        panic!("{event:?}")
    };
    assert_eq!(online.peer, FAR);
}

#[tokio::test(flavor = "multi_thread")]
async fn t1_nobody_but_the_load_balancer_may_say_where_a_device_is() {
    let rig = Rig::with(behind_a_load_balancer("198.51.100.0/24")).await;
    let mut liar = Terminal::connect(rig.handle.addresses().proxied_tcp[0], DEVICE).await;
    liar.closed().await;
    assert_eq!(rig.handle.devices_online(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_its_header_ends_and_a_health_check_does_not() {
    let rig = Rig::with(behind_a_load_balancer("127.0.0.0/8")).await;
    let address = rig.handle.addresses().proxied_tcp[0];
    let mut bare = Terminal::connect(address, DEVICE).await;
    bare.send(0x0200, &position(0)).await;
    assert_eq!(bare.hear().await, None);
    let mut check = Terminal::connect(address, DEVICE).await;
    check.write(&header(Command::Local)).await;
    let serial = check.send(0x0200, &position(0)).await;
    assert_eq!(check.hear().await.unwrap().general(), (serial, 0x0200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn t4_rates_count_for_the_device_and_not_for_the_load_balancer() {
    let mut config = behind_a_load_balancer("127.0.0.0/8");
    config.rates.accepts_per_network = Rate {
        per_second: 0.000_01,
        burst: 1,
    };
    let rig = Rig::with(config).await;
    let address = rig.handle.addresses().proxied_tcp[0];
    let mut first = Terminal::connect(address, DEVICE).await;
    first.write(&header(Command::Proxy)).await;
    let serial = first.send(0x0200, &position(0)).await;
    assert_eq!(first.hear().await.unwrap().general(), (serial, 0x0200, 0));
    let mut second = Terminal::connect(address, DEVICE).await;
    second.write(&header(Command::Proxy)).await;
    second.closed().await;
    let mut own = Terminal::connect(address, DEVICE).await;
    own.write(&header(Command::Local)).await;
    let serial = own.send(0x0200, &position(1)).await;
    assert_eq!(own.hear().await.unwrap().general(), (serial, 0x0200, 0));
}

/// A configuration with a port for TLS, and a client that trusts its certificate.
fn with_tls(folder: &Path) -> (GatewayConfig, Arc<ClientConfig>) {
    let made = rcgen::generate_simple_self_signed(vec!["gateway.test".to_owned()]).unwrap();
    let tls = Tls {
        jt808_tcp: vec!["127.0.0.1:0".parse().unwrap()],
        certificate_file: folder.join("certificate.pem"),
        key_file: folder.join("key.pem"),
        ..Tls::default()
    };
    std::fs::write(&tls.certificate_file, made.cert.pem()).unwrap();
    std::fs::write(&tls.key_file, made.signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = GatewayConfig {
        listen: Listen::nowhere(),
        tls,
        ..config()
    };
    (config, Arc::new(client))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_with_tls_is_served_as_any_other() {
    let folder = TempDir::new().unwrap();
    let (config, client) = with_tls(folder.path());
    let rig = Rig::with(config).await;
    let address = rig.handle.addresses().tls_tcp[0];
    let heard = tokio::task::spawn_blocking(move || {
        let name = ServerName::try_from("gateway.test").unwrap();
        let session = ClientConnection::new(client, name).unwrap();
        let stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let mut stream = StreamOwned::new(session, stream);
        // More than one record of TLS holds, in one go.
        let many: Vec<u8> = (0..600)
            .flat_map(|serial| frame(DEVICE, serial, 0x0200, &position(0)))
            .collect();
        stream.write_all(&many).unwrap();
        let mut heard = Vec::new();
        // Each answer has a mark before and behind it.
        while heard.iter().filter(|byte| **byte == 0x7E).count() < 2 * 600 {
            let mut room = [0; 4096];
            let count = stream.read(&mut room).unwrap();
            assert!(count > 0, "the gateway closed the connection");
            heard.extend_from_slice(&room[..count]);
        }
        heard
    })
    .await
    .unwrap();
    assert_eq!(heard[1..3], [0x80, 0x01]);
    let positions = rig.records(Topic::Positions).await;
    assert_eq!(positions.len(), 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_no_tls_on_its_port_is_closed() {
    let folder = TempDir::new().unwrap();
    let (config, _) = with_tls(folder.path());
    let rig = Rig::with(config).await;
    let mut plain = Terminal::connect(rig.handle.addresses().tls_tcp[0], DEVICE).await;
    plain.send(0x0200, &position(0)).await;
    let end = async {
        let mut room = [0; 256];
        // An alert of TLS may come first.
        while let Ok(count) = tokio::io::AsyncReadExt::read(&mut plain.stream, &mut room).await {
            if count == 0 {
                break;
            }
        }
    };
    tokio::time::timeout(LIMIT, end).await.expect("the end");
    assert_eq!(rig.records(Topic::Positions).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_cannot_be_used_is_named_with_its_key() {
    let folder = TempDir::new().unwrap();
    let rig = Rig::start().await;
    let (good, _) = with_tls(folder.path());
    let (mut missing, mut swapped) = (good.clone(), good);
    missing.tls.key_file = folder.path().join("nowhere.pem");
    std::mem::swap(&mut swapped.tls.certificate_file, &mut swapped.tls.key_file);
    for (config, key) in [
        (missing, "gateway.tls.key_file"),
        (swapped, "gateway.tls.certificate_file"),
    ] {
        let error = Gateway::start(config, &rig.bus, CancellationToken::new())
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Tls { .. }), "{error}");
        assert!(error.to_string().contains(key), "{error}");
    }
}
