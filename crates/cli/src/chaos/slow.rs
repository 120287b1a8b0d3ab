use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use sim::chaos::Target;
use tokio_util::sync::CancellationToken;

use super::beside::{Good, LIMIT, Line};
use super::faults::{proxied, spoiled};
use super::run::folder;
use super::scene;
use crate::exit::Outcome;
use crate::process;

/// Everything that passes between the gateway and Kafka comes late, a piece of 16 KB at a time, so that the way is narrow
/// too: give it few devices. `milepost chaos faults --help` says what the broker needs for --broker-proxy.
///
/// Example: milepost chaos slow --brokers 127.0.0.1:9092 --broker-proxy 127.0.0.1:9094=127.0.0.1:9093 --good 50 --rate 20
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Listen at the first address, pass on to the second, late
    #[arg(long, value_name = "ADDRESS=ADDRESS", requires = "brokers", value_parser = proxied)]
    broker_proxy: (SocketAddr, SocketAddr),
    /// How late, in each direction
    #[arg(long, default_value = "500ms", value_parser = crate::sim::duration)]
    late: Duration,
    #[command(flatten)]
    good: Good,
}

#[derive(Debug, Serialize)]
struct Beside {
    late_ms: u64,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    // How much longer answers take follows from how late the broker is.
    process::runtime()?
        .block_on(measure(arguments))?
        .print(f64::INFINITY)
}

async fn measure(arguments: &Arguments) -> anyhow::Result<Line<Beside>> {
    let good = &arguments.good;
    let brokers = good
        .brokers
        .as_deref()
        .context("expected --brokers, found none")?;
    let (folder, _temporary) = folder(good.keep.as_deref())?;
    let stop = CancellationToken::new();
    let _guard = stop.clone().drop_guard();
    let (at, to) = arguments.broker_proxy;
    let (_, way) = spoiled(at, to, &stop).await?;
    let scene = scene::gateway(&folder, brokers, &at.to_string()).await?;
    let mut child = scene.target.start(LIMIT).await?;
    let without = Good::load(good.settings(&scene, 0)).await?;
    let memory_without = Target::peak_memory(&child);
    let late_ms = arguments.late.as_millis() as u64;
    way.latency_ms.store(late_ms, Ordering::Relaxed);
    let with = Good::load(good.settings(&scene, good.good)).await?;
    let memory_with = Target::peak_memory(&child);
    way.latency_ms.store(0, Ordering::Relaxed);
    scene.target.terminate(&mut child, LIMIT).await?;
    Ok(good.line(
        (&without, memory_without),
        (&with, memory_with),
        Beside { late_ms },
    ))
}
