//! `milepost gateway` on a real Kafka as ops meet it: killed under load, and its topics read with kcat.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;
use std::process::Command;

use serde_json::Value;
use tests::kafka::KafkaServer;

/// Kills of the gateway, where `MILEPOST_KILLS` says nothing else.
const KILLS: &str = "50";

#[test]
fn what_the_gateway_acknowledged_is_read_by_kcat_after_kills() {
    if !KafkaServer::is_available() {
        return;
    }
    let kafka = KafkaServer::start().unwrap();
    let kills = std::env::var("MILEPOST_KILLS").unwrap_or_else(|_| KILLS.to_owned());
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args([
            "chaos", "kill", "--target", "gateway", "--seed", "1", "--kills", &kills,
        ])
        .args(["--brokers", &kafka.brokers()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let line: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    println!("{line}");
    assert_eq!(line["kills"].to_string(), kills, "{line}");
    assert_eq!(line["lost"], 0, "{line}");
    assert_eq!(line["duplicates_after"], 0, "{line}");
    assert_eq!(line["unexplained_duplicates"], 0, "{line}");
    let acked = line["acked"].as_u64().unwrap();
    assert!(acked > 0, "{line}");
    assert!(output.status.success(), "{line} {said}");

    // The stock reader finds what our own oracle found, with the headers that the documentation names.
    let topic = topic_of_the_run(&kafka);
    let read = kcat(
        &kafka,
        &["-C", "-q", "-e", "-o", "beginning", "-t", &topic, "-f", "%k|%h\n"],
    );
    assert!(read.lines().all(|line| line.contains("event-id=")), "headers");
    assert!(
        read.lines()
            .all(|line| line.contains("schema=milepost.position.v1.Position"))
    );
    let distinct: HashSet<&str> = read.lines().filter_map(event_id).collect();
    assert!(distinct.len() as u64 >= acked, "{} of {acked}", distinct.len());
}

/// Faults of the run below, where `MILEPOST_FAULTS` says nothing else: each of the seven twice.
const FAULTS: &str = "14";

#[test]
fn faults_on_both_sides_of_the_gateway_lose_nothing() {
    if !KafkaServer::is_available() {
        return;
    }
    let kafka = KafkaServer::start_spoilable().unwrap();
    let way = kafka.spoilable().unwrap();
    let rounds = std::env::var("MILEPOST_FAULTS").unwrap_or_else(|_| FAULTS.to_owned());
    for spool in [None, Some("--spool")] {
        let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
            .args([
                "chaos", "faults", "--seed", "1", "--rate", "500", "--rounds", &rounds,
            ])
            .args(["--brokers", &kafka.brokers()])
            .args(["--broker-proxy", &format!("{}={}", way.advertised, way.listens)])
            .args(spool)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let line: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
        println!("{line}");
        let made: u64 = line["faults"]
            .as_object()
            .unwrap()
            .values()
            .filter_map(Value::as_u64)
            .sum();
        assert_eq!(made.to_string(), rounds, "{line}");
        for invariant in ["lost", "duplicates_after", "disorder"] {
            assert_eq!(line[invariant], 0, "{line}");
        }
        // A spool hands over again what it was handing over when a fault came.
        assert!(spool.is_some() || line["unexplained_duplicates"] == 0, "{line}");
        assert!(line["acked"].as_u64() > Some(0), "{line}");
        assert!(output.status.success(), "{line} {said}");
    }
}

#[test]
fn r1_r2_nothing_is_answered_in_an_outage_but_what_the_spool_has() {
    if !KafkaServer::is_available() {
        return;
    }
    let kafka = KafkaServer::start_spoilable().unwrap();
    let way = kafka.spoilable().unwrap();
    for spool in [None, Some("--spool")] {
        let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
            .args([
                "chaos",
                "outage",
                "--outage",
                "6s",
                "--connections",
                "20",
                "--rate",
                "200",
            ])
            .args(["--brokers", &kafka.brokers()])
            .args(["--broker-proxy", &format!("{}={}", way.advertised, way.listens)])
            .args(spool)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let line: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
        println!("{line}");
        assert_eq!(line["acked_in_outage"] == 0, spool.is_none(), "{line}");
        assert_eq!(line["lost"], 0, "{line}");
        assert_eq!(line["duplicates_after"], 0, "{line}");
        assert!(output.status.success(), "{line} {said}");
    }
}

#[test]
fn r3_answers_come_late_where_the_broker_is_slow() {
    if !KafkaServer::is_available() {
        return;
    }
    let kafka = KafkaServer::start_spoilable().unwrap();
    let way = kafka.spoilable().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args([
            "chaos",
            "slow",
            "--late",
            "200ms",
            "--good",
            "20",
            "--rate",
            "100",
            "--duration",
            "3s",
        ])
        .args(["--brokers", &kafka.brokers()])
        .args(["--broker-proxy", &format!("{}={}", way.advertised, way.listens)])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let line: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    println!("{line}");
    // No answer before Kafka's, which is late on both ways.
    assert!(line["with"]["p50_ms"].as_f64() > Some(400.0), "{line}");
    assert!(output.status.success(), "{line} {said}");
}

fn event_id(line: &str) -> Option<&str> {
    line.split(['|', ','])
        .find_map(|part| part.strip_prefix("event-id="))
}

/// The positions' topic, which the run gave a name in front that is its own.
fn topic_of_the_run(kafka: &KafkaServer) -> String {
    let listed: Value = serde_json::from_str(&kcat(kafka, &["-L", "-J"])).unwrap();
    listed["topics"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|topic| topic["topic"].as_str())
        .find(|name| name.ends_with("milepost.positions.v1"))
        .unwrap_or_else(|| panic!("{listed}"))
        .to_owned()
}

/// What `kcat` prints.
fn kcat(kafka: &KafkaServer, arguments: &[&str]) -> String {
    let output = Command::new("kcat")
        .args(["-b", &kafka.brokers()])
        .args(arguments)
        .output()
        .expect("kcat runs: tests/services installs it");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
