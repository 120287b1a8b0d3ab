//! Devices that report in the background while something happens to the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::ensure;
use jiff::Timestamp;
use sim::load::{Protocol, Report, Settings, Watch};
use sim::obligations::Obligations;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::beside::LIMIT;
use super::scene::Scene;

/// Wait between two looks at the count of answers.
const LOOK: Duration = Duration::from_millis(5);

/// What a load came to, and what its devices were promised.
type Ended = (Report, Vec<Obligations>);

/// A load until it is ended; dropping it stops the devices too.
#[derive(Debug)]
pub(super) struct Live {
    acked: Arc<AtomicU64>,
    stop: DropGuard,
    loads: Vec<JoinHandle<Result<Ended, sim::load::Error>>>,
}

impl Live {
    pub(super) fn start(loads: impl IntoIterator<Item = Settings>) -> Self {
        let acked = Arc::new(AtomicU64::new(0));
        let stop = CancellationToken::new();
        let loads = loads.into_iter().map(|settings| {
            let stop = stop.clone();
            let watch = Watch {
                acked: Arc::clone(&acked),
                ..Watch::default()
            };
            tokio::task::spawn_blocking(move || sim::load::run_watched(&settings, &stop, watch))
        });
        Self {
            loads: loads.collect(),
            acked,
            stop: stop.drop_guard(),
        }
    }

    /// Devices that all speak JT/T 808.
    pub(super) fn jt808(scene: &Scene, connections: u64, rate: f64) -> Self {
        Self::start([Settings::steady(
            Protocol::Jt808,
            scene.jt808,
            connections,
            rate,
            Timestamp::now(),
        )])
    }

    /// Messages that were answered so far.
    pub(super) fn acked(&self) -> u64 {
        self.acked.load(Ordering::Relaxed)
    }

    /// Waits until more than `before` messages were answered.
    pub(super) async fn more_than(&self, before: u64) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.acked() <= before {
            ensure!(
                begun.elapsed() < LIMIT,
                "expected an answer within {} s, found none",
                LIMIT.as_secs()
            );
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Stops the devices; what each load came to, and what all devices were promised.
    pub(super) async fn end(self) -> anyhow::Result<(Vec<Report>, Vec<Obligations>)> {
        drop(self.stop);
        let mut reports = Vec::new();
        let mut obligations = Vec::new();
        for load in self.loads {
            let (report, of_load) = load.await??;
            reports.push(report);
            obligations.extend(of_load);
        }
        Ok((reports, obligations))
    }
}
