//! A fleet over real sockets: every device of a world lives its day against a gateway.

mod client;
mod clock;
mod gt06;
mod jt808;
mod link;
mod speaker;
mod stats;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use clock::Clock;
pub use stats::{Progress, Report};

use crate::obligations::Obligations;
use crate::world::World;
use client::Client;
use stats::Stats;

/// How a fleet behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where GT06 is spoken.
    pub gateway_gt06: SocketAddr,
    /// Where JT/T 808 is spoken over TCP.
    pub gateway_jt808: SocketAddr,
    /// Where JT/T 808 is spoken over UDP.
    pub gateway_jt808_udp: SocketAddr,
    /// Seconds after the world's start at which the devices are switched on.
    pub from: f64,
    /// How many times faster than real time the day passes, until it has caught up with real time.
    pub speed: f64,
    /// Real time of the begin.
    pub now: Timestamp,
    /// First waiting time for an answer; it grows with every repetition (JT/T 808, parameter 0x0002).
    pub answer_timeout: Duration,
    /// Share of answers that are lost on the way, 0 to 1.
    pub lose_answers: f64,
    /// TCP frames are sent in pieces of a few bytes.
    pub split_bytes: bool,
}

/// A running fleet.
#[derive(Debug)]
pub struct Fleet {
    stats: Arc<Stats>,
    tasks: JoinSet<Obligations>,
}

/// Counts of a running fleet.
#[derive(Debug, Clone)]
pub struct Watch(Arc<Stats>);

impl Watch {
    /// Counts so far.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.0.progress()
    }
}

impl Fleet {
    /// Starts every device of the world as a task; they end when their days are over or `stop` is cancelled.
    #[must_use]
    pub fn start(world: &Arc<World>, settings: Settings, stop: &CancellationToken) -> Self {
        let stats = Arc::new(Stats::default());
        let clock = Clock::new(world.settings.start, settings.from, settings.speed, settings.now);
        let settings = Arc::new(settings);
        let mut tasks = JoinSet::new();
        for index in 0..world.actors.len() {
            let client = Client::new(
                Arc::clone(world),
                index,
                Arc::clone(&settings),
                clock,
                Arc::clone(&stats),
            );
            tasks.spawn(client.run(stop.clone()));
        }
        Self { stats, tasks }
    }

    /// Counts so far.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.stats.progress()
    }

    /// The counts for whoever watches while [`join`](Self::join) waits.
    #[must_use]
    pub fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.stats))
    }

    /// Waits until all devices are done; what they were promised stands in the obligations.
    pub async fn join(mut self) -> (Report, Vec<Obligations>) {
        let mut obligations = Vec::new();
        while let Some(ended) = self.tasks.join_next().await {
            match ended {
                Ok(one) => obligations.push(one),
                Err(error) => tracing::error!(%error, "a simulated device ended early"),
            }
        }
        obligations.sort_by(|a, b| a.device.cmp(&b.device));
        (Report::new(self.stats.progress(), &obligations), obligations)
    }
}
