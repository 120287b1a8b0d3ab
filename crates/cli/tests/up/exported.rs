use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tests::wait;

use crate::running::Up;

/// Time that the demo may take on a busy machine until it has done everything once.
const WITHIN: Duration = Duration::from_secs(120);
/// What a process on the local log does not export: the Kafka producer, and the spool that goes before it.
const NOT_IN_THE_DEMO: [&str; 2] = ["milepost_gateway_spool_", "milepost_kafka_producer_"];

#[test]
fn the_demo_exports_what_is_declared_and_what_the_dashboards_show() {
    let declared = declared();
    let queries = dashboards();
    let shown: Vec<&String> = declared
        .iter()
        .filter(|name| queries.iter().any(|query| query.contains(name.as_str())))
        .filter(|name| !NOT_IN_THE_DEMO.iter().any(|missing| name.starts_with(missing)))
        .collect();
    assert!(shown.len() > 20, "{shown:?}");

    let folder = tempfile::tempdir().unwrap();
    let up = Up::start(folder.path(), &["--demo", "--speed", "600"]);
    let mut text = String::new();
    let complete = wait::until("every metric of the dashboards", WITHIN, || {
        text = up.get("/metrics");
        Ok(shown.iter().all(|name| families(&text).contains(*name)))
    });
    let families = families(&text);
    let missing: Vec<_> = shown.iter().filter(|name| !families.contains(**name)).collect();
    complete.unwrap_or_else(|error| panic!("{error}: {missing:?}"));
    let undeclared: Vec<_> = families.difference(&declared).collect();
    assert!(undeclared.is_empty(), "exported and not declared: {undeclared:?}");
    let mut ready = String::new();
    wait::until("every role", WITHIN, || {
        ready = up.get("/readyz");
        Ok(ready.lines().all(|line| line.contains(": ready")))
    })
    .unwrap_or_else(|error| panic!("{error}: {ready}"));
    assert!(ready.contains("gateway: ready\n"), "{ready}");
    assert!(ready.contains("geofence: ready: holds 4 partitions\n"), "{ready}");
    let state: Value = serde_json::from_str(&up.get("/state")).unwrap();
    assert!(state["gateway"].is_object(), "{state}");
    // What seldom happens is there before it does: Prometheus sees no increase of what was not there.
    assert!(
        families.contains("milepost_runtime_log_lines_left_out_total"),
        "{text}"
    );
    check_with_promtool(&text);
    assert!(up.stop().success());
}

/// Names of `milepost metrics list`.
fn declared() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args(["metrics", "list", "--format", "json"])
        .output()
        .unwrap();
    let list: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    list.iter()
        .map(|metric| metric["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Every query of the dashboards.
fn dashboards() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/grafana");
    let mut queries = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let dashboard: Value = serde_json::from_str(&text).unwrap();
        let panels = dashboard["panels"].as_array().unwrap();
        let targets = panels.iter().filter_map(|panel| panel["targets"].as_array());
        queries.extend(
            targets
                .flatten()
                .map(|target| target["expr"].as_str().unwrap().to_owned()),
        );
    }
    queries
}

/// Names of the metrics in the text.
fn families(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .map(str::to_owned)
        .collect()
}

/// The rules of those who make Prometheus: units, endings, help texts.
fn check_with_promtool(text: &str) {
    let started = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut promtool = match started {
        Ok(promtool) => promtool,
        Err(error) => {
            // Past the test harness, which hides what a passing test prints.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: `promtool check metrics` on a live process ({error}); tests/services installs it"
            );
            return;
        }
    };
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
