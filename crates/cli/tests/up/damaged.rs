use std::fs::OpenOptions;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::process::Command;

use crate::running::Up;

const LOST: &str = "milepost_bus_store_failures_total{reason=\"lost\"}";
const SETTINGS: [(&str, &str); 1] = [("MILEPOST__GATEWAY__DEVICES__ADMISSION", "learn")];

#[test]
fn what_was_acknowledged_and_is_gone_from_the_journal_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let up = Up::with(folder.path(), &[], &SETTINGS);
    let loaded = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args(["sim", "load", "--gateway", &up.tcp("JT/T 808")])
        .args(["--connections", "5", "--rate", "100", "--duration", "2s"])
        .output()
        .unwrap();
    assert!(loaded.status.success());
    drop(up);

    let up = Up::with(folder.path(), &[], &SETTINGS);
    assert!(
        up.get("/metrics").contains(&format!("{LOST} 0\n")),
        "a kill loses nothing"
    );
    drop(up);

    forget_the_second_half(&folder.path().join("log"));
    let up = Up::with(folder.path(), &[], &SETTINGS);
    assert!(up.get("/metrics").contains(&format!("{LOST} 1\n")));
}

/// Zeros in place of what the journal's second half holds, as where a disk did not keep what it had confirmed.
fn forget_the_second_half(log: &Path) {
    let path = std::fs::read_dir(log)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "jnl"))
        .expect("a journal");
    let bytes = std::fs::read(&path).unwrap();
    // It is longer than its data.
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let mut file = OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(end as u64 / 2)).unwrap();
    file.write_all(&vec![0; end - end / 2]).unwrap();
}
