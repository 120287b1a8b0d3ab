//! A gateway whose Kafka cannot be reached.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tests::{ports, wait};

/// Time that anything may take on a busy machine.
const WITHIN: Duration = Duration::from_secs(120);
/// A login of the tracker that the gateway knows.
const LOGIN: &str = "78780d0103569380356438090001911f0d0a";

struct Gateway {
    process: Child,
    admin: u16,
    gt06: u16,
}

impl Gateway {
    fn start(folder: &Path, spool: &str) -> Self {
        let [admin, gt06, nobody] = ports::free().unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_milepost"))
            .args(["gateway", "--brokers", &format!("127.0.0.1:{nobody}")])
            .current_dir(folder)
            .env("MILEPOST__ADMIN__LISTEN", format!("127.0.0.1:{admin}"))
            .env(
                "MILEPOST__GATEWAY__LISTEN__GT06_TCP",
                format!("[\"127.0.0.1:{gt06}\"]"),
            )
            .env("MILEPOST__GATEWAY__LISTEN__GT06_UDP", "[]")
            .env("MILEPOST__GATEWAY__LISTEN__JT808_TCP", "[]")
            .env("MILEPOST__GATEWAY__LISTEN__JT808_UDP", "[]")
            .env("MILEPOST__GATEWAY__DEVICES__LIST", "[\"356938035643809\"]")
            .env("MILEPOST__GATEWAY__DEVICES__WAIT_SECONDS", "0.1")
            .env("MILEPOST__GATEWAY__DRAIN_SECONDS", "1")
            .env(
                "MILEPOST__GATEWAY__DEVICES__AUTH_KEY",
                "0123456789abcdef0123456789abcdef",
            )
            .env("MILEPOST__GATEWAY__SPOOL__MODE", spool)
            .env("MILEPOST__BUS__KAFKA__MESSAGE_TIMEOUT_SECONDS", "2")
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { process, admin, gt06 }
    }

    /// Status and body of the admin port.
    fn get(&self, path: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.admin)).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let status = answer.split(' ').nth(1)?.parse().ok()?;
        Some((status, answer.split_once("\r\n\r\n")?.1.to_owned()))
    }

    /// Waits for an answer of the admin port.
    fn until(&self, path: &str, is_so: impl Fn(u16, &str) -> bool) {
        let mut said = None;
        wait::until(path, WITHIN, || {
            said = self.get(path);
            Ok(said.as_ref().is_some_and(|(status, body)| is_so(*status, body)))
        })
        .unwrap_or_else(|error| panic!("{error}; it said {said:?}"));
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_gateway_without_kafka_serves_devices_while_its_spool_has_room_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(folder.path(), "overflow");
    gateway.until("/startupz", |status, _| status == 200);
    let mut stream = TcpStream::connect(("127.0.0.1", gateway.gt06)).unwrap();
    let login = hex::decode(LOGIN).unwrap();
    let mut answer = [0; 10];
    // What was on its way to Kafka when that was found to be away is not answered; the tracker sends it again.
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    wait::until("an answer from the spool", WITHIN, || {
        stream.write_all(&login)?;
        Ok(stream.read_exact(&mut answer).is_ok())
    })
    .unwrap();
    assert_eq!(answer[..4], [0x78, 0x78, 5, 1]);
    gateway.until("/readyz", |status, body| {
        status == 200 && body.contains("records wait in the spool for the log")
    });
    assert_eq!(gateway.get("/livez").unwrap().0, 200);
    let state = gateway.get("/state").unwrap().1;
    assert!(state.contains("\"waiting_in_spool\":"), "{state}");
}

#[test]
fn a_gateway_without_kafka_and_without_a_spool_is_started_alive_and_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(folder.path(), "off");
    gateway.until("/startupz", |status, _| status == 200);
    // Nobody has connected: the client notices by itself.
    gateway.until("/readyz", |status, body| {
        status == 503 && body.contains("no broker can be reached")
    });
    assert_eq!(gateway.get("/livez").unwrap().0, 200);
}
