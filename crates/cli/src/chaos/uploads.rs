use anyhow::ensure;
use clap::Args;
use serde::Serialize;
use sim::chaos::Target;
use sim::load::{Settings, Uploads};

use super::beside::{Good, LIMIT, Line};
use super::run::folder;
use crate::exit::Outcome;
use crate::process;

/// Each device sends pictures (0x0801 in sub-packets) on the connection on which it reports, in front of its positions.
///
/// Example: milepost chaos uploads --good 200 --rate 400
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Bytes of a picture
    #[arg(long, default_value_t = 65_536)]
    bytes: usize,
    /// Sub-packets in front of each position
    #[arg(long, default_value_t = 13)]
    packets: usize,
    #[command(flatten)]
    good: Good,
}

#[derive(Debug, Serialize)]
struct Beside {
    picture_bytes: usize,
    packets_per_position: usize,
    /// Pictures that were answered as whole.
    uploaded: u64,
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
    let uploads = Uploads {
        bytes: arguments.bytes,
        packets: arguments.packets,
    };
    let settings = Settings {
        uploads: Some(uploads),
        ..good.settings(&scene, good.good)
    };
    let with = Good::load(settings).await?;
    let memory_with = Target::peak_memory(&child);
    scene.target.terminate(&mut child, LIMIT).await?;
    ensure!(
        with.uploaded > 0,
        "expected pictures that are answered as whole, found none: give the run a longer --duration"
    );
    let beside = Beside {
        picture_bytes: arguments.bytes,
        packets_per_position: arguments.packets,
        uploaded: with.uploaded,
    };
    Ok(good.line((&without, memory_without), (&with, memory_with), beside))
}
