//! `milepost topics`: what the log holds.

mod access;
mod acls;
mod apply;
mod define;
mod list;
mod read;
mod request;
pub(crate) mod serve;

pub(crate) use access::Access;
pub(crate) use define::define;
pub(crate) use read::whole;

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
    /// Make the topics as they should be, or tell what differs
    Apply(apply::Arguments),
    /// Print the commands that give a role its rights on Kafka
    Acls(acls::Arguments),
    /// Print records as JSON Lines
    Read(read::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::List(arguments) => list::run(arguments),
        Command::Apply(arguments) => apply::run(arguments),
        Command::Acls(arguments) => acls::run(arguments),
        Command::Read(arguments) => read::run(arguments),
    }
}
