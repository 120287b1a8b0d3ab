//! Finds metrics and labels that do not exist in any text that holds queries.

use std::fmt;

use super::catalogue;

/// Labels that Prometheus adds, and the one of histograms' buckets.
const ADDED: [&str; 3] = ["job", "instance", "le"];

/// A name that the program does not export.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    line: usize,
    what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.what)
    }
}

/// What is wrong with the metrics that the text names.
pub(super) fn problems(text: &str) -> Vec<Problem> {
    text.lines()
        .enumerate()
        .flat_map(|(index, line)| {
            of_line(line).into_iter().map(move |what| Problem {
                line: index + 1,
                what,
            })
        })
        .collect()
}

/// The series that a line names, each with the text after it.
pub(super) fn series(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    line.match_indices("milepost_").filter_map(move |(at, _)| {
        // Not the middle of another word, nor a name that a rule gives to what it records.
        let before = line[..at].chars().next_back();
        let name = line[at..].split(|c| !part_of_name(c)).next()?;
        (!before.is_some_and(part_of_name) && !name.contains(':')).then_some((name, &line[at + name.len()..]))
    })
}

fn of_line(line: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, after) in series(line) {
        let Some(metric) = catalogue::all().find(|metric| metric.series().iter().any(|of| of == name)) else {
            problems.push(unknown(name));
            continue;
        };
        let selector = after.strip_prefix('{').and_then(|rest| rest.split('}').next());
        for matcher in selector.unwrap_or_default().split(',') {
            let label = matcher.trim().split(['=', '!']).next().unwrap_or_default().trim();
            if !label.is_empty() && !ADDED.contains(&label) && !metric.labels.contains(&label) {
                problems.push(format!(
                    "{name} has no label {label}; it has {}",
                    metric.labels.join(", ")
                ));
            }
        }
    }
    problems
}

fn unknown(name: &str) -> String {
    let close = catalogue::all()
        .flat_map(runtime::metrics::Declaration::series)
        .min_by_key(|known| strsim::levenshtein(known, name))
        .unwrap_or_default();
    format!("no process exports {name}; the nearest name is {close}, `milepost metrics list` shows all")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_labels_that_exist_pass() {
        let rule = "expr: sum by (protocol) (rate(milepost_gateway_acks_total{result=\"ok\",job=\"a\"}[5m]))\n\
                    expr: milepost_gateway_ack_latency_seconds_bucket{le=\"1\"} > milepost_bus:recorded:rate5m";
        assert_eq!(problems(rule), []);
    }

    #[test]
    fn a_name_that_does_not_exist_is_told_with_its_line_and_the_nearest() {
        let found = problems("ok\nrate(milepost_gateway_ack_total[5m])");
        assert_eq!(found.len(), 1);
        let said = found[0].to_string();
        assert!(
            said.starts_with("2: ") && said.contains("milepost_gateway_acks_total"),
            "{said}"
        );
    }

    #[test]
    fn the_base_name_of_a_histogram_is_no_series() {
        assert_eq!(problems("milepost_gateway_ack_latency_seconds").len(), 1);
    }

    #[test]
    fn a_label_that_does_not_exist_is_told() {
        let found = problems("milepost_gateway_acks_total{outcome!=\"ok\"}");
        assert!(found[0].to_string().contains("no label outcome"), "{found:?}");
    }

    #[test]
    fn the_alerts_name_metrics_that_exist() {
        let rules = include_str!("../../../../deploy/prometheus/rules.yml");
        assert_eq!(problems(rules), []);
    }
}
