//! Brokers that are killed by others and started again, as a service manager would.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Result;

use super::KafkaCluster;

/// Time between two looks at whether a broker died.
const LOOK: Duration = Duration::from_millis(100);

/// A cluster whose brokers are started again whenever they die. All end when this is dropped.
#[derive(Debug)]
pub struct Keeper {
    brokers: String,
    pids: Vec<PathBuf>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts so many brokers and looks after them.
    ///
    /// # Errors
    /// As [`KafkaCluster::start`].
    pub fn start(nodes: usize) -> Result<Self> {
        Self::keep(KafkaCluster::start(nodes)?)
    }

    /// Looks after a cluster that runs.
    ///
    /// # Errors
    /// When the process ids cannot be written.
    pub fn keep(mut cluster: KafkaCluster) -> Result<Self> {
        let brokers = cluster.brokers();
        let mut pids = Vec::new();
        for broker in cluster.members() {
            broker.mind()?;
            pids.push(broker.pid_file());
        }
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let stop = Arc::clone(&stop);
            move || mind(&mut cluster, &stop)
        });
        Ok(Self {
            brokers,
            pids,
            stop,
            thread: Some(thread),
        })
    }

    /// `host:port,host:port,…` of all brokers.
    #[must_use]
    pub fn brokers(&self) -> &str {
        &self.brokers
    }

    /// Files with the process ids; each is written anew when its broker is up again.
    pub fn pids(&self) -> impl Iterator<Item = &Path> {
        self.pids.iter().map(PathBuf::as_path)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic there is told by it.
            let _ = thread.join();
        }
    }
}

fn mind(cluster: &mut KafkaCluster, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        for broker in cluster.members() {
            if let Err(error) = broker.mind() {
                super::tell(&format!("a broker that died is not started again: {error:#}"));
                return;
            }
        }
        std::thread::park_timeout(LOOK);
    }
}
