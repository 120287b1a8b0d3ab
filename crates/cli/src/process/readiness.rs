//! Whether a consumer can be relied on: what its stages say, on the admin port.

use bus::Standings;
use runtime::admin::Reporter;
use tokio::sync::watch;

/// Tells the admin port how the stages stand, until the log is closed.
pub(super) async fn report(
    mut standings: watch::Receiver<Standings>,
    stages: &'static [&'static str],
    reporter: Reporter,
) {
    let mut was_ready = false;
    loop {
        let (ready, how) = summary(&standings.borrow_and_update(), stages);
        match (ready, was_ready) {
            (true, _) => reporter.ready_as(how),
            (false, true) => reporter.not_ready(how),
            (false, false) => reporter.starting(how),
        }
        was_ready |= ready;
        if standings.changed().await.is_err() {
            return;
        }
    }
}

/// Whether all stages are ready, and how each of them stands.
fn summary(standings: &Standings, stages: &[&'static str]) -> (bool, String) {
    let mut ready = true;
    let mut texts = Vec::new();
    for stage in stages {
        let standing = standings.get(stage);
        ready &= standing.is_some_and(|standing| standing.is_ready());
        let text = standing.map_or_else(|| "does not run".to_owned(), ToString::to_string);
        texts.push(if stages.len() > 1 {
            format!("{stage} {text}")
        } else {
            text
        });
    }
    (ready, texts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    use bus::Standing;

    #[test]
    fn all_stages_are_ready_or_the_consumer_is_not() {
        let mut standings = Standings::from([("a", Standing::Holding(4)), ("b", Standing::Restoring(2))]);
        assert_eq!(
            summary(&standings, &["a"]),
            (true, "holds 4 partitions".to_owned())
        );
        assert_eq!(
            summary(&standings, &["a", "b"]),
            (
                false,
                "a holds 4 partitions; b restores the state of 2 partitions".to_owned()
            )
        );
        standings.insert("b", Standing::Standby);
        assert!(summary(&standings, &["a", "b"]).0);
        standings.remove("a");
        assert_eq!(
            summary(&standings, &["a", "b"]),
            (
                false,
                "a does not run; b stands by: others hold all partitions".to_owned()
            )
        );
    }
}
