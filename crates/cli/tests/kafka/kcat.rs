use std::collections::HashSet;
use std::process::Command;

use serde_json::Value;
use tests::kafka::KafkaServer;

use crate::{chaos, nothing_is_missing};

/// Kills of the gateway, where `MILEPOST_KILLS` says nothing else.
const KILLS: &str = "50";

#[test]
fn what_the_gateway_acknowledged_is_read_by_kcat_after_kills() {
    if !KafkaServer::is_available() {
        return;
    }
    let kafka = KafkaServer::start().unwrap();
    let kills = std::env::var("MILEPOST_KILLS").unwrap_or_else(|_| KILLS.to_owned());
    let brokers = kafka.brokers();
    let line = chaos(
        &[
            "kill",
            "--target",
            "gateway",
            "--seed",
            "1",
            "--kills",
            &kills,
            "--brokers",
            &brokers,
        ],
        &[],
    );
    assert_eq!(line["kills"].to_string(), kills, "{line}");
    nothing_is_missing(&line, false);

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
    let acked = line["acked"].as_u64().unwrap();
    assert!(distinct.len() as u64 >= acked, "{} of {acked}", distinct.len());
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
