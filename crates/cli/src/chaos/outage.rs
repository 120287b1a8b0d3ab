use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use sim::chaos::Target;
use sim::load::{Protocol, Settings};
use sim::oracle::Verdict;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::beside::LIMIT;
use super::faults::{proxied, spoiled};
use super::live::Live;
use super::run::folder;
use super::{scene, verdict};
use crate::exit::Outcome;
use crate::process;

/// Time before the outage.
const CALM: Duration = Duration::from_secs(3);
/// Time without an answer after which what the brokers had said before the outage has been passed on.
const SETTLE: Duration = Duration::from_secs(1);

/// Nothing passes between the gateway and Kafka for a while; connections stay open. `milepost chaos faults --help` says
/// what the broker needs for --broker-proxy.
///
/// Example: milepost chaos outage --brokers 127.0.0.1:9092 --broker-proxy 127.0.0.1:9094=127.0.0.1:9093 --spool
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Brokers, for reading back what arrived
    #[arg(long)]
    brokers: String,
    /// Listen at the first address, pass on to the second, and let nothing pass for a while
    #[arg(long, value_name = "ADDRESS=ADDRESS", value_parser = proxied)]
    broker_proxy: (SocketAddr, SocketAddr),
    /// The gateway has a spool: it goes on answering
    #[arg(long)]
    spool: bool,
    /// How long nothing passes
    #[arg(long, default_value = "60s", value_parser = crate::sim::duration)]
    outage: Duration,
    /// Simulated devices, all JT/T 808
    #[arg(long, default_value_t = 200)]
    connections: u64,
    /// Messages of a device that may wait for their answer; many of them fill what the gateway may hold
    #[arg(long, default_value_t = 4)]
    in_flight: usize,
    /// Positions a second over all devices
    #[arg(long, default_value_t = 2000.0)]
    rate: f64,
}

#[derive(Debug, Serialize)]
struct Line {
    spool: bool,
    outage_seconds: f64,
    connections: u64,
    in_flight: usize,
    rate: f64,
    /// Answers while nothing passed, but for those that were on their way.
    acked_in_outage: u64,
    /// From the end of the outage to the next answer.
    answered_after_ms: u64,
    /// From the end of the outage until all that was answered was found in the topic; a look takes a while itself.
    arrived_after_ms: u64,
    memory_bytes_max: Option<u64>,
    #[serde(flatten)]
    verdict: Verdict,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let line = process::runtime()?.block_on(measure(arguments))?;
    let answered_rightly = if line.spool {
        line.acked_in_outage > 0 && line.verdict.holds_with_spool()
    } else {
        line.acked_in_outage == 0 && line.verdict.holds()
    };
    verdict::print(&line, answered_rightly && line.verdict.acked > 0)
}

async fn measure(arguments: &Arguments) -> anyhow::Result<Line> {
    let (folder, _temporary) = folder(None)?;
    let stop = CancellationToken::new();
    let _guard = stop.clone().drop_guard();
    let (at, to) = arguments.broker_proxy;
    let (_, way) = spoiled(at, to, &stop).await?;
    let mut scene = scene::gateway(&folder, &arguments.brokers, &at.to_string()).await?;
    if arguments.spool {
        scene.set("GATEWAY__SPOOL__MODE", "overflow");
    }
    let mut child = scene.target.start(LIMIT).await?;
    let live = Live::start([Settings {
        in_flight: arguments.in_flight,
        ..Settings::steady(
            Protocol::Jt808,
            scene.jt808,
            arguments.connections,
            arguments.rate,
            Timestamp::now(),
        )
    }]);
    live.more_than(0).await?;

    tokio::time::sleep(CALM).await;
    way.blackhole.store(true, Ordering::Relaxed);
    let outage = Instant::now();
    let begun = settled(&live, arguments).await;
    tokio::time::sleep(arguments.outage.saturating_sub(outage.elapsed())).await;
    let ended = live.acked();
    way.blackhole.store(false, Ordering::Relaxed);
    let mended = Instant::now();
    live.more_than(ended).await?;
    let answered_after_ms = mended.elapsed().as_millis() as u64;

    tokio::time::sleep(CALM).await;
    let (_, obligations) = live.end().await?;
    let verdict = verdict::settled(&scene.log, &obligations, arguments.outage + LIMIT).await?;
    let arrived_after_ms = mended.elapsed().as_millis() as u64;
    let memory_bytes_max = Target::peak_memory(&child);
    scene.target.terminate(&mut child, LIMIT).await?;
    Ok(Line {
        spool: arguments.spool,
        outage_seconds: arguments.outage.as_secs_f64(),
        connections: arguments.connections,
        in_flight: arguments.in_flight,
        rate: arguments.rate,
        acked_in_outage: ended - begun,
        answered_after_ms,
        arrived_after_ms,
        memory_bytes_max,
        verdict,
    })
}

/// The count of answers when those that were on their way have come: the brokers', and on a busy machine also the
/// gateway's that the devices had not read yet. Answers that go on for half of the outage are no longer those.
async fn settled(live: &Live, arguments: &Arguments) -> u64 {
    let begun = Instant::now();
    let mut acked = live.acked();
    loop {
        tokio::time::sleep(SETTLE).await;
        let before = std::mem::replace(&mut acked, live.acked());
        if acked == before || arguments.spool || begun.elapsed() >= arguments.outage / 2 {
            return acked;
        }
    }
}
