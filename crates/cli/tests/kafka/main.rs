//! `milepost gateway` on a real Kafka as ops meet it: faults under load, and its topics read with kcat.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod kcat;
mod outage;
#[cfg(feature = "tls")]
mod rights;
#[cfg(feature = "tls")]
mod secured;

use std::process::Command;

use serde_json::Value;

/// The line that a run of `milepost chaos` prints, which held; the settings are those of the program and its children.
fn chaos(arguments: &[&str], settings: &[(&str, &str)]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .arg("chaos")
        .args(arguments)
        .envs(settings.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let line: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    println!("{line}");
    assert!(output.status.success(), "{line} {said}");
    assert!(
        line["acked"].as_u64() > Some(0) || line["with"]["acked"].as_u64() > Some(0),
        "{line}"
    );
    line
}

/// What no fault may cost. What a spool was handing over when one came stands there twice under one event id, of which
/// the device knows nothing.
fn nothing_is_missing(line: &Value, spool: bool) {
    for invariant in ["lost", "duplicates_after", "disorder"] {
        assert_eq!(line[invariant], 0, "{line}");
    }
    assert!(spool || line["unexplained_duplicates"] == 0, "{line}");
}
