//! `milepost fences`: definitions of fences, and who is in them.

mod check;
mod export;
mod import;
mod log;
mod whereabouts;
mod which;
mod who;

use std::path::Path;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use events::fence::v1::Fence;
use geofence::files::{FeatureProblem, FenceFile};

use crate::exit::Outcome;
use crate::say;

pub(crate) use log::current;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What is wrong with a fence file, by feature and vertex; or whether a device is in a fence now
    Check(check::Arguments),
    /// Which fences contain each of these points
    Which(which::Arguments),
    /// Write the fences of a file to the log
    Import(import::Arguments),
    /// Print the fences of the log as GeoJSON
    Export(export::Arguments),
    /// Who is in a fence now
    Who(who::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments),
        Command::Which(arguments) => which::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Export(arguments) => export::run(arguments),
        Command::Who(arguments) => who::run(arguments),
    }
}

/// The fences of a file.
#[derive(Debug)]
pub(crate) struct Fences {
    pub(crate) usable: Vec<Fence>,
    pub(crate) problems: Vec<FeatureProblem>,
}

impl Fences {
    /// Reads GeoJSON, KML or WKT; `-` is standard input.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let place = || format!("read {}", path.display());
        let text = if path.as_os_str() == "-" {
            std::io::read_to_string(std::io::stdin())
        } else {
            std::fs::read_to_string(path)
        }
        .with_context(place)?;
        let file = FenceFile::parse(&text).with_context(place)?;
        Ok(Self {
            usable: file.fences,
            problems: file.problems,
        })
    }

    /// Says on standard error which fences were left out.
    pub(crate) fn report(&self) {
        for problem in &self.problems {
            say(format_args!("fence left out: {problem}"));
        }
    }
}
