//! `milepost attendance`: the records for people.

mod month;

use clap::{Args, Subcommand};

use crate::exit::Outcome;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The month as a table, CSV or spreadsheet
    Month(month::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Month(arguments) => month::run(arguments),
    }
}
