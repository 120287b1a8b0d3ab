//! Rosters into the log and out of it, and the month of a person from the topic, by the program itself.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use crate::running::{Up, read};

/// Time that an answer may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

fn milepost(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Two people, of whom one does not work; with a table that the second edition gets wrong.
fn roster(hours: &str) -> String {
    format!(
        r#"
zone = "UTC"
sites = [{{ id = "HQ", circle = {{ latitude = 30.0, longitude = 114.0, radius_m = 200.0 }} }}]
persons = [{{ id = "P1", name = "张三", sites = ["HQ"] }}, {{ id = "P2", name = "李四", sites = ["HQ"] }}]
bindings = [{{ device = "D1", person = "P1" }}]
shifts = [{{ id = "S1", start = "{hours}", end = "18:00" }}]
patterns = [{{ id = "all", week = {{ mon-sun = "S1" }} }}]
rosters = [{{ person = "P1", pattern = "all" }}, {{ person = "P2", pattern = "all" }}]
"#
    )
}

#[test]
fn rosters_go_into_the_log_and_out_of_it_and_the_month_is_read_from_the_topic() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let at = data.display().to_string();
    let up = Up::start(&data, &[]);
    let good = file(folder.path(), "team.toml", &roster("09:00"));
    let output = milepost(&["rosters", "import", &good, "--data", &at]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("records written: 9, as they were: 0, deleted: 0, problems: 0"),
        "{}",
        said(&output)
    );

    // A wrong table is named with its line and does not take the place of the right one.
    let bad = file(folder.path(), "bad.toml", &roster("9"));
    let output = milepost(&["rosters", "import", &bad, "--replace", "--data", &at]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("bad.toml:6: shift S1: start: "),
        "{}",
        said(&output)
    );
    assert!(said(&output).contains("records written: 0"), "{}", said(&output));

    // Out, and in again as it was.
    let output = milepost(&["rosters", "export", "--data", &at]);
    assert!(output.status.success(), "{}", said(&output));
    let exported = String::from_utf8(output.stdout).unwrap();
    let again = file(folder.path(), "again.toml", &exported);
    let output = milepost(&["rosters", "import", &again, "--replace", "--data", &at]);
    assert!(
        said(&output).contains("records written: 0, as they were: 9, deleted: 0"),
        "{exported} {}",
        said(&output)
    );

    // The clock alone makes records once a shift is near: they are read as the month. A punch is evidence at once.
    let now = jiff::Timestamp::now();
    let punches = file(
        folder.path(),
        "punches.toml",
        &format!(
            "{}\npunches = [{{ id = \"p1\", person = \"P1\", time = \"{now}\", site = \"HQ\" }}]",
            roster("00:00").replace("18:00", "23:59")
        ),
    );
    let output = milepost(&["rosters", "import", &punches, "--data", &at]);
    assert!(output.status.success(), "{}", said(&output));
    let of_person = |line: &serde_json::Value| line["value"]["person"] == "P1";
    tests::wait::until("a record of P1", LIMIT, || {
        Ok(read(&data, "attendance", &[]).iter().any(of_person))
    })
    .unwrap();
    let output = milepost(&["attendance", "month", "--all", "--data", &at]);
    let table = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        output.status.success() && table.contains("张三"),
        "{table} {}",
        said(&output)
    );
    assert!(up.stop().success());
}
