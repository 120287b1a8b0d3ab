//! `milepost topics`: what the log holds.

mod list;

use clap::{Args, Subcommand};

use crate::exit::Outcome;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print every topic of Milepost: its schema, how it forgets, what it holds
    List(list::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::List(arguments) => list::run(arguments),
    }
}
