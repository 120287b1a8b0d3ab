//! Ports that whoever starts the program keeps open over its restarts, as systemd does.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Command;

use command_fds::{CommandFdExt as _, FdMapping};
use tests::program::Program;
use wire::gt06::message::login::Login;
use wire::gt06::{Imei, Message, Splitter, encode};

const DEVICE: &str = "356938035643809";

/// Descriptors as systemd passes them: from 3 on.
fn passing(sockets: Vec<OwnedFd>, listen: &[(&str, String)], data: &Path) -> Command {
    let count = sockets.len();
    let mut command = Command::new(env!("CARGO_BIN_EXE_milepost"));
    command
        .args(["up", "--data"])
        .arg(data)
        .env("LISTEN_FDS", count.to_string())
        // The device that stays connected is waited for no longer.
        .env("MILEPOST__GATEWAY__DRAIN_SECONDS", "1")
        .env("MILEPOST__GATEWAY__DEVICES__LIST", format!("[\"{DEVICE}\"]"));
    for protocol in ["GT06_TCP", "GT06_UDP", "JT808_TCP", "JT808_UDP"] {
        command.env(format!("MILEPOST__GATEWAY__LISTEN__{protocol}"), "[]");
    }
    for (key, address) in listen {
        command.env(
            format!("MILEPOST__GATEWAY__LISTEN__{key}"),
            format!("[\"{address}\"]"),
        );
    }
    let mappings = (3..)
        .zip(sockets)
        .map(|(child_fd, parent_fd)| FdMapping { parent_fd, child_fd });
    command.fd_mappings(mappings.collect()).unwrap();
    command
}

fn login() -> Vec<u8> {
    let login = Login {
        imei: Imei::from_digits(DEVICE).unwrap(),
        ..Login::default()
    };
    encode(&Message::Login(login), 1)
}

fn is_answered(mut stream: &TcpStream) {
    let mut heard = Vec::new();
    while Splitter::default().next(&heard).is_none() {
        let mut buffer = [0; 64];
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "closed without an answer");
        heard.extend_from_slice(&buffer[..read]);
    }
}

#[test]
fn who_connects_or_sends_while_the_program_restarts_is_served_by_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (at, datagrams_at) = (tcp.local_addr().unwrap(), udp.local_addr().unwrap());
    let listen = [
        ("GT06_TCP", at.to_string()),
        ("JT808_UDP", datagrams_at.to_string()),
    ];
    let start = |name: &str| {
        let sockets = vec![tcp.try_clone().unwrap().into(), udp.try_clone().unwrap().into()];
        let command = passing(sockets, &listen, &folder.path().join("data"));
        Program::start(command, folder.path().join(name)).unwrap()
    };
    let mut first = start("first.log");
    let mut before = TcpStream::connect(at).unwrap();
    before.write_all(&login()).unwrap();
    is_answered(&before);
    assert!(first.stop().unwrap().success(), "{}", first.said());

    // Nobody is there, and nobody is refused.
    let mut meanwhile = TcpStream::connect(at).unwrap();
    meanwhile.write_all(&login()).unwrap();
    let device = UdpSocket::bind("127.0.0.1:0").unwrap();
    device.send_to(b"not a frame", datagrams_at).unwrap();

    let mut second = start("second.log");
    is_answered(&meanwhile);
    tests::wait::until("the datagram", std::time::Duration::from_secs(60), || {
        Ok(second
            .get("/metrics")?
            .lines()
            .any(|line| line.starts_with("milepost_gateway_frame_errors_total{") && line.contains("jt808")))
    })
    .unwrap();
    assert!(second.stop().unwrap().success(), "{}", second.said());
}

#[test]
fn a_socket_that_the_configuration_does_not_have_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = tcp.local_addr().unwrap();
    let another = [("GT06_TCP", "127.0.0.1:0".to_owned())];
    let output = passing(vec![tcp.into()], &another, folder.path())
        .env("MILEPOST__ADMIN__LISTEN", "127.0.0.1:0")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains(&format!("systemd passed a socket at {at}")),
        "{said}"
    );
    assert!(said.contains(".socket unit"), "{said}");
}
