//! The same load twice, without and with something beside it: what that costs the devices.

use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use sim::load::{Protocol, Report, Settings};
use tokio_util::sync::CancellationToken;

use super::scene::Scene;
use super::verdict;
use crate::exit::Outcome;

/// Longest time to listen, and to stop.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

/// The good devices.
#[derive(Debug, Args)]
pub(super) struct Good {
    /// Good devices, all JT/T 808
    #[arg(long, default_value_t = 2000)]
    pub(super) good: u64,
    /// Positions a second over all good devices
    #[arg(long, default_value_t = 2000.0)]
    rate: f64,
    /// How long they report, without and then with the others
    #[arg(long, default_value = "15s", value_parser = crate::sim::duration)]
    duration: Duration,
    /// How much longer 99 of 100 answers may take with the others beside, as a factor; inf only measures
    #[arg(long, default_value_t = 1.5)]
    pub(super) at_most: f64,
    /// Try the gateway on these brokers [default: everything in one process, on a log of its own]
    #[arg(long)]
    pub(super) brokers: Option<String>,
    /// Folder for the log and what the program says; kept [default: one that is removed]
    #[arg(long, value_name = "DIR")]
    pub(super) keep: Option<std::path::PathBuf>,
}

/// What one of the two runs came to.
#[derive(Debug, Serialize)]
pub(super) struct Seen {
    sent: u64,
    acked: u64,
    /// Messages that were sent again, since no answer came or the connection ended.
    resent: u64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

/// Both runs.
#[derive(Debug, Serialize)]
pub(super) struct Line<B> {
    good: u64,
    rate: f64,
    seconds: f64,
    without: Seen,
    with: Seen,
    p99_ratio: f64,
    /// The most memory that the program had resident so far, after each run.
    memory_bytes_without: Option<u64>,
    memory_bytes_with: Option<u64>,
    #[serde(flatten)]
    beside: B,
}

impl From<&Report> for Seen {
    fn from(report: &Report) -> Self {
        Self {
            sent: report.sent,
            acked: report.acked,
            resent: report.resent,
            p50_ms: report.ack_latency_ms.p50,
            p99_ms: report.ack_latency_ms.p99,
            max_ms: report.ack_latency_ms.max,
        }
    }
}

impl Good {
    /// The program on a log that nobody else uses.
    pub(super) async fn scene(&self, folder: &std::path::Path) -> anyhow::Result<Scene> {
        match &self.brokers {
            None => super::scene::up(folder),
            Some(brokers) => super::scene::gateway(folder, brokers, brokers).await,
        }
    }

    /// One run; the devices of `first` are others than those of an earlier run.
    pub(super) fn settings(&self, scene: &Scene, first: u64) -> Settings {
        Settings {
            duration: self.duration,
            answer_timeout: Duration::from_secs(20),
            first_device: first,
            ..Settings::steady(
                Protocol::Jt808,
                scene.jt808,
                self.good,
                self.rate,
                Timestamp::now(),
            )
        }
    }

    /// Runs the load; nothing else runs on its thread.
    pub(super) async fn load(settings: Settings) -> anyhow::Result<Report> {
        let run = move || sim::load::run(&settings, &CancellationToken::new());
        let (report, _) = tokio::task::spawn_blocking(run).await??;
        Ok(report)
    }

    pub(super) fn line<B>(
        &self,
        (without, memory_bytes_without): (&Report, Option<u64>),
        (with, memory_bytes_with): (&Report, Option<u64>),
        beside: B,
    ) -> Line<B> {
        Line {
            good: self.good,
            rate: self.rate,
            seconds: self.duration.as_secs_f64(),
            without: without.into(),
            with: with.into(),
            p99_ratio: with.ack_latency_ms.p99 / without.ack_latency_ms.p99,
            memory_bytes_without,
            memory_bytes_with,
            beside,
        }
    }
}

impl<B: Serialize> Line<B> {
    /// Prints the line; the exit status says whether all good devices were answered at once and in time.
    pub(super) fn print(&self, at_most: f64) -> Outcome {
        let all = |seen: &Seen| seen.acked > 0 && seen.acked == seen.sent && seen.resent == 0;
        let held = all(&self.without) && all(&self.with) && self.p99_ratio <= at_most;
        verdict::print(self, held)
    }
}
