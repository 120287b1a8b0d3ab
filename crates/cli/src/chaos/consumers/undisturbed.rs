//! The same input through consumers that nobody disturbs.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use bus::{Bus, BusConfig, Outcome, Read, Receipt, ReceiptSink, Record};
use events::{Topic, headers};

use crate::chaos::scene::{self, Scene};

/// Longest time until what was published is durable.
const LIMIT: Duration = Duration::from_secs(120);
/// What consumers read that none of them wrote.
const INPUTS: [Topic; 6] = [
    Topic::Fences,
    Topic::Bindings,
    Topic::Rosters,
    Topic::Calendars,
    Topic::Punches,
    Topic::Positions,
];

/// `milepost up` on a new local log in the folder with all input that stands in `from`.
pub(super) async fn scene(folder: &Path, from: BusConfig) -> anyhow::Result<Scene> {
    std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    let scene = scene::up(folder)?;
    let (from, to) = (open(from).await?, open(scene.log.clone()).await?);
    let copied = copy(&from, &to).await;
    for bus in [from, to] {
        tokio::task::spawn_blocking(move || bus.close()).await?;
    }
    copied?;
    Ok(scene)
}

/// Opens a log.
pub(super) async fn open(config: BusConfig) -> anyhow::Result<Bus> {
    tokio::task::spawn_blocking(move || Bus::open(&config))
        .await?
        .context("open the log of events")
}

async fn copy(from: &Bus, to: &Bus) -> anyhow::Result<()> {
    let publisher = to.publisher();
    let failures = Arc::new(Failures::default());
    for topic in INPUTS {
        let mut reader = from.read(Read::all(topic));
        while let Some(record) = reader.next().await.transpose()? {
            let names = [headers::EVENT_ID, headers::SCHEMA];
            publisher.ready().await;
            publisher.publish(
                Record {
                    topic,
                    headers: names
                        .iter()
                        .filter_map(|name| Some((*name, record.header(name)?.clone())))
                        .collect(),
                    key: record.key,
                    value: record.value,
                    timestamp: record.timestamp,
                },
                Receipt::new(failures.clone(), 0),
            );
        }
    }
    failures.none(to).await
}

/// Counts what was not taken.
#[derive(Default)]
pub(super) struct Failures(AtomicU64);

impl Failures {
    /// Waits until all that was published is durable.
    pub(super) async fn none(&self, bus: &Bus) -> anyhow::Result<()> {
        let settled = bus.flush(LIMIT).await;
        let failed = self.0.load(Ordering::Relaxed);
        anyhow::ensure!(
            settled && failed == 0,
            "{failed} records were not taken by the log, or not in time"
        );
        Ok(())
    }
}

impl ReceiptSink for Failures {
    fn settled(&self, _: u64, outcome: Outcome) {
        self.0.fetch_add(u64::from(outcome.is_err()), Ordering::Relaxed);
    }
}
