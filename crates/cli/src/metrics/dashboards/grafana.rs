//! The form that Grafana reads.

use anyhow::Context as _;
use runtime::metrics::{Declaration, Kind, Unit};
use serde_json::{Value, json};

use super::plan::{Dashboard, Panel};
use crate::metrics::catalogue;

/// Version of the form: Grafana 10 and later take it, and convert it by themselves.
const SCHEMA: u32 = 39;
/// Width of a panel, of 24, and its height.
const SIZE: (usize, usize) = (8, 8);
/// Only the processes that the reader chose.
const CHOSEN: &str = "{instance=~\"$instance\"}";

/// One dashboard.
pub(super) fn dashboard(dashboard: &Dashboard) -> anyhow::Result<Value> {
    let mut panels = Vec::new();
    let mut top = 0;
    for row in dashboard.rows {
        panels.push(json!({
            "id": panels.len() + 1, "type": "row", "title": row.title, "collapsed": false, "panels": [],
            "gridPos": { "x": 0, "y": top, "w": 24, "h": 1 },
        }));
        top += 1;
        let across = 24 / SIZE.0;
        for (index, panel) in row.panels.iter().enumerate() {
            let place = (SIZE.0 * (index % across), top + SIZE.1 * (index / across));
            panels.push(panel_at(panel, panels.len() + 1, place)?);
        }
        top += SIZE.1 * row.panels.len().div_ceil(across);
    }
    Ok(json!({
        "uid": dashboard.name,
        "title": dashboard.title,
        "tags": ["milepost"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": true,
        "refresh": "10s",
        "time": { "from": "now-1h", "to": "now" },
        "timezone": "",
        "annotations": { "list": [] },
        "templating": { "list": [
            { "name": "datasource", "label": "Data", "type": "datasource", "query": "prometheus" },
            {
                "name": "instance", "label": "Process", "type": "query", "datasource": source(),
                "query": { "query": "label_values(milepost_build_info, instance)", "refId": "instance" },
                "refresh": 2, "sort": 1, "multi": true, "includeAll": true, "allValue": ".*",
                "current": { "text": ["All"], "value": ["$__all"] },
            },
        ] },
        "links": [{
            "type": "dashboards", "title": "Milepost", "tags": ["milepost"], "asDropdown": true, "icon": "external link",
            "tooltip": "", "targetBlank": false, "includeVars": true, "keepTime": true,
        }],
        "panels": panels,
    }))
}

fn source() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

fn panel_at(panel: &Panel, id: usize, (x, y): (usize, usize)) -> anyhow::Result<Value> {
    let (title, help, unit, queries) = match *panel {
        Panel::Of(title, name, by) => {
            let metric = declared(name)?;
            (title, metric.help.to_owned(), unit(metric), queries(metric, by))
        }
        Panel::Share(title, part, whole) => {
            let (part, whole) = (declared(part)?, declared(whole)?);
            let query = format!(
                "sum by (instance) ({}{CHOSEN}) / sum by (instance) ({}{CHOSEN})",
                part.name, whole.name
            );
            (
                title,
                format!("{} / {}", part.help, whole.help),
                "percentunit",
                vec![(query, "{{instance}}".to_owned())],
            )
        }
    };
    let targets: Vec<Value> = queries
        .into_iter()
        .zip('A'..='Z')
        .map(|((query, legend), name)| {
            json!({ "refId": name, "datasource": source(), "expr": query, "legendFormat": legend })
        })
        .collect();
    Ok(json!({
        "id": id,
        "type": "timeseries",
        "title": title,
        "description": help,
        "datasource": source(),
        "gridPos": { "x": x, "y": y, "w": SIZE.0, "h": SIZE.1 },
        "fieldConfig": {
            "defaults": { "unit": unit, "min": 0, "custom": { "fillOpacity": 10, "showPoints": "never" } },
            "overrides": [],
        },
        "options": {
            "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": [] },
            "tooltip": { "mode": "multi", "sort": "desc" },
        },
        "targets": targets,
    }))
}

fn declared(name: &str) -> anyhow::Result<&'static Declaration> {
    catalogue::find(name).with_context(|| format!("no process exports {name}"))
}

/// What Grafana calls the unit of what is shown.
fn unit(metric: &Declaration) -> &'static str {
    match (metric.kind, metric.unit) {
        // Seconds per second: how many threads, or processors, are taken.
        (Kind::Counter, Unit::Seconds) => "short",
        (Kind::Counter, Unit::Bytes) => "Bps",
        (Kind::Counter, _) => "cps",
        (_, Unit::Seconds) => "s",
        (_, Unit::Bytes) => "bytes",
        (_, Unit::Ratio) => "percentunit",
        (_, Unit::Count) => "short",
    }
}

/// Queries and their legends.
fn queries(metric: &Declaration, by: &[&str]) -> Vec<(String, String)> {
    let name = metric.name;
    let grouped = |by: &[&str]| {
        if by.is_empty() {
            String::new()
        } else {
            format!(" by ({})", by.join(", "))
        }
    };
    let labels: Vec<String> = by.iter().map(|label| format!("{{{{{label}}}}}")).collect();
    let legend = if by.is_empty() {
        "all".to_owned()
    } else {
        labels.join(" ")
    };
    match metric.kind {
        Kind::Counter => vec![(
            format!("sum{} (rate({name}{CHOSEN}[$__rate_interval]))", grouped(by)),
            legend,
        )],
        // Ages do not add up: the worst one counts.
        Kind::Gauge => {
            let over = if metric.unit == Unit::Seconds {
                "max"
            } else {
                "sum"
            };
            vec![(format!("{over}{} ({name}{CHOSEN})", grouped(by)), legend)]
        }
        Kind::Histogram => {
            let with_bound: Vec<&str> = by.iter().copied().chain(["le"]).collect();
            [("0.5", "p50"), ("0.99", "p99")]
                .map(|(quantile, called)| {
                    (
                        format!(
                            "histogram_quantile({quantile}, sum{} (rate({name}_bucket{CHOSEN}[$__rate_interval])))",
                            grouped(&with_bound)
                        ),
                        format!("{legend} {called}"),
                    )
                })
                .to_vec()
        }
    }
}
