//! Gateway, consumers and brokers in processes of their own, killed while a town lives its day. A binary of its own, since
//! a dozen processes are enough for the machine at a time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use serde_json::Value;
use tests::kafka::{KafkaServer, Keeper};

/// Kills of the run, where `MILEPOST_KILLS` says nothing else: each role once.
const KILLS: &str = "5";

#[test]
fn r9_r10_r17_what_is_derived_is_the_same_after_kills_of_consumers_and_brokers_in_a_storm() {
    if !KafkaServer::is_available() {
        return;
    }
    let keeper = Keeper::start(3).unwrap();
    let kills = std::env::var("MILEPOST_KILLS").unwrap_or_else(|_| KILLS.to_owned());
    let mut run = Command::new(env!("CARGO_BIN_EXE_milepost"));
    run.args([
        "chaos",
        "consumers",
        "--storm",
        "--replication",
        "3",
        "--seed",
        "1",
    ])
    .args([
        "--devices",
        "8",
        "--speed",
        "600",
        "--from-hour",
        "16.5",
        "--duration",
        "45s",
    ])
    .args(["--kills", &kills, "--brokers", keeper.brokers()]);
    for pid in keeper.pids() {
        run.arg("--broker-pid").arg(pid);
    }
    let output = run.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let line: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    println!("{line}");
    assert_eq!(line["kills"].to_string(), kills, "{line}");
    assert!(line["acked"].as_u64() > Some(0), "{line}");
    assert!(line["joined"].as_u64() > Some(0), "{line}");
    for nothing in ["lost", "duplicates_after", "repeated", "different"] {
        assert_eq!(line[nothing], 0, "{line}");
    }
    // There was something to get wrong.
    for topic in ["fence-events", "trips", "stops", "attendance"] {
        let records = &line["derived"][format!("milepost.{topic}.v1")];
        assert!(records.as_u64() > Some(0), "{line}");
    }
    assert!(output.status.success(), "{line} {said}");
}
