//! Everything goes to the broker by TLS and with a password, on a program that was built with the feature `tls`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tests::kafka::{KafkaServer, MECHANISM, PASSWORD, Secured, USER};
use tests::ports;
use tests::program::Program;

#[test]
fn t15_positions_reach_a_broker_by_tls_and_with_a_password() {
    if !KafkaServer::is_available() {
        return;
    }
    let kafka = KafkaServer::start_secured().unwrap();
    let secured = kafka.secured().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), secured, USER, PASSWORD);
    let topics = folder.path().join("topics.toml");
    std::fs::write(&topics, "[defaults]\npartitions = 2\nretention_hours = 24\n").unwrap();

    let applied = milepost(&["topics", "apply", "--config"])
        .arg(&config)
        .arg("--file")
        .arg(&topics)
        .output()
        .unwrap();
    assert!(applied.status.success(), "{}", said(&applied));

    let (mut gateway, port) = gateway(folder.path(), &config);
    let acked = load(&gateway, port);
    assert!(gateway.stop().unwrap().success(), "{}", gateway.said());
    assert!(positions(&config) >= acked);
    assert!(!gateway.said().contains(PASSWORD), "the log has the password");
}

#[test]
fn t15_a_wrong_password_is_told_and_not_shown() {
    if !KafkaServer::is_available() {
        return;
    }
    let kafka = KafkaServer::start_secured().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), kafka.secured().unwrap(), USER, "open-sesame");
    let read = milepost(&["topics", "read", "positions", "--config"])
        .arg(&config)
        .output()
        .unwrap();
    assert!(!read.status.success());
    let said = said(&read);
    assert!(said.to_lowercase().contains("authentication failed"), "{said}");
    assert!(!said.contains("open-sesame"), "{said}");
}

/// A gateway for JT/T 808 by this configuration, and its port.
pub(super) fn gateway(folder: &Path, config: &Path) -> (Program, u16) {
    let [port] = ports::free().unwrap();
    let mut gateway = milepost(&["gateway", "--config"]);
    gateway.arg(config).envs([
        ("MILEPOST__GATEWAY__LISTEN__GT06_TCP", "[]".to_owned()),
        ("MILEPOST__GATEWAY__LISTEN__GT06_UDP", "[]".to_owned()),
        ("MILEPOST__GATEWAY__LISTEN__JT808_UDP", "[]".to_owned()),
        (
            "MILEPOST__GATEWAY__LISTEN__JT808_TCP",
            format!("[\"127.0.0.1:{port}\"]"),
        ),
        ("MILEPOST__GATEWAY__DEVICES__ADMISSION", "learn".to_owned()),
        (
            "MILEPOST__GATEWAY__DEVICES__AUTH_KEY_FILE",
            folder.join("auth.key").display().to_string(),
        ),
        ("MILEPOST__LOG__LEVEL", "debug".to_owned()),
    ]);
    (Program::start(gateway, folder.join("gateway.log")).unwrap(), port)
}

/// What some devices were told to be received.
pub(super) fn load(gateway: &Program, port: u16) -> u64 {
    let loaded = milepost(&["sim", "load", "--format", "json", "--connections", "5"])
        .args(["--gateway", &format!("127.0.0.1:{port}")])
        .args(["--rate", "50", "--duration", "2s"])
        .output()
        .unwrap();
    let report: Value =
        serde_json::from_slice(&loaded.stdout).unwrap_or_else(|_| panic!("{}", said(&loaded)));
    let acked = report["acked"].as_u64().unwrap();
    assert!(acked > 0, "{report} {}", gateway.said());
    acked
}

/// How many positions can be read.
pub(super) fn positions(config: &Path) -> u64 {
    let read = milepost(&["topics", "read", "positions", "--config"])
        .arg(config)
        .output()
        .unwrap();
    assert!(read.status.success(), "{}", said(&read));
    let lines = read
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    lines.count() as u64
}

pub(super) fn config(folder: &Path, secured: &Secured, user: &str, password: &str) -> PathBuf {
    let file = folder.join(format!("{user}.toml"));
    let text = format!(
        "[bus]\nbackend = \"kafka\"\n\n[bus.kafka]\nbrokers = \"{}\"\n\n[bus.kafka.properties]\n\
         \"security.protocol\" = \"sasl_ssl\"\n\"sasl.mechanism\" = \"{MECHANISM}\"\n\
         \"sasl.username\" = \"{user}\"\n\"sasl.password\" = \"{password}\"\n\"ssl.ca.location\" = \"{}\"\n",
        secured.brokers,
        secured.authority.display()
    );
    std::fs::write(&file, text).unwrap();
    file
}

pub(super) fn milepost(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_milepost"));
    command.args(arguments);
    command
}

pub(super) fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
