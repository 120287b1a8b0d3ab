//! What a program under test says of itself on its admin port.

use std::net::SocketAddr;

use anyhow::Context as _;

/// The samples of one moment.
#[derive(Debug, Default)]
pub(super) struct Figures(String);

/// Reads them.
pub(super) async fn of(admin: SocketAddr) -> anyhow::Result<Figures> {
    tokio::task::spawn_blocking(move || {
        let text = ureq::get(format!("http://{admin}/metrics"))
            .call()
            .and_then(|mut answer| answer.body_mut().read_to_string())
            .with_context(|| format!("read the metrics of the program under test at {admin}"))?;
        Ok(Figures(text))
    })
    .await?
}

impl Figures {
    /// Sum of all samples of a metric.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts and bytes"
    )]
    pub(super) fn sum(&self, metric: &str) -> u64 {
        self.samples(metric).sum::<f64>() as u64
    }

    /// Samples of a metric about one consumer group.
    pub(super) fn of_group(&self, metric: &str, group: &str) -> Vec<f64> {
        let wanted = format!("group=\"{group}\"");
        let lines = self.0.lines();
        lines
            .filter(|line| line.starts_with(metric) && line.contains(&wanted))
            .filter_map(|line| line.rsplit(' ').next()?.parse().ok())
            .collect()
    }

    fn samples<'a>(&'a self, metric: &'a str) -> impl Iterator<Item = f64> + 'a {
        self.0.lines().filter_map(move |line| {
            let rest = line.strip_prefix(metric)?;
            if !rest.starts_with(['{', ' ']) {
                return None;
            }
            rest.rsplit(' ').next()?.parse().ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_one_metric_are_added_and_no_others() {
        let figures =
            Figures("# HELP a_total b\na_total{x=\"1\"} 2\na_total{x=\"2\"} 3\na_total_more 9\n".to_owned());
        assert_eq!(figures.sum("a_total"), 5);
        assert_eq!(figures.sum("missing"), 0);
    }
}
