use std::process::Command;

use serde_json::Value;

/// A small run of something beside good devices, whose answer times are not looked at.
fn run(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .arg("chaos")
        .args(arguments)
        .args(["--at-most", "inf", "--duration", "3s"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let line: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    assert!(output.status.success(), "{line} {said}");
    for seen in [&line["without"], &line["with"]] {
        assert!(seen["acked"].as_u64() > Some(0), "{line}");
        assert_eq!(seen["acked"], seen["sent"], "{line}");
        assert_eq!(seen["resent"], 0, "{line}");
    }
    line
}

#[test]
fn r19_good_devices_are_answered_beside_sockets_that_are_held_open_with_next_to_nothing() {
    let line = run(&[
        "loris", "--slow", "1000", "--good", "50", "--rate", "200", "--every", "1s",
    ]);
    assert!(line["slow_open"][0].as_u64() >= Some(900), "{line}");
    // A thousand sockets are some megabytes; what they could make the gateway hold without a bound is more.
    let grown = line["memory_bytes_with"].as_u64().unwrap() - line["memory_bytes_without"].as_u64().unwrap();
    assert!(grown < 64 << 20, "{line}");
}

#[test]
fn r18_positions_are_answered_beside_pictures_on_the_same_connections() {
    let line = run(&["uploads", "--good", "20", "--rate", "200"]);
    assert!(line["uploaded"].as_u64() > Some(0), "{line}");
}
