use std::process::Command;

use serde_json::Value;

/// Kills of the run, where `MILEPOST_KILLS` says nothing else.
const KILLS: &str = "8";

#[test]
fn what_consumers_derive_is_the_same_after_kills() {
    let kills = std::env::var("MILEPOST_KILLS").unwrap_or_else(|_| KILLS.to_owned());
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args(["chaos", "consumers", "--seed", "1", "--kills", &kills])
        .args([
            "--devices",
            "8",
            "--from-hour",
            "16.5",
            "--speed",
            "900",
            "--duration",
            "25s",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let line: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    println!("{line}");
    for nothing in ["lost", "duplicates_after", "repeated", "different"] {
        assert_eq!(line[nothing], 0, "{line}");
    }
    // There was something to get wrong.
    for topic in ["fence-events", "trips", "stops", "attendance"] {
        let records = &line["derived"][format!("milepost.{topic}.v1")];
        assert!(records.as_u64() > Some(0), "{line}");
    }
    assert!(line["kills"].as_u64() >= kills.parse().ok(), "{line}");
    assert!(output.status.success(), "{line} {said}");
}
