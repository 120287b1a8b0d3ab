//! `milepost up` as a user meets it: the program is started, spoken to over its ports, killed and read back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod backup;
mod beside;
mod canary;
mod capture;
mod damaged;
mod dead_broker;
mod derived;
mod exported;
mod fences;
mod hostile;
mod kills;
mod restart;
mod rosters;
mod running;
mod secrets;
mod syncs;
mod traces;

use std::process::Command;

use running::Up;

/// Positions of the demo that are waited for.
const POSITIONS: usize = 30;

#[test]
fn the_demo_fills_the_topic_and_another_process_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let up = Up::start(folder.path(), &["--demo", "--speed", "600"]);
    let lines = up.read("positions", &["--follow", "--limit", &POSITIONS.to_string()]);
    assert_eq!(lines.len(), POSITIONS);
    for line in &lines {
        assert_eq!(line["topic"], "milepost.positions.v1");
        assert_eq!(line["key"], line["value"]["device"]);
        assert_eq!(line["headers"]["event-id"], line["value"]["eventId"]);
    }
    let one = lines[0]["key"].as_str().unwrap();
    let of_one = up.read("positions", &["--key", one]);
    assert!(of_one.iter().all(|line| line["key"] == one));
    assert!(up.stop().success(), "SIGTERM ends it well");

    // The log is closed now; the same command opens it itself.
    let again = running::read(folder.path(), "positions", &["--key", one]);
    assert!(again.len() >= of_one.len());
}

#[test]
fn an_unknown_topic_is_refused_with_the_names_that_exist() {
    let folder = tempfile::tempdir().unwrap();
    let up = Up::start(folder.path(), &[]);
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args(["topics", "read", "position", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("milepost.positions.v1"), "{said}");
    assert!(up.stop().success());
}

#[test]
fn a_port_in_use_is_told_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let address = taken.local_addr().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args(["up", "--data"])
        .arg(folder.path())
        .envs(running::ENVIRONMENT)
        .env("MILEPOST__GATEWAY__LISTEN__GT06_TCP", format!("[\"{address}\"]"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("gateway.listen.gt06_tcp"), "{said}");
}
