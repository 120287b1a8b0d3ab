//! `milepost derive`: a consumer's engine over a file, without a broker.

mod attendance;
mod geofence;
pub(crate) mod positions;
pub(crate) mod trips;

use clap::{Args, Subcommand};

use crate::exit::Outcome;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fence events from positions and fences
    Geofence(geofence::Arguments),
    /// Attendance from positions, punches and a roster
    Attendance(attendance::Arguments),
    /// Trips and stops from positions
    Trips(trips::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Geofence(arguments) => geofence::run(arguments),
        Command::Attendance(arguments) => attendance::run(arguments),
        Command::Trips(arguments) => trips::run(arguments),
    }
}
