use std::io::Write;

use serde::Deserialize;

use super::*;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Example {
    listen: String,
    idle_seconds: u32,
    limits: Limits,
    password: String,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Limits {
    frames: u32,
    ratio: f64,
}

impl Default for Example {
    fn default() -> Self {
        Self {
            listen: "0.0.0.0:1".to_owned(),
            idle_seconds: 60,
            limits: Limits::default(),
            password: String::new(),
        }
    }
}

const SECTION: Section = Section {
    name: "example",
    defaults: "# What it is.\n[example]\n# where\nlisten = \"0.0.0.0:1\"\nidle_seconds = 60\n",
};

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn load(text: &str, pairs: &[(&str, &str)]) -> (Example, Result<(), Problems>, String) {
    let file = file(text);
    let sources = Sources::read(&[SECTION], Some(file.path()), env(pairs)).unwrap();
    let mut settings = sources.settings();
    let example = settings.checked("example", |example: &Example, wrong| {
        if example.idle_seconds == 0 {
            wrong.push((
                "idle_seconds".to_owned(),
                "expected 1 or more, found 0".to_owned(),
            ));
        }
    });
    let printed = settings.print();
    (example, settings.finish(), printed)
}

#[test]
fn the_file_stands_over_the_defaults_and_the_environment_over_the_file() {
    let (example, problems, printed) = load(
        "[example]\nidle_seconds = 5\n[example.limits]\nframes = 3\n",
        &[
            ("MILEPOST__EXAMPLE__LIMITS__FRAMES", "9"),
            ("MILEPOST__EXAMPLE__LISTEN", "[::]:7"),
            ("OTHER", "x"),
        ],
    );
    assert_eq!(problems, Ok(()));
    assert_eq!(
        (
            example.idle_seconds,
            example.limits.frames,
            example.listen.as_str()
        ),
        (5, 9, "[::]:7")
    );
    assert!(
        printed.contains("example.limits.frames = 9  # MILEPOST__EXAMPLE__LIMITS__FRAMES"),
        "{printed}"
    );
    assert!(
        printed.contains(":2:1"),
        "the line of the file stands beside the value:\n{printed}"
    );
}

#[test]
fn every_problem_is_told_at_once_with_its_place_and_what_to_write() {
    let (_, problems, _) = load(
        "[example]\nlisten = 7\nidle_second = 5\n[example.limits]\nframes = -1\n[exmaple]\n",
        &[("MILEPOST__EXAMPLE__LIMITS__RATIO", "much")],
    );
    let text = problems.unwrap_err().to_string();
    for expected in [
        "has 5 problems",
        ":2:10: `example.listen`: invalid type: integer `7`, expected a string",
        ":3:1: `example.idle_second`: unknown key `idle_second`, did you mean `idle_seconds`?",
        ":5:10: `example.limits.frames`: invalid value",
        "MILEPOST__EXAMPLE__LIMITS__RATIO: `example.limits.ratio`: invalid type",
        ":6:2: `exmaple`: unknown section `exmaple`, did you mean `example`?",
    ] {
        assert!(text.contains(expected), "no {expected:?} in:\n{text}");
    }
}

#[test]
fn a_number_in_the_environment_serves_where_a_text_is_wanted() {
    let (example, problems, _) = load("", &[("MILEPOST__EXAMPLE__PASSWORD", "12345")]);
    assert_eq!((problems, example.password.as_str()), (Ok(()), "12345"));
}

#[test]
fn checks_point_at_the_line_and_secrets_are_not_printed() {
    let (_, problems, printed) = load("[example]\npassword = \"hunter2\"\nidle_seconds = 0\n", &[]);
    let text = problems.unwrap_err().to_string();
    assert!(
        text.contains(":3:1: `example.idle_seconds`: expected 1 or more, found 0"),
        "{text}"
    );
    assert!(
        !printed.contains("hunter2") && printed.contains("example.password = \"****\""),
        "{printed}"
    );
}

#[test]
fn a_syntax_error_names_its_line_and_the_rest_is_still_read() {
    let (_, problems, _) = load("[example]\nlisten = \"a\nidle_seconds = \"x\"\n", &[]);
    let problems = problems.unwrap_err();
    assert!(problems.to_string().contains(":2:"), "{problems}");
    assert!(problems.0.len() >= 2, "{problems}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let problems =
        Sources::read(&[SECTION], Some(Path::new("/nowhere/milepost.toml")), env(&[])).unwrap_err();
    assert!(
        problems
            .to_string()
            .contains("/nowhere/milepost.toml: cannot read the file"),
        "{problems}"
    );
}
