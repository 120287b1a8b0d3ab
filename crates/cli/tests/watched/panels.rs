//! Every panel of the dashboards, asked of a real Prometheus as Grafana would ask.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tests::wait;

use crate::prometheus::Prometheus;

/// Time that the processes may take on a busy machine until they have done everything once.
const LIMIT: Duration = Duration::from_secs(180);

/// A query of a panel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Query {
    /// Dashboard and title.
    pub(crate) panel: String,
    /// As the file has it.
    pub(crate) text: String,
}

/// All of `deploy/grafana`.
pub(crate) fn all() -> BTreeSet<Query> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/grafana");
    let mut queries = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let dashboard: Value = serde_json::from_str(&text).unwrap();
        for panel in dashboard["panels"].as_array().unwrap() {
            for target in panel["targets"].as_array().into_iter().flatten() {
                queries.insert(Query {
                    panel: format!(
                        "{} / {}",
                        dashboard["title"].as_str().unwrap(),
                        panel["title"].as_str().unwrap()
                    ),
                    text: target["expr"].as_str().unwrap().to_owned(),
                });
            }
        }
    }
    assert!(queries.len() > 50, "{queries:?}");
    queries
}

/// Waits until each query has found a number.
pub(crate) fn wait_for(prometheus: &Prometheus, mut queries: BTreeSet<Query>) {
    let answered = wait::until("data in every panel", LIMIT, || {
        queries.retain(|query| !has_data(prometheus, &query.text));
        Ok(queries.is_empty())
    });
    answered.unwrap_or_else(|error| panic!("{error}; none in {queries:#?}"));
}

/// As Grafana asks: with the variables of the dashboard filled in. A median of nothing is not a number.
fn has_data(prometheus: &Prometheus, query: &str) -> bool {
    let query = query.replace("$__rate_interval", "1m").replace("$instance", ".*");
    assert!(
        !query.contains('$'),
        "a variable that the test does not know: {query}"
    );
    prometheus
        .query(&query)
        .iter()
        .any(|series| series["value"][1].as_str().is_some_and(|value| value != "NaN"))
}
