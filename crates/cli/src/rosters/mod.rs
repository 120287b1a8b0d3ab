//! `milepost rosters`: persons, bindings, shifts, calendars and approvals, from files and to the log.

mod check;
mod export;
mod import;
mod load;
mod log;

use clap::{Args, Subcommand};

use crate::exit::Outcome;

pub(crate) use load::{load, tell};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Name what is wrong with a roster file, with file and line
    Check(check::Arguments),
    Import(import::Arguments),
    Export(export::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Export(arguments) => export::run(arguments),
    }
}
