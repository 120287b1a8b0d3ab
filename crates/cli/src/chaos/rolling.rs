use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use sim::load::{Latency, Protocol, Report, Settings};
use sim::oracle::Verdict;
use tokio::process::Child;
use tokio::time::Instant;

use super::beside::LIMIT;
use super::live::Live;
use super::run::folder;
use super::scene::{self, Scene};
use super::verdict;
use crate::exit::Outcome;
use crate::{process, say};

/// Two gateways on the same topics serve half of the devices each; a device whose gateway is away goes to the other one.
/// One after the other is asked to stop (SIGTERM) and started again, under load.
///
/// Example: milepost chaos rolling --brokers 127.0.0.1:9092 --connections 10000
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Brokers
    #[arg(long)]
    brokers: String,
    /// How many restarts, by turns
    #[arg(long, default_value_t = 4)]
    restarts: u32,
    /// Time between a start and the next stop
    #[arg(long, default_value = "10s", value_parser = crate::sim::duration)]
    calm: Duration,
    /// Simulated devices, all JT/T 808
    #[arg(long, default_value_t = 1000)]
    connections: u64,
    /// Positions a second over all devices
    #[arg(long, default_value_t = 1000.0)]
    rate: f64,
    /// Folder for what the programs say; kept [default: one that is removed]
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Line {
    restarts: u32,
    connections: u64,
    rate: f64,
    /// Longest time from SIGTERM to the end of the process.
    stopped_after_ms_max: u64,
    /// All of them ended well.
    stopped_well: bool,
    /// Times that a device connected, beyond the first.
    reconnects: u64,
    /// From the loss of a connection to being served on the next one; the slower half of the devices.
    reconnect_ms: Option<Latency>,
    resent: u64,
    #[serde(flatten)]
    verdict: Verdict,
}

impl Line {
    fn holds(&self) -> bool {
        self.verdict.holds() && self.verdict.acked > 0 && self.reconnects > 0 && self.stopped_well
    }
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let line = process::runtime()?.block_on(measure(arguments))?;
    verdict::print(&line, line.holds())
}

/// A gateway and its process.
struct Node {
    scene: Scene,
    child: Child,
}

impl Node {
    async fn start(scene: Scene) -> anyhow::Result<Self> {
        let child = scene.target.start(LIMIT).await?;
        Ok(Self { scene, child })
    }

    /// Asks it to stop; how long that took, and whether it ended well.
    async fn stop(&mut self) -> anyhow::Result<(Duration, bool)> {
        let begun = Instant::now();
        let status = self.scene.target.terminate(&mut self.child, LIMIT).await?;
        Ok((begun.elapsed(), status.success()))
    }
}

async fn measure(arguments: &Arguments) -> anyhow::Result<Line> {
    let (folder, _temporary) = folder(arguments.keep.as_deref())?;
    let first = scene::gateway(&folder, &arguments.brokers, &arguments.brokers).await?;
    let second = scene::another(&folder, &first, "gateway-2")?;
    let log = first.log.clone();
    let doors = [first.jt808, second.jt808];
    let mut nodes = [Node::start(first).await?, Node::start(second).await?];
    let live = Live::start([0, 1].map(|half| {
        let connections = arguments.connections.div_ceil(2);
        let rate = arguments.rate / 2.0;
        Settings {
            backup: Some(doors[1 - half]),
            first_device: half as u64 * connections,
            ..Settings::steady(Protocol::Jt808, doors[half], connections, rate, Timestamp::now())
        }
    }));
    live.more_than(0).await?;

    let mut slowest = Duration::ZERO;
    let mut stopped_well = true;
    for restart in 0..arguments.restarts {
        tokio::time::sleep(arguments.calm).await;
        let node = &mut nodes[restart as usize % 2];
        let (took, well) = node.stop().await?;
        slowest = slowest.max(took);
        stopped_well &= well;
        let acked = live.acked();
        live.more_than(acked).await?;
        node.child = node.scene.target.start(LIMIT).await?;
        let (number, acked, milliseconds) = (restart + 1, live.acked(), took.as_millis());
        say(format_args!(
            "restart {number}: stopped in {milliseconds} ms, back; {acked} answers so far"
        ));
    }
    tokio::time::sleep(arguments.calm).await;
    let (reports, obligations) = live.end().await?;
    for node in &mut nodes {
        stopped_well &= node.stop().await?.1;
    }
    let verdict = verdict::judge(log, &obligations).await?;
    let sum = |of: fn(&Report) -> u64| reports.iter().map(of).sum::<u64>();
    Ok(Line {
        restarts: arguments.restarts,
        connections: arguments.connections,
        rate: arguments.rate,
        stopped_after_ms_max: slowest.as_millis() as u64,
        stopped_well,
        reconnects: sum(|report| report.connects) - sum(|report| report.connections),
        reconnect_ms: reports
            .iter()
            .filter_map(|report| report.reconnect_ms)
            .max_by(|a, b| a.p99.total_cmp(&b.p99)),
        resent: sum(|report| report.resent),
        verdict,
    })
}
