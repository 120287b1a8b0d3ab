use std::path::PathBuf;

use anyhow::Context as _;
use attendance::roster::{self, Definitions};
use clap::Args;
use events::Topic;
use geofence::files::FenceFile;
use jiff::Timestamp;
use sim::world::{Settings, World, midnight_before};

use crate::exit::Outcome;
use crate::process::definitions::Definition;

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

/// What the consumers have to know about a simulated town: its fences, people, shifts and who carries what. Attendance
/// is final so many hours after a shift.
pub(crate) fn definitions(world: &World, final_after_h: u32) -> anyhow::Result<Vec<Definition>> {
    let file = FenceFile::parse(&world.fences_geojson().to_string())?;
    anyhow::ensure!(
        file.problems.is_empty(),
        "fences of the town: {:?}",
        file.problems
    );
    let mut roster = Definitions::default();
    let include = |name: &str| Err(format!("no file {name}"));
    let problems = roster::file::read("town", &world.roster_toml(final_after_h), &include, &mut roster);
    anyhow::ensure!(problems.is_empty(), "roster of the town: {problems:?}");
    let fences = file
        .fences
        .iter()
        .map(|fence| Definition::new(Topic::Fences, &fence.id, fence));
    let people = roster::records(&roster).into_iter().map(|record| Definition {
        topic: record.topic,
        key: record.key,
        value: Some(record.value.into()),
    });
    Ok(fences.chain(people).collect())
}
