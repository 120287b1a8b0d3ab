//! The frames of a device, as those see them who look for a tracker.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use wire::jt808::{Edition, Envelope};

use crate::running::Up;

/// A GT06 tracker, its login, and its first position.
pub(crate) const TRACKER: &str = "356938035643809";
pub(crate) const LOGIN: &str = "78780d01035693803564380900010b450d0a";
pub(crate) const POSITION: &str =
    "787822120b0a1d0b1a1fca026c1a2b0c2ac9b2001534b401cc00287d001fb80003bbf20d0a";
/// A JT/T 808 terminal.
const TERMINAL: &str = "13800138000";

pub(crate) fn milepost(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

pub(crate) fn text(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Writes frames and reads as many bytes of answers.
fn speak(stream: &mut TcpStream, frames: &[&[u8]], answers: usize) -> Vec<u8> {
    for frame in frames {
        stream.write_all(frame).unwrap();
    }
    let mut heard = vec![0; answers];
    stream.read_exact(&mut heard).unwrap();
    heard
}

/// A frame that `milepost decode` finds nothing wrong with.
pub(crate) fn frame(hex_text: &str) -> Vec<u8> {
    let bytes = hex::decode(hex_text).unwrap();
    let body = &bytes[2..bytes.len() - 4];
    let mut fixed = bytes[..bytes.len() - 4].to_vec();
    fixed.extend(wire::gt06::crc_of(body).to_be_bytes());
    fixed.extend([0x0D, 0x0A]);
    fixed
}

/// The bytes of the lines of a capture that go in a direction.
fn lines(capture: &str, direction: &str) -> Vec<String> {
    let lines = capture.lines().filter(|line| !line.starts_with('#'));
    let words = lines.map(|line| line.split(' ').collect::<Vec<_>>());
    words
        .filter(|words| words[1] == direction)
        .map(|words| words[2].to_owned())
        .collect()
}

fn up(folder: &Path, settings: &[(&str, &str)]) -> Up {
    let devices = format!("[\"{TRACKER}\", \"{TERMINAL}\"]");
    let list = [("MILEPOST__GATEWAY__DEVICES__LIST", &*devices)];
    Up::with(folder, &[], &[&list[..], settings].concat())
}

#[test]
fn the_newest_frames_of_a_device_are_kept_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut up = up(folder.path(), &[]);
    let mut stream = TcpStream::connect(up.tcp("GT06")).unwrap();
    let (login, position) = (frame(LOGIN), frame(POSITION));
    // GT06 answers a login with ten bytes.
    let answer = speak(&mut stream, &[&login], 10);
    stream.write_all(&position).unwrap();
    // Its other half is not read by anybody any more once this is closed, so what came before has been taken.
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    let shown = text(&milepost(
        &["capture", TRACKER, "--last", "--admin", up.admin()],
        "",
    ));
    assert_eq!(lines(&shown, "up"), [hex::encode(&login), hex::encode(&position)]);
    assert_eq!(lines(&shown, "down"), [hex::encode(&answer)]);
    let line = up.hear("the newest frames of a device are shown");
    assert!(line.contains("peer") && line.contains(TRACKER), "{line}");

    // What is captured can be explained.
    let page = text(&milepost(&["decode", "-"], &shown));
    assert!(page.contains("login") && page.contains(TRACKER), "{page}");

    let none = milepost(
        &["capture", "860000000000009", "--last", "--admin", up.admin()],
        "",
    );
    assert_eq!(none.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&none.stdout).contains("none is kept"));
    let wrong = up.get("/devices/nobody%20here/frames");
    assert!(wrong.contains("expected the id of a device"), "{wrong}");
    let wrong = up.get(&format!("/devices/{TRACKER}/capture?seconds=0"));
    assert!(wrong.contains("expected seconds from 1"), "{wrong}");
    assert!(up.stop().success());
}

