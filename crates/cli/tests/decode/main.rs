//! `milepost decode` as a support engineer meets it: pages of text in both languages and lines of JSON, compared with
//! the files in `golden`. After a wanted change: `MILEPOST_GOLDEN=write cargo test -p milepost --test decode`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value as Json;

/// Fixtures whose pages are kept, by protocol; several on one line are one input.
const SHOWN: &[(&str, &[&str])] = &[
    (
        "gt06",
        &[
            "login_long",
            "heartbeat",
            "location_utc_odometer",
            "location_4g_two_byte_mnc",
            "alarm_multi_fence_4g_exit",
            "wifi",
            "modular",
            "command",
            "command_answer",
            "information_identity",
            "scan_topin",
            "heartbeat__wrong_length_wrong_checksum",
        ],
    ),
    (
        "jt808",
        &[
            "register_2019",
            "authenticate_2019",
            "location_items",
            "location_cells",
            "location_batch",
            "driver_identity_2013",
            "media_data_part1 media_data_part3 media_data_part2",
            "set_circles_2019",
            "set_parameters",
            "location__bad_checksum",
            "location__encrypted",
        ],
    ),
];

fn fixture(protocol: &str, name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../wire/fixtures/{protocol}/{name}.hex"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

/// What the program prints for these lines, and whether it found all of them good.
fn decode(arguments: &[&str], lines: &str) -> (String, bool) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .arg("decode")
        .args(arguments)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let code = output.status.code().unwrap();
    assert!(code < 2, "{code}");
    (String::from_utf8(output.stdout).unwrap(), code == 0)
}

fn json(lines: &str) -> Vec<Json> {
    let (said, _) = decode(&["--format", "json"], lines);
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/decode/golden")
        .join(name)
}

#[test]
fn pages_are_as_kept() {
    for (protocol, inputs) in SHOWN {
        let lines: String = inputs
            .iter()
            .map(|names| {
                let frames = names.split(' ').map(|name| fixture(protocol, name));
                frames.collect::<String>() + "\n"
            })
            .collect();
        for (arguments, file) in [
            (["--lang", "en"], format!("{protocol}.en.txt")),
            (["--lang", "zh"], format!("{protocol}.zh.txt")),
            (["--format", "json"], format!("{protocol}.jsonl")),
        ] {
            let (said, _) = decode(&arguments, &lines);
            if std::env::var_os("MILEPOST_GOLDEN").is_some() {
                std::fs::write(golden(&file), &said).unwrap();
            }
            let kept = std::fs::read_to_string(golden(&file)).unwrap();
            for (at, (said, kept)) in said.lines().zip(kept.lines()).enumerate() {
                assert_eq!(said, kept, "{file}, line {}", at + 1);
            }
            assert_eq!(said.len(), kept.len(), "{file}");
        }
    }
}

#[test]
fn modules_of_one_name_are_all_kept() {
    // Two cells and two modules that nobody knows, in a frame of modules only (0x70).
    let frame = "797900317000110 00A01CC0000287D001F713E 0011000A01CC0000287D001F7231 F0010001AA F0020002BBCC 0029000400000001 0015";
    let content: Vec<u8> = hex::decode(frame.replace(' ', "")).unwrap();
    let sealed = wire::gt06::seal(wire::gt06::Form::Long, 0x70, &content[5..content.len() - 2], 0x15);
    let lines = json(&hex::encode(sealed));
    let modules = &lines[0]["frames"][0]["fields"]["modules"];
    assert_eq!(modules["cell"].as_array().unwrap().len(), 2, "{modules}");
    assert_eq!(modules["cell"][1]["cell"]["cell"]["cell_id"], 0x1F72);
    assert_eq!(modules["module"].as_array().unwrap().len(), 2, "{modules}");
    assert_eq!(modules["message_index"]["message_index"], 1);
}

#[test]
fn the_last_sub_packet_shows_the_joined_message_and_its_event() {
    let parts: String = ["media_data_part1", "media_data_part3", "media_data_part2"]
        .map(|name| fixture("jt808", name))
        .concat();
    let lines = json(&parts);
    let frames = lines[0]["frames"].as_array().unwrap();
    assert_eq!(frames.len(), 3);
    for part in &frames[..2] {
        assert_eq!(
            (&part["joined"], part["device_events"].as_array().unwrap().len()),
            (&Json::Null, 0)
        );
    }
    let joined = &frames[2]["joined"];
    assert_eq!(
        (&joined["head"]["id"], &joined["position"]["latitude_deg"]),
        (&1.into(), &22.543_096.into())
    );
    assert!(joined["data"].as_str().unwrap().starts_with("ffd8ffe0"));
    assert_eq!(frames[2]["device_events"][0]["report"]["name"], "media_data");
}

#[test]
fn the_end_of_an_input_that_is_no_whole_frame_is_an_error() {
    for (protocol, name) in [("gt06", "location"), ("jt808", "location_items")] {
        let whole = fixture(protocol, name);
        for keep in [4, 10, whole.len() - 2] {
            let lines = json(&whole[..keep]);
            let error = &lines[0]["error"];
            assert_eq!(error["kind"], "truncated", "{protocol} {keep}: {error}");
            let lines = json(&format!("{whole}{}", &whole[..keep]));
            assert_eq!(lines[0]["frames"][0]["ok"], true);
            assert_eq!(lines[0]["error"]["kind"], "truncated");
            assert_eq!(lines[0]["consumed"], (whole.len() + keep) / 2);
        }
    }
}

#[test]
fn a_bare_body_of_either_protocol_is_read() {
    let (page, good) = decode(
        &["--body", "0x12"],
        "18060F021E2DC9026B2A250C3CB15D24148001CC00287D001F71",
    );
    assert!(
        good && page.contains("0x12 location") && page.contains("22.5430961"),
        "{page}"
    );
    let (page, good) = decode(
        &["--body", "0x8001@2019"],
        "000102000 0".replace(' ', "").as_str(),
    );
    assert!(good && page.contains("0x8001 platform_answer"), "{page}");
}
