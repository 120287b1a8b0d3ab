//! When overnight shifts begin and end, against a second library.

use std::collections::{BTreeSet, HashMap};
use std::process::Command;

use attendance::roster::{Definitions, file, resolve};
use attendance::schedule::instance;
use jiff::civil::Date;

/// Two shifts over midnight, of which one ends where clocks are changed, for a person in a zone.
fn roster(zone: &str, shift: &str) -> String {
    let (start, end) = shift.split_once('-').expect("two times");
    format!(
        "zone = \"{zone}\"\npersons = [{{ id = \"P1\" }}]\n\
         shifts = [{{ id = \"N\", start = \"{start}\", end = \"{end}\" }}]\n\
         patterns = [{{ id = \"N\", week = {{ mon-sun = \"N\" }}, calendar = false }}]\n\
         rosters = [{{ person = \"P1\", pattern = \"N\" }}]\n"
    )
}

#[test]
fn overnight_shifts_are_where_pythons_zoneinfo_has_them_in_every_zone_whose_clock_changed() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/oracle/shifts.py");
    let output = Command::new("python3")
        .arg(script)
        .output()
        .expect("python3 runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("text");
    let mut rosters: HashMap<String, Vec<_>> = HashMap::new();
    let (mut compared, mut differing) = (0, Vec::new());
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [zone, day, seconds @ ..] = words.as_slice() else {
            panic!("{line}");
        };
        let resolved = rosters.entry((*zone).to_owned()).or_insert_with(|| {
            let read = |shift| {
                let mut written = Definitions::default();
                let problems = file::read(
                    "zones",
                    &roster(zone, shift),
                    &|_| Err(String::new()),
                    &mut written,
                );
                let resolved = resolve(&written, &HashMap::new());
                // A zone that only one of the two libraries knows says nothing about either.
                let known = problems.is_empty() && resolved.problems.is_empty();
                known.then_some(resolved.roster)
            };
            ["22:00-06:00", "18:30-02:30"]
                .into_iter()
                .filter_map(read)
                .collect()
        });
        let day: Date = day.parse().expect("a day");
        let expected: Vec<i64> = seconds
            .iter()
            .map(|text| text.parse().expect("a number"))
            .collect();
        for (roster, expected) in resolved.iter().zip(expected.chunks(2)) {
            let person = &roster.people["P1"];
            let shift = instance(roster, person, day, i64::MAX).expect("a shift");
            compared += 1;
            if [shift.span.from, shift.span.to] != *expected {
                differing.push(format!("{line}: found {:?}", shift.span));
            }
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    let zones: BTreeSet<&String> = rosters
        .iter()
        .filter(|(_, rosters)| !rosters.is_empty())
        .map(|(zone, _)| zone)
        .collect();
    assert!(
        zones.len() > 150 && compared > 20_000,
        "{} zones, {compared} shifts",
        zones.len()
    );
}
