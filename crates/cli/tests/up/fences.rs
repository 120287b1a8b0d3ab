//! Fences into the log and out of it, and who is in them, by the program itself.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use bus::{Bus, BusConfig, LocalConfig, Outcome, Receipt, ReceiptSink, Record};
use events::position::v1::{Position, Source};
use events::{Message as _, Topic};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::running::Up;

/// Time that an answer may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);
/// An id that has to be encoded in a path.
const YARD: &str = "yard 7/北";

fn milepost(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args(arguments)
        .output()
        .unwrap()
}

/// What a command that ends well prints.
fn printed(arguments: &[&str]) -> String {
    let output = milepost(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn circle(id: &str, longitude: f64, radius_m: f64) -> Value {
    json!({
        "type": "Feature", "id": id,
        "geometry": { "type": "Point", "coordinates": [longitude, 30.0] },
        "properties": { "id": id, "name": "a place", "radius_m": radius_m },
    })
}

fn file(folder: &Path, features: &[Value]) -> String {
    let path = folder.join("fences.geojson");
    let text = json!({ "type": "FeatureCollection", "features": features }).to_string();
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn exported(data: &str) -> Value {
    serde_json::from_str(&printed(&["fences", "export", "--data", data])).unwrap()
}

struct Settled(mpsc::Sender<Outcome>);

impl ReceiptSink for Settled {
    fn settled(&self, _: u64, outcome: Outcome) {
        self.0.send(outcome).unwrap();
    }
}

/// Positions of an hour ago in the log of the folder, as a gateway would have written them.
fn write_positions(data: &Path, places: &[(&str, f64)]) {
    let config = BusConfig {
        local: LocalConfig {
            path: data.join("log"),
            ..LocalConfig::default()
        },
        ..BusConfig::default()
    };
    let bus = Bus::open(&config).unwrap();
    let at = Timestamp::now() - SignedDuration::from_hours(1);
    let (sender, settled) = mpsc::channel();
    let sink = std::sync::Arc::new(Settled(sender));
    for (device, longitude) in places {
        let time = events::Timestamp {
            seconds: at.as_second(),
            nanos: 0,
        };
        let position = Position {
            device: (*device).to_owned(),
            fix_time: Some(time),
            received_at: Some(time),
            source: Source::Gnss.into(),
            valid: true,
            latitude: 30.0,
            longitude: *longitude,
            accuracy_m: Some(5.0),
            ..Position::default()
        };
        let record = Record {
            topic: Topic::Positions,
            key: (*device).to_owned().into(),
            value: Some(position.encode_to_vec().into()),
            headers: Vec::new(),
            timestamp: at,
        };
        bus.publisher().publish(record, Receipt::new(sink.clone(), 0));
    }
    for _ in places {
        settled.recv_timeout(LIMIT).unwrap().unwrap();
    }
    bus.close();
}

#[test]
fn fences_go_into_the_log_and_out_of_it_and_who_is_in_them_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let at = data.display().to_string();
    write_positions(&data, &[("A", 114.0), ("B", 114.0), ("C", 114.1)]);

    // Into a log that nobody has open.
    let (yard, gone) = (circle(YARD, 114.0, 200.0), circle("gone", 10.0, 50.0));
    let both = file(folder.path(), &[yard.clone(), gone]);
    printed(&["fences", "import", &both, "--data", &at]);
    assert_eq!(exported(&at)["features"][1], yard);

    // Through the process that has it open: the bad one is named, the good one goes in, nothing is deleted.
    let up = Up::start(&data, &[]);
    let (new, bad) = (circle("new", 114.1, 100.0), circle("bad", 114.0, -1.0));
    let some = file(folder.path(), &[new.clone(), bad, yard.clone()]);
    let output = milepost(&["fences", "import", &some, "--replace", "--data", &at]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("feature 1 \"bad\": "), "{said}");
    assert!(
        said.contains("fences written: 1, as they were: 1, deleted: 0, problems: 1"),
        "{said}"
    );
    assert_eq!(exported(&at)["features"].as_array().unwrap().len(), 3);
    let only = file(folder.path(), &[new.clone(), yard.clone()]);
    printed(&["fences", "import", &only, "--replace", "--data", &at]);
    assert_eq!(exported(&at)["features"], json!([new, yard]));

    // Who is there. The consumer may still be reading.
    let asked = Instant::now();
    let lines = loop {
        let output = milepost(&["fences", "who", YARD, "--admin", up.admin()]);
        let text = String::from_utf8(output.stdout).unwrap();
        if text.lines().count() == 2 {
            break text;
        }
        assert!(
            asked.elapsed() < LIMIT,
            "{text} {}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let devices: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["device"].clone())
        .collect();
    assert_eq!(devices, ["A", "B"]);
    let state = |device: &str, fence: &str| {
        let line = printed(&["fences", "check", device, "in", fence, "--admin", up.admin()]);
        serde_json::from_str::<Value>(&line).unwrap()["state"].clone()
    };
    assert_eq!(state("A", YARD), "inside");
    assert_eq!(state("nobody", YARD), "unknown");
    // The newest fix of C lies in a fence that was drawn after it.
    let asked = Instant::now();
    while milepost(&["fences", "who", "new", "--admin", up.admin()])
        .status
        .code()
        != Some(0)
        || state("C", YARD) != "outside"
    {
        assert!(asked.elapsed() < LIMIT);
    }
    assert_eq!(state("C", "new"), "unknown");

    let output = milepost(&["fences", "who", "nowhere", "--admin", up.admin()]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("there is no fence \"nowhere\""), "{said}");
    assert!(up.stop().success());
}

#[test]
fn a_consumer_that_does_not_run_is_told_with_what_to_do() {
    let output = milepost(&["fences", "who", "yard", "--admin", "127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("start `milepost up`"), "{said}");
    let output = milepost(&["fences", "check", "A", "of", "yard"]);
    assert_eq!(output.status.code(), Some(2));
}
