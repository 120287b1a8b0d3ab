//! A copy of the folder, put back: as `docs/operations.md` says to do it.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tests::wait;

use crate::running::{self, Up};

/// Time that the demo may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

fn ids(lines: &[Value]) -> Vec<String> {
    lines
        .iter()
        .map(|line| line["headers"]["event-id"].to_string())
        .collect()
}

#[test]
fn a_copy_of_the_folder_of_a_stopped_process_is_the_log_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (first, copy) = (folder.path().join("data"), folder.path().join("restored"));
    let demo = ["--demo", "--speed", "600"];
    let up = Up::start(&first, &demo);
    up.read("positions", &["--follow", "--limit", "30"]);
    assert!(up.stop().success());
    let copied = Command::new("cp")
        .arg("-a")
        .args([&first, &copy])
        .status()
        .unwrap();
    assert!(copied.success());
    let kept = ids(&running::read(&first, "positions", &[]));
    let known = running::read(&first, "fences", &[]);
    std::fs::remove_dir_all(&first).unwrap();

    let up = Up::start(&copy, &demo);
    wait::until("positions beyond those of the copy", LIMIT, || {
        Ok(up.read("positions", &[]).len() > kept.len())
    })
    .unwrap();
    assert!(up.stop().success());
    let restored = ids(&running::read(&copy, "positions", &[]));
    assert!(
        kept.iter().all(|id| restored.contains(id)),
        "a position is missing"
    );
    let fences = running::read(&copy, "fences", &[]);
    let keys = |lines: &[Value]| {
        lines
            .iter()
            .map(|line| line["key"].to_string())
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert!(!known.is_empty() && keys(&known).is_subset(&keys(&fences)));
}
