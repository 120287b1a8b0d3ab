//! `milepost score`: an engine against the truth.

mod geofence;
mod outings;
mod plot;
mod trips;

use clap::{Args, Subcommand};

use crate::exit::Outcome;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Trips against outings whose truth was written down
    Trips(trips::Arguments),
    /// Parked phones in small fences: false exits, and how soon true ones are found
    Geofence(geofence::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Trips(arguments) => trips::run(arguments),
        Command::Geofence(arguments) => geofence::run(arguments),
    }
}
