use std::process::Command;

use serde_json::Value;

/// Kills of `milepost up`, where `MILEPOST_KILLS` says nothing else.
const KILLS: &str = "50";

#[test]
fn nothing_that_was_acknowledged_is_missing_after_kills() {
    let kills = std::env::var("MILEPOST_KILLS").unwrap_or_else(|_| KILLS.to_owned());
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args([
            "chaos", "kill", "--target", "up", "--seed", "1", "--rate", "500", "--kills", &kills, "--keep",
        ])
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let line: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    assert_eq!(line["kills"].to_string(), kills);
    assert_eq!(line["lost"], 0, "{line}");
    assert_eq!(line["duplicates_after"], 0, "{line}");
    assert_eq!(line["unexplained_duplicates"], 0, "{line}");
    assert_eq!(line["disorder"], 0, "{line}");
    assert!(line["acked"].as_u64() > Some(0), "{line}");
    assert!(output.status.success(), "{line} {said}");
}
