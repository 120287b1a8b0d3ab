//! The alerts that are shipped, on a clock that runs sixty times faster.

use std::path::Path;

/// The rules with every hour made a minute, every minute a second, and the thresholds in seconds divided by sixty, so
/// that what takes ten minutes to page somebody takes ten seconds here. Nothing else is changed.
pub(crate) fn hastened() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/prometheus/rules.yml");
    let mut rules = std::fs::read_to_string(path).unwrap();
    for (slow, fast) in [
        (
            "milepost_gateway_spool_oldest_seconds > 300",
            "milepost_gateway_spool_oldest_seconds > 5",
        ),
        (
            "milepost_kafka_consumer_event_time_lag_seconds) > 60",
            "milepost_kafka_consumer_event_time_lag_seconds) > 1",
        ),
        ("[15m], 3600)", "[15m], 60)"),
    ] {
        assert!(rules.contains(slow), "rules.yml has no {slow:?} any more");
        rules = rules.replace(slow, fast);
    }
    rules
        .lines()
        // Words end with m and h too: durations stand in brackets, after `for:` and after `offset`.
        .map(|line| hasten(line) + "\n")
        .collect()
}

fn hasten(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, begun)) = ["[", "for: ", "offset "]
        .iter()
        .filter_map(|mark| rest.find(mark).map(|at| at + mark.len()))
        .min()
        .map(|at| rest.split_at(at))
    {
        out += before;
        let digits = begun.len() - begun.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = begun.split_at(digits);
        out += number;
        let faster = match unit.chars().next() {
            Some('m') if digits > 0 => "s",
            Some('h') if digits > 0 => "m",
            _ => "",
        };
        out += faster;
        rest = &unit[faster.len()..];
    }
    out + rest
}

#[test]
fn an_hour_becomes_a_minute_and_words_stay() {
    assert_eq!(
        hasten("rate(x[5m]) offset 5m by (from)"),
        "rate(x[5s]) offset 5s by (from)"
    );
    assert_eq!(hasten("        for: 2m"), "        for: 2s");
    assert_eq!(hasten("x[6h])) > 0.8 # for: hours"), "x[6m])) > 0.8 # for: hours");
}
