//! Rights on a real broker: what `topics acls` prints, run with Kafka's own tool, is enough for each role and no more.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tests::kafka::{JARS, KafkaServer, PASSWORD};
use tests::program::Program;
use tests::wait;

use super::secured::{config, gateway, load, milepost, positions, said};

const CONSUMERS: [&str; 3] = ["geofence", "trips", "attendance"];
const ROLES: [&str; 6] = [
    "gateway",
    "geofence",
    "trips",
    "attendance",
    "definitions",
    "reader",
];
/// Time that consumers have to read a few records on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn the_printed_rights_are_enough_for_each_role_and_no_more() {
    if !KafkaServer::is_available() {
        return;
    }
    let kafka = KafkaServer::start_with_rights(&ROLES).unwrap();
    let secured = kafka.secured().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let topics = folder.path().join("topics.toml");
    fs::write(&topics, "[defaults]\npartitions = 2\nretention_hours = 24\n").unwrap();
    let applied = milepost(&["topics", "apply", "--brokers", &kafka.brokers(), "--file"])
        .arg(&topics)
        .output()
        .unwrap();
    assert!(applied.status.success(), "{}", said(&applied));
    let of = |role: &str| config(folder.path(), secured, role, PASSWORD);

    // Nobody may do anything yet.
    let read = milepost(&["topics", "read", "positions", "--config"])
        .arg(of("reader"))
        .output()
        .unwrap();
    assert!(!read.status.success());
    assert!(
        said(&read).contains("has no right to the topic"),
        "{}",
        said(&read)
    );
    for role in ROLES {
        grant(folder.path(), &kafka.brokers(), role);
    }

    let fences = folder.path().join("fences.geojson");
    let import = |role: &str, radius_m: u32| {
        let fence = json!({"type": "Feature", "id": "depot", "properties": {"radius_m": radius_m},
            "geometry": {"type": "Point", "coordinates": [114.3, 30.6]}});
        fs::write(&fences, fence.to_string()).unwrap();
        milepost(&["fences", "import"])
            .arg(&fences)
            .arg("--config")
            .arg(of(role))
            .output()
            .unwrap()
    };
    let imported = import("definitions", 300);
    assert!(imported.status.success(), "{}", said(&imported));
    let refused = import("reader", 400);
    assert!(!refused.status.success(), "a reader wrote: {}", said(&refused));
    assert!(
        said(&refused).to_lowercase().contains("authorization failed"),
        "{}",
        said(&refused)
    );

    let (mut gateway, port) = gateway(folder.path(), &of("gateway"));
    let mut consumers = CONSUMERS.map(|role| {
        let mut command = milepost(&[role, "--config"]);
        command.arg(of(role));
        Program::start(command, folder.path().join(format!("{role}.log"))).unwrap()
    });
    let acked = load(&gateway, port);
    assert!(positions(&of("reader")) >= acked);
    // Their offsets go with a transaction: who is not behind any more has written one.
    for consumer in &consumers {
        let done = wait::until("a consumer to have read all there is", LIMIT, || {
            let metrics = consumer.get("/metrics")?;
            let mut lags = metrics
                .lines()
                .filter(|line| line.starts_with("milepost_kafka_consumer_lag{"))
                .filter(|line| line.contains("milepost.positions.v1"))
                .peekable();
            let commits = metrics.lines().any(|line| {
                line.starts_with("milepost_kafka_consumer_commit_seconds_count{") && !line.ends_with(" 0")
            });
            Ok(lags.peek().is_some() && lags.all(|line| line.ends_with(" 0")) && commits)
        });
        assert!(done.is_ok(), "{done:?} {}", consumer.said());
    }
    for consumer in &mut consumers {
        assert!(consumer.stop().unwrap().success(), "{}", consumer.said());
    }
    assert!(gateway.stop().unwrap().success(), "{}", gateway.said());
}

/// Runs what is printed for a role, with `kafka-acls.sh` as Kafka's archive has it.
fn grant(folder: &Path, brokers: &str, role: &str) {
    let tool = folder.join("kafka-acls.sh");
    let jars = std::env::var(JARS).unwrap();
    let text = format!(
        "#!/bin/sh\nexec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '{jars}/*' org.apache.kafka.tools.AclCommand \"$@\"\n"
    );
    fs::write(&tool, text).unwrap();
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    let printed = milepost(&["topics", "acls", "--role", role, "--brokers", brokers])
        .args(["--principal", &format!("User:{role}")])
        .output()
        .unwrap();
    assert!(printed.status.success(), "{}", said(&printed));
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let commands = String::from_utf8(printed.stdout).unwrap();
    let ran = Command::new("sh")
        .args(["-e", "-c", &commands])
        .env("PATH", path)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{commands} {}", said(&ran));
}
