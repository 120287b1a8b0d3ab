//! Dashboards for Grafana. A panel names a metric; its query, unit and description follow from the declaration.

mod grafana;
mod plan;

use anyhow::Context as _;

use plan::DASHBOARDS;

/// File name and text of every dashboard.
///
/// # Errors
/// When a panel names a metric that is not declared.
pub(super) fn files() -> anyhow::Result<Vec<(String, String)>> {
    DASHBOARDS
        .iter()
        .map(|dashboard| {
            let json =
                grafana::dashboard(dashboard).with_context(|| format!("dashboard {}", dashboard.title))?;
            Ok((format!("{}.json", dashboard.name), format!("{json:#}\n")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::metrics::names;

    #[test]
    fn every_query_names_metrics_that_exist() {
        for (name, text) in files().unwrap() {
            assert!(names::series(&text).next().is_some(), "{name} queries nothing");
            let problems = names::problems(&text.replace("\\\"", "\""));
            assert!(problems.is_empty(), "{name}: {problems:?}");
        }
    }

    #[test]
    fn the_dashboards_that_are_shipped_are_what_the_program_writes() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/grafana");
        for (name, text) in files().unwrap() {
            assert!(
                std::fs::read_to_string(folder.join(&name)).unwrap_or_default() == text,
                "deploy/grafana/{name} is out of date: milepost metrics dashboards deploy/grafana"
            );
        }
    }
}
