use std::process::Command;

use serde_json::Value;

/// Inputs of the run, where `MILEPOST_HOSTILE_INPUTS` says nothing else.
const INPUTS: &str = "100000";

#[test]
fn hostile_input_on_all_ports_costs_no_healthy_device_anything() {
    let inputs = std::env::var("MILEPOST_HOSTILE_INPUTS").unwrap_or_else(|_| INPUTS.to_owned());
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../wire/fixtures");
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args([
            "chaos", "hostile", "--seed", "1", "--rate", "200", "--inputs", &inputs,
        ])
        .args(["--examples", fixtures])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let line: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    println!("{line}");
    assert_eq!(line["inputs"].to_string(), inputs, "{line}");
    for nothing in [
        "crashes",
        "healthy_connections_lost",
        "healthy_refused",
        "lost",
        "disorder",
    ] {
        assert_eq!(line[nothing], 0, "{line}");
    }
    // It was read, not only sent.
    let rejects = line["rejects"].as_u64().unwrap();
    assert!(rejects > line["inputs"].as_u64().unwrap() / 100, "{line}");
    assert!(line["acked"].as_u64() > Some(0), "{line}");
    assert!(output.status.success(), "{line} {said}");
}
