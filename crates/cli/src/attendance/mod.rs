//! `milepost attendance`: the consumer alone, and the records for people.

mod month;

use clap::{Args, Subcommand};

use crate::exit::Outcome;
use crate::process::Consumer;
use crate::roles::{self, Role};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[group(id = "attendance")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    role: roles::Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The month as a table, CSV or spreadsheet
    Month(month::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Some(Command::Month(arguments)) => month::run(arguments),
        None => roles::run(&arguments.role, Role::Consumer(Consumer::Attendance)),
    }
}
