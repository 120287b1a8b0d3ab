use crate::tool::{must_pass_in, root};

/// Strictly, and by the types that are generated from the schema of Grafana: `tests/grafana`.
#[test]
fn grafana_knows_every_field_of_the_dashboards_and_misses_none() {
    let folder = root().join("deploy/grafana");
    let files: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(files.len() >= 6, "{files:?}");
    let check = std::env::var("MILEPOST_GRAFANA_SCHEMA").unwrap_or_else(|_| "grafana-schema".to_owned());
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    must_pass_in(&check, &files, &folder);
}
