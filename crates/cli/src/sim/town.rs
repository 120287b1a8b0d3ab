use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp;
use sim::world::{Settings, World, midnight_before};

use crate::exit::Outcome;

/// Example: milepost sim world --seed 7 --devices 50 --out day
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) day: Day,
    /// Folder for the files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// What decides a simulated day.
#[derive(Debug, Args)]
pub(super) struct Day {
    /// Decides everything that is chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Devices in the field
    #[arg(long, default_value_t = 20)]
    devices: usize,
    /// Days to simulate
    #[arg(long, default_value_t = 1)]
    days: u32,
    /// First day, a midnight in Wuhan (UTC+8) [default: yesterday]
    #[arg(long, value_name = "TIME")]
    start: Option<Timestamp>,
}

impl Day {
    pub(super) fn world(&self) -> World {
        let yesterday = || Timestamp::now() - jiff::SignedDuration::from_hours(24);
        World::generate(Settings {
            seed: self.seed,
            start: midnight_before(self.start.unwrap_or_else(yesterday)),
            days: self.days,
            devices: self.devices,
        })
    }
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let world = arguments.day.world();
    sim::truth::write(&world, 0.0, &arguments.out).context("write the simulated day")?;
    Ok(std::process::ExitCode::SUCCESS)
}
