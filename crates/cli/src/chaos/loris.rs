use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::ensure;
use clap::Args;
use serde::Serialize;
use sim::chaos::Target;
use sim::hostile::{Held, Slow};
use tokio_util::sync::CancellationToken;

use super::beside::{Good, LIMIT, Line};
use super::run::folder;
use crate::exit::Outcome;
use crate::process;

/// Needs a file descriptor for each socket, here and in the program that is tried: `ulimit -n` says how many there may
/// be.
///
/// Example: milepost chaos loris --slow 15000 --good 2000
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Sockets that say a byte of a frame now and then and never its last one; who is cut comes again
    #[arg(long, default_value_t = 15_000)]
    slow: u32,
    /// Time between two bytes of such a socket
    #[arg(long, default_value = "10s", value_parser = crate::sim::duration)]
    every: Duration,
    #[command(flatten)]
    good: Good,
}

#[derive(Debug, Serialize)]
struct Beside {
    slow: u32,
    every_seconds: f64,
    /// Slow sockets that were open when the good devices began and when they had ended.
    slow_open: [u64; 2],
    /// Times that the gateway closed one of them.
    slow_cut: u64,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    process::runtime()?
        .block_on(measure(arguments))?
        .print(arguments.good.at_most)
}

async fn measure(arguments: &Arguments) -> anyhow::Result<Line<Beside>> {
    let good = &arguments.good;
    let (folder, _temporary) = folder(good.keep.as_deref())?;
    let scene = good.scene(&folder).await?;
    let mut child = scene.target.start(LIMIT).await?;
    let without = Good::load(good.settings(&scene, 0)).await?;
    let memory_without = Target::peak_memory(&child);

    let held = Arc::new(Held::default());
    let stop = CancellationToken::new();
    let _guard = stop.clone().drop_guard();
    let slow = Slow {
        gateway: scene.jt808,
        sockets: arguments.slow,
        every: arguments.every,
    };
    let (holding, stopped) = (Arc::clone(&held), stop.clone());
    let holder = tokio::task::spawn_blocking(move || slow.hold(&holding, &stopped));
    let open = until_open(&held, arguments.slow).await?;
    let with = Good::load(good.settings(&scene, good.good)).await?;
    let beside = Beside {
        slow: arguments.slow,
        every_seconds: arguments.every.as_secs_f64(),
        slow_open: [open, held.open.load(Ordering::Relaxed)],
        slow_cut: held.cut.load(Ordering::Relaxed),
    };
    let memory_with = Target::peak_memory(&child);
    stop.cancel();
    holder.await??;
    scene.target.terminate(&mut child, LIMIT).await?;
    Ok(good.line((&without, memory_without), (&with, memory_with), beside))
}

/// Waits until nearly all slow sockets are open: some are always between a cut and the next try.
async fn until_open(held: &Held, slow: u32) -> anyhow::Result<u64> {
    let begun = tokio::time::Instant::now();
    loop {
        let open = held.open.load(Ordering::Relaxed);
        if open * 10 >= u64::from(slow) * 9 {
            return Ok(open);
        }
        ensure!(
            begun.elapsed() < LIMIT,
            "expected {slow} slow sockets to be open, found {open} after {} s; `ulimit -n` says how many files a \
             process may have open",
            LIMIT.as_secs()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
