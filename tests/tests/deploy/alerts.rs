use std::collections::BTreeSet;

use crate::tool::{file, must_pass, root};

const RULES: &str = "deploy/prometheus/rules.yml";

fn alerts() -> BTreeSet<String> {
    let alerts: BTreeSet<String> = file(RULES)
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .map(str::to_owned)
        .collect();
    assert!(!alerts.is_empty(), "{RULES} has no alerts");
    alerts
}

#[test]
fn every_alert_has_a_page_that_says_what_to_do_and_no_page_is_left_over() {
    let mut pages = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("docs/runbooks")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = name.strip_suffix(".md").filter(|name| *name != "README") {
            pages.insert(name.to_owned());
        }
    }
    assert_eq!(alerts(), pages, "alerts on the left, pages on the right");
    let index = file("docs/runbooks/README.md");
    for name in pages {
        let page = file(&format!("docs/runbooks/{name}.md"));
        for part in ["## What it means", "## How to see it", "## What to do"] {
            let after = page.split(part).nth(1).unwrap_or_default();
            assert!(after.trim().len() > 40, "{name}: {part} says nothing");
        }
        assert!(
            index.contains(&format!("({name}.md)")),
            "{name} is not in the list"
        );
        assert!(
            file(RULES).contains(&format!("runbook: docs/runbooks/{name}.md")),
            "the alert {name} does not lead to its page"
        );
    }
}

/// That the alerts fire when they should and not before is said in `rules_test.yml`.
#[test]
fn every_alert_is_tried_by_a_test() {
    let tried = file("deploy/prometheus/rules_test.yml");
    for alert in alerts() {
        let fires = format!("alertname: {alert}\n        exp_alerts:");
        assert!(tried.contains(&fires), "no test shows that {alert} fires");
    }
    must_pass("promtool", &["check", "rules", "rules.yml"], "deploy/prometheus");
    must_pass(
        "promtool",
        &["test", "rules", "rules_test.yml"],
        "deploy/prometheus",
    );
    must_pass(
        "promtool",
        &["check", "config", "prometheus.yml"],
        "deploy/prometheus",
    );
}
