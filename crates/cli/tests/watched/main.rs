//! Milepost watched by a real Prometheus: every panel of the dashboards has data, and faults that are caused are told by
//! the alerts that the runbooks promise.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod faults;
mod panels;
mod prometheus;
mod rules;
mod system;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Command;

use panels::Query;
use prometheus::Prometheus;
use tests::program::Program;

/// Dashboards and metrics that are about Kafka and the spool before it: the demo has neither, a cluster has.
const ON_KAFKA: [&str; 2] = ["milepost_gateway_spool_", "milepost_kafka_producer_"];

fn is_on_kafka(query: &Query) -> bool {
    ON_KAFKA.iter().any(|metric| query.text.contains(metric))
}

/// Past the test harness, which hides what a passing test prints.
fn skipped(what: &str) {
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: a test that needs {what}; tests/services installs it"
    );
}

#[test]
fn every_panel_has_data_in_the_demo_but_those_about_kafka() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_milepost"));
    command
        .args(["up", "--demo", "--speed", "600", "--data"])
        .arg(folder.path().join("data"));
    for protocol in ["GT06_TCP", "JT808_TCP", "JT808_UDP"] {
        command.env(
            format!("MILEPOST__GATEWAY__LISTEN__{protocol}"),
            "[\"127.0.0.1:0\"]",
        );
    }
    command.env("MILEPOST__GATEWAY__LISTEN__GT06_UDP", "[]");
    let mut demo = Program::start(command, folder.path().join("demo.log")).unwrap();
    let Some(prometheus) = Prometheus::start(folder.path(), &[demo.admin()], None) else {
        return;
    };
    let queries: BTreeSet<Query> = panels::all()
        .into_iter()
        .filter(|query| !is_on_kafka(query))
        .collect();
    assert!(queries.len() > 40, "{queries:?}");
    panels::wait_for(&prometheus, queries);
    assert!(demo.stop().unwrap().success());
}
