//! A real Apache Kafka of several nodes, whose members can be killed.

use std::thread;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::broker::Broker;
use super::settings;
use crate::ports;

/// Several brokers that are also the controllers. Each takes about 350 MB. Topics that are made without saying
/// otherwise have a replica on each of up to three brokers, and a record counts as written when all of them but one
/// have it. A broker that was killed has lost its leaderships after six seconds. All are killed when this is dropped.
#[derive(Debug)]
pub struct KafkaCluster {
    brokers: Vec<Broker>,
    /// Goes last.
    _folder: TempDir,
}

impl KafkaCluster {
    /// Starts `nodes` brokers and waits until all of them take connections.
    ///
    /// # Errors
    /// When there are no jars, no Java, or a broker does not come up; with the end of its log.
    pub fn start(nodes: usize) -> Result<Self> {
        Self::start_with(nodes, &[])
    }

    /// Like [`start`](Self::start), with further lines for the configuration of each broker.
    ///
    /// # Errors
    /// As there.
    pub fn start_with(nodes: usize, settings: &[(&str, &str)]) -> Result<Self> {
        let folder = TempDir::with_prefix("milepost-kafka-").context("make a folder for the brokers")?;
        let found = ports::free_many(2 * nodes)?;
        let (ports, controllers) = found.split_at(nodes);
        let voters: Vec<String> = controllers
            .iter()
            .enumerate()
            .map(|(at, port)| format!("{}@127.0.0.1:{port}", at + 1))
            .collect();
        let replicas = nodes.min(3);
        let format = |at: usize| {
            let home = folder.path().join(format!("broker-{at}"));
            let (port, controller) = (ports[at], controllers[at]);
            let mut lines = settings::common(&home.join("data"));
            lines.extend(settings::replicas(replicas, replicas.saturating_sub(1).max(1)));
            lines.extend([
                format!("node.id={}", at + 1),
                format!("controller.quorum.voters={}", voters.join(",")),
                format!("listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}"),
                format!("advertised.listeners=PLAINTEXT://127.0.0.1:{port}"),
                // How soon a killed broker is missed: nine seconds when nothing is said.
                "broker.heartbeat.interval.ms=1000".to_owned(),
                "broker.session.timeout.ms=6000".to_owned(),
            ]);
            lines.extend(settings::lines(settings));
            Broker::format(&home, port, &lines, &[])
        };
        let formatted: Result<Vec<Broker>> = thread::scope(|scope| {
            let all: Vec<_> = (0..nodes).map(|at| scope.spawn(move || format(at))).collect();
            all.into_iter()
                .map(|one| {
                    one.join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect()
        });
        let mut cluster = Self {
            brokers: formatted?,
            _folder: folder,
        };
        // A broker comes up when most of the controllers are.
        for broker in &mut cluster.brokers {
            broker.launch()?;
        }
        for broker in &mut cluster.brokers {
            broker.wait_until_up()?;
        }
        Ok(cluster)
    }

    /// `host:port,host:port,…` of all brokers, also of those that do not run.
    #[must_use]
    pub fn brokers(&self) -> String {
        let addresses: Vec<String> = self.brokers.iter().map(Broker::address).collect();
        addresses.join(",")
    }

    /// True while broker `at`, counted from 0, runs.
    #[must_use]
    pub fn runs(&self, at: usize) -> bool {
        self.brokers.get(at).is_some_and(Broker::runs)
    }

    /// Ends broker `at`, counted from 0, at once, as kill -9 does.
    ///
    /// # Errors
    /// When there is none of that number, or it cannot be signalled.
    pub fn kill(&mut self, at: usize) -> Result<()> {
        self.broker(at)?.kill()
    }

    /// Ends broker `at`, counted from 0, in order: others lead its partitions before it goes.
    ///
    /// # Errors
    /// As [`kill`](Self::kill).
    pub fn stop(&mut self, at: usize) -> Result<()> {
        self.broker(at)?.stop()
    }

    /// Starts broker `at`, counted from 0, again on the same port and data, after ending it in order if it runs.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn restart(&mut self, at: usize) -> Result<()> {
        let broker = self.broker(at)?;
        broker.stop()?;
        broker.launch()?;
        broker.wait_until_up()
    }

    /// The brokers, for whoever looks after them.
    pub(super) fn members(&mut self) -> &mut [Broker] {
        &mut self.brokers
    }

    fn broker(&mut self, at: usize) -> Result<&mut Broker> {
        let nodes = self.brokers.len();
        self.brokers
            .get_mut(at)
            .with_context(|| format!("there is no broker {at}; the cluster has {nodes}, counted from 0"))
    }
}
