//! Readers of the topics that are not ours: the examples in `docs/examples` and the lines in `docs/topics.md`, run as
//! they stand there on a real Kafka.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod scene;
mod shell;

use jiff::Timestamp;
use serde_json::Value;

use scene::{DEVICE, FENCE, LATITUDES, Scene};
use shell::Place;

const POSITIONS: &str = "milepost.positions.v1";
const FENCE_EVENTS: &str = "milepost.fence-events.v1";

/// Both topics, read by an example.
fn read_by(language: &str, needs: &str) {
    let Some(place) = Place::of(language, needs) else {
        return;
    };
    let Some(scene) = Scene::shared() else { return };
    let head = place.head();
    let (read, prepare) = head.split_last().unwrap();
    for command in prepare.iter().filter(|command| !shell::is_installation(command)) {
        place.run(command);
    }
    let brokers = scene.kafka.brokers();
    assert!(
        read.contains("localhost:9092") && read.contains(POSITIONS),
        "{read}"
    );
    let read = |topic: &str, count: usize| {
        let command = read
            .replace("localhost:9092", &brokers)
            .replace(&format!("{POSITIONS} 10"), &format!("{topic} {count}"))
            .replace(POSITIONS, topic)
            .replace("count 10", &format!("count {count}"));
        scene::lines(&place.run(&command))
    };
    are_the_positions(&scene, &read(POSITIONS, LATITUDES.len()));
    are_the_fence_events(&scene, &read(FENCE_EVENTS, 2));
}

fn are_the_positions(scene: &Scene, lines: &[Value]) {
    assert_eq!(lines.len(), LATITUDES.len());
    for (index, (line, latitude)) in lines.iter().zip(LATITUDES).enumerate() {
        assert_eq!(line["key"], DEVICE);
        is_the_position(scene, index, latitude, &line["value"]);
    }
}

fn is_the_position(scene: &Scene, index: usize, latitude: f64, position: &Value) {
    assert_eq!(position["device"], DEVICE, "{position}");
    let found = position["latitude"].as_f64().unwrap();
    assert!((found - latitude).abs() < 1e-5, "{position}");
    assert_eq!(time(&position["fixTime"]), scene.time(index), "{position}");
}

fn are_the_fence_events(scene: &Scene, lines: &[Value]) {
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            let event = &line["value"];
            assert_eq!(
                (&event["device"], &event["fence"]),
                (&DEVICE.into(), &FENCE.into()),
                "{event}"
            );
            (event["kind"].as_str().unwrap(), time(&event["eventTime"]))
        })
        .collect();
    assert_eq!(
        told,
        [("KIND_ENTER", scene.time(1)), ("KIND_EXIT", scene.time(3))]
    );
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn the_example_in_python_reads_positions_and_fence_events() {
    read_by("python", "python");
}

#[test]
fn the_example_in_go_reads_positions_and_fence_events() {
    read_by("go", "go");
}

#[test]
fn the_example_in_java_reads_positions_and_fence_events() {
    read_by("java", "mvn");
}

/// The lines of `docs/topics.md` that begin with `kcat`.
#[test]
fn the_lines_with_kcat_show_keys_headers_and_values() {
    let Some(place) = Place::of("", "kcat") else {
        return;
    };
    let Some(scene) = Scene::shared() else { return };
    let brokers = scene.kafka.brokers();
    let page = place.file("docs/topics.md");
    let commands: Vec<String> = shell::commands(page.split("```").skip(1).step_by(2).flat_map(str::lines))
        .into_iter()
        .filter(|command| command.starts_with("kcat "))
        .map(|command| place.run(&command.replace("localhost:9092", &brokers)))
        .collect();
    let [shown, by_protoc, by_buf] = &commands[..] else {
        panic!("{commands:?}")
    };
    assert!(shown.starts_with(&format!("{DEVICE} ")), "{shown}");
    assert!(shown.contains("schema=milepost.position.v1.Position"), "{shown}");
    assert!(
        by_protoc.contains(&format!("device: \"{DEVICE}\"")),
        "{by_protoc}"
    );
    assert!(by_protoc.contains("latitude: 30.5\n"), "{by_protoc}");
    is_the_position(&scene, 0, LATITUDES[0], &serde_json::from_str(by_buf).unwrap());
}

/// A topic whose partitions differ from the file is told before anything is written, and is left as it is.
#[test]
fn a_topic_of_another_partition_count_is_told_with_why_it_stays() {
    let Some(scene) = Scene::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("topics.toml");
    std::fs::write(
        &file,
        "[defaults]\npartitions = 1\nretention_hours = 24\n[topics.positions]\npartitions = 48\n",
    )
    .unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args([
            "topics",
            "apply",
            "--check",
            "--brokers",
            &scene.kafka.brokers(),
            "--file",
        ])
        .arg(file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "leave milepost.positions.v1: it has 1 partitions instead of 48, and changing that would part the records of a key\n"
    );
}
