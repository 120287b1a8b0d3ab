//! The list of metrics as a page for people and as JSON for programs.

use std::fmt::Write as _;

use runtime::metrics::Declaration;
use serde_json::{Value, json};

use super::catalogue::PARTS;

const HEAD: &str = "\
# Metrics

What each process shows on `http://ADMIN/metrics`, where `ADMIN` is `admin.listen` (127.0.0.1:9600 by default). Printed by
`milepost metrics list`; a test compares this file with the program.

Labels have values from closed sets: no label holds a device, a person or an address. A series appears when something
was first counted, so that a counter of errors that is missing stands for zero. `milepost metrics check FILE…` finds metrics
and labels in your own rules and dashboards that do not exist. Dashboards stand in [`deploy/grafana`](../deploy/grafana),
alerts in [`deploy/prometheus/rules.yml`](../deploy/prometheus/rules.yml), and what to do about each in
[`docs/runbooks`](runbooks/README.md).
";

/// Markdown: a table per part.
pub(super) fn markdown() -> String {
    let mut page = HEAD.to_owned();
    for part in PARTS {
        // Writing to a string does not fail.
        let _ = write!(
            page,
            "\n## {}\n\n{}\n\n| metric | kind | labels | meaning |\n|---|---|---|---|\n",
            part.name, part.about
        );
        for metric in part.metrics {
            let _ = writeln!(
                page,
                "| `{}` | {}, {} | {} | {} |",
                metric.name,
                metric.kind.name(),
                metric.unit.name(),
                labels(metric),
                metric.help
            );
        }
    }
    let _ = write!(
        page,
        "\n## Buckets\n\nHistograms of seconds have the upper bounds {}; of work in the processor {}; histograms of sizes have {}.\n",
        bounds(runtime::metrics::LATENCY_BUCKETS),
        bounds(runtime::metrics::WORK_BUCKETS),
        bounds(runtime::metrics::SIZE_BUCKETS)
    );
    page
}

fn labels(metric: &Declaration) -> String {
    let quoted: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
    quoted.join(", ")
}

fn bounds(buckets: &[f64]) -> String {
    let texts: Vec<String> = buckets.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

/// One array with an object per metric.
pub(super) fn json() -> String {
    let all: Vec<Value> = PARTS
        .iter()
        .flat_map(|part| part.metrics.iter().map(|metric| (part.name, metric)))
        .map(|(part, metric)| {
            json!({
                "part": part,
                "name": metric.name,
                "kind": metric.kind.name(),
                "unit": metric.unit.name(),
                "labels": metric.labels,
                "buckets": metric.buckets,
                "series": metric.series(),
                "help": metric.help,
            })
        })
        .collect();
    format!("{:#}\n", Value::Array(all))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_in_the_documentation_is_what_the_program_prints() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
        assert!(
            std::fs::read_to_string(path).unwrap_or_default() == super::markdown(),
            "docs/metrics.md is out of date: milepost metrics list > docs/metrics.md"
        );
    }
}