#[test]
fn a_capture_is_written_to_a_file_logged_and_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let mut up = up(folder.path(), &[]);
    let file = folder.path().join("tracker.txt");
    let path = file.to_str().unwrap().to_owned();
    let mut capture = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args([
            "capture",
            TRACKER,
            "--for",
            "1h",
            "--max-bytes",
            "600",
            "--out",
            &path,
        ])
        .args(["--admin", up.admin()])
        .spawn()
        .unwrap();
    up.hear("the capture of a device begins");
    let (login, position) = (frame(LOGIN), frame(POSITION));
    let mut stream = TcpStream::connect(up.tcp("GT06")).unwrap();
    // Until the bytes are used up.
    while capture.try_wait().unwrap().is_none() {
        speak(&mut stream, &[&position, &login], 10);
    }
    drop(stream);
    let line = up.hear("the capture of a device ends");
    assert!(line.contains("the bytes are used up"), "{line}");
    let captured = std::fs::read_to_string(&file).unwrap();
    let sent = lines(&captured, "up");
    assert!(captured.len() < 800 && sent.len() >= 3, "{captured}");
    text(&milepost(&["decode", "--file", &path], ""));

    // The same gateway hears it once more.
    let port = up.tcp("GT06");
    let replayed = milepost(&["replay", &path, "--to", &port], "");
    assert_eq!(lines(&text(&replayed), "up"), sent);
    assert!(!lines(&text(&replayed), "down").is_empty());
    assert!(up.stop().success());
}

#[test]
fn secrets_are_left_out_unless_they_are_wanted() {
    for wanted in ["false", "true"] {
        let folder = tempfile::tempdir().unwrap();
        let up = up(folder.path(), &[("MILEPOST__GATEWAY__RECORDER__SECRETS", wanted)]);
        let mut stream = TcpStream::connect(up.tcp("JT/T 808")).unwrap();
        let envelope = |serial, id, body: &[u8]| {
            Envelope::new(Edition::V2013, TERMINAL, serial)
                .unwrap()
                .seal(id, serial, None, body)
        };
        let mut registration = vec![0, 42, 1, 1];
        registration.extend(b"MAKER");
        registration.extend([0; 20]);
        registration.extend(b"TERM001\0");
        stream.write_all(&envelope(1, 0x0100, &registration)).unwrap();
        let mut answer = Vec::new();
        while answer.len() < 2 || answer.last() != Some(&0x7E) {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
        }
        assert_eq!(answer[1..3], [0x81, 0x00]);
        // Answer: header of 12 bytes, serial, result, code, checksum; none of this is escaped but by chance.
        let code = answer[16..answer.len() - 2].to_vec();
        let login = envelope(2, 0x0102, &code);
        speak(&mut stream, &[&login], 15);
        let shown = text(&milepost(
            &["capture", TERMINAL, "--last", "--admin", up.admin()],
            "",
        ));
        let code = hex::encode(&code);
        assert_eq!(shown.contains(&code), wanted == "true", "{shown}");
        assert_eq!(shown.contains("may hold a secret"), wanted == "false", "{shown}");
        assert!(shown.contains(&hex::encode(&registration[..4])), "{shown}");
        assert!(up.stop().success());
    }
}

#[test]
fn raw_frames_become_the_same_events_again() {
    let folder = tempfile::tempdir().unwrap();
    let up = up(folder.path(), &[("MILEPOST__GATEWAY__RAW_FRAMES", "true")]);
    let mut stream = TcpStream::connect(up.tcp("GT06")).unwrap();
    // The second login is answered after the position is durable.
    speak(&mut stream, &[&frame(LOGIN)], 10);
    speak(&mut stream, &[&frame(POSITION), &frame(LOGIN)], 10);
    let ids = |lines: &[Value]| -> BTreeSet<String> {
        lines
            .iter()
            .map(|line| line["value"]["eventId"].to_string())
            .collect()
    };
    let positions = up.read("positions", &[]);
    assert_eq!(positions.len(), 1);
    let frames: String = up
        .read("raw-frames", &[])
        .iter()
        .map(|line| format!("{line}\n"))
        .collect();
    let told = text(&milepost(&["replay", "-", "--events", "positions"], &frames));
    let told: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(ids(&told), ids(&positions));
    assert_eq!(told[0]["value"]["latitude"], positions[0]["value"]["latitude"]);
    assert_eq!(
        told[0]["value"]["receivedAt"],
        positions[0]["value"]["receivedAt"]
    );

    // The login may be older than what the topic keeps.
    let later: String = frames.lines().skip(1).map(|line| format!("{line}\n")).collect();
    let told = text(&milepost(&["replay", "-", "--events", "positions"], &later));
    assert_eq!(told.lines().count(), 1);

    // What comes out is what the consumers' engines read.
    let file = folder.path().join("positions.jsonl");
    std::fs::write(&file, told).unwrap();
    text(&milepost(
        &["derive", "trips", "--positions", file.to_str().unwrap()],
        "",
    ));
    assert!(up.stop().success());
}
