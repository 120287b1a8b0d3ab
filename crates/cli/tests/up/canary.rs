use std::process::{Command, Stdio};
use std::time::Duration;

use tests::wait;

use crate::running::{self, Up};

/// Time that a few round trips may take on a busy machine.
const WITHIN: Duration = Duration::from_secs(60);
const CANARY: [(&str, &str); 2] = [
    ("MILEPOST__GATEWAY__CANARY__INTERVAL_SECONDS", "0.2"),
    ("MILEPOST__GATEWAY__CANARY__DEADLINE_SECONDS", "30"),
];

/// A sample of the metrics, all labels of it together.
fn sum(metrics: &str, name: &str) -> f64 {
    let samples = metrics.lines().filter(|line| line.starts_with(name));
    samples
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum()
}

#[test]
fn a_canary_of_either_protocol_comes_through_and_no_consumer_makes_anything_of_it() {
    for device in ["19900000001", "861000000000019"] {
        let folder = tempfile::tempdir().unwrap();
        let mut environment = CANARY.to_vec();
        environment.push(("MILEPOST__GATEWAY__CANARY__DEVICE", device));
        let up = Up::with(folder.path(), &[], &environment);
        let mut metrics = String::new();
        let came = wait::until("three round trips of the canary", WITHIN, || {
            metrics = up.get("/metrics");
            Ok(sum(&metrics, "milepost_canary_roundtrip_seconds_count") >= 3.0)
        });
        came.unwrap_or_else(|error| panic!("{error}: {metrics}"));
        let failures: Vec<&str> = metrics
            .lines()
            .filter(|line| line.starts_with("milepost_canary_failures_total") && !line.ends_with(" 0"))
            .collect();
        assert_eq!(failures, Vec::<&str>::new());
        assert_eq!(sum(&metrics, "milepost_gateway_invariant_violations_total"), 0.0);
        let positions = up.read("positions", &["--key", device]);
        assert!(positions.len() >= 3, "{positions:?}");
        assert!(
            positions.iter().all(|line| line["value"]["valid"] != true),
            "{positions:?}"
        );
        wait::until("consumers that have read them", WITHIN, || {
            let metrics = up.get("/metrics");
            Ok(sum(&metrics, "milepost_trips_fixes_total") >= 3.0)
        })
        .unwrap();
        for derived in ["trips", "stops", "fence-events"] {
            assert_eq!(up.read(derived, &[]), Vec::<serde_json::Value>::new());
        }
        assert!(up.stop().success());
    }
}

#[test]
fn a_canary_that_does_not_come_through_is_counted() {
    // Nobody listens there: what the canary sends is never durable, and never answered.
    let folder = tempfile::tempdir().unwrap();
    let admin = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut gateway = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args(["gateway", "--brokers", "127.0.0.1:1"])
        .envs(running::ENVIRONMENT)
        .env("MILEPOST__ADMIN__LISTEN", admin.to_string())
        .env("MILEPOST__GATEWAY__CANARY__DEVICE", "19900000001")
        .env("MILEPOST__GATEWAY__CANARY__INTERVAL_SECONDS", "0.2")
        .env("MILEPOST__GATEWAY__CANARY__DEADLINE_SECONDS", "0.5")
        .env("MILEPOST__GATEWAY__DEVICES__WAIT_SECONDS", "0.1")
        .env(
            "MILEPOST__GATEWAY__DEVICES__AUTH_KEY_FILE",
            folder.path().join("key"),
        )
        .env("MILEPOST__GATEWAY__DRAIN_SECONDS", "0.1")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut metrics = String::new();
    let counted = wait::until("failures of the canary", WITHIN, || {
        metrics = running::get(&admin.to_string(), "/metrics").unwrap_or_default();
        Ok(sum(&metrics, "milepost_canary_failures_total{step=\"answer\"}") >= 2.0)
    });
    let asked = gateway.kill();
    gateway.wait().unwrap();
    counted.unwrap_or_else(|error| panic!("{error}: {metrics}"));
    asked.unwrap();
    assert_eq!(sum(&metrics, "milepost_canary_roundtrip_seconds_count"), 0.0);
}
