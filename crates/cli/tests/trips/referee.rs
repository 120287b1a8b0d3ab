//! `milepost score trips` comes to the figures of the referee, which runs `milepost derive trips` and matches on its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The recordings of one outing, small enough for a debug build.
const OUTING: &str = "car_scooter_brex_san_jose__p06";
/// What the referee rounds its times to, seconds.
const ROUNDED_S: f64 = 0.11;

/// Data and referee beside the repository, unless they or Python are not there.
fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("MILEPOST_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let python = Command::new("python3").arg("--version").output();
    let there = shared.join("score/trips.py").is_file() && shared.join("data/traces/mobilitynet").is_dir();
    if there && python.is_ok_and(|it| it.status.success()) {
        return Some(shared);
    }
    #[allow(clippy::print_stderr, reason = "a skip has to be seen")]
    {
        eprintln!(
            "SKIPPED: no referee and traces at {} or no python3; set MILEPOST_SHARED",
            shared.display()
        );
    }
    None
}

/// A folder with the truth and the recordings of the outing.
fn outing(traces: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(traces).expect("the traces") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name");
        if name.starts_with(OUTING) || !name.ends_with(".gz") {
            std::fs::copy(entry.path(), folder.path().join(name)).expect("copied");
        }
    }
    folder
}

fn json(command: &mut Command) -> Value {
    let output = command.output().expect("started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn assert_agree(order: &[&str]) {
    let Some(shared) = shared() else { return };
    let folder = outing(&shared.join("data/traces/mobilitynet"));
    let milepost = env!("CARGO_BIN_EXE_milepost");
    let judged = json(
        Command::new("python3")
            .arg(shared.join("score/trips.py"))
            .arg(folder.path())
            .args(["--json", "--run"])
            .arg(format!("'{milepost}' derive trips --positions {{}}"))
            .args(order),
    );
    let own = json(
        Command::new(milepost)
            .args(["score", "trips", "--format", "json", "--data"])
            .arg(folder.path())
            .args(order),
    );
    let sets = judged.as_object().expect("sets");
    assert!(sets.contains_key("A+B") && sets.len() >= 4, "{judged}");
    for (set, row) in sets {
        assert!(
            row["truth"].as_u64().is_some_and(|truth| truth > 0),
            "{set}: {row}"
        );
        for figure in ["truth", "found", "precision", "recall", "f1", "splits", "merges"] {
            assert_eq!(
                row[figure].as_f64(),
                own[set][figure].as_f64(),
                "{figure} of {set}"
            );
        }
        for (figure, share) in [
            ("start_error_s", "median"),
            ("start_error_s", "p90"),
            ("end_error_s", "median"),
            ("end_error_s", "p90"),
        ] {
            let (a, b) = (row[figure][share].as_f64(), own[set][figure][share].as_f64());
            let same = a.zip(b).map_or(a == b, |(a, b)| (a - b).abs() <= ROUNDED_S);
            assert!(same, "{share} of {figure} of {set}: {a:?} and {b:?}");
        }
    }
}

#[test]
fn the_score_agrees_with_the_referee_in_order_of_time() {
    assert_agree(&[]);
}

#[test]
fn the_score_agrees_with_the_referee_in_order_of_arrival() {
    assert_agree(&["--as-arrived"]);
}
