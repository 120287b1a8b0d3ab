//! `milepost chaos`: faults on purpose, and proof of what they did not do.

mod consumers;
mod demo;
mod faults;
mod figures;
mod hostile;
mod kill;
mod run;
mod scene;
mod verdict;

use clap::{Args, Subcommand};

use crate::exit::Outcome;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Kill the program again and again under load; print what was lost as one line of JSON
    Kill(kill::Arguments),
    /// Kills, devices that hear nothing, slow or silent brokers, in random order; print what was lost as one line of JSON
    Faults(faults::Arguments),
    /// Kill gateway, consumers and brokers while a town lives its day; compare what was derived with a run without faults
    Consumers(consumers::Arguments),
    /// Hostile bytes, frames and lengths on all ports while good devices are served; print what came of it as one line of JSON
    Hostile(hostile::Arguments),
    /// Watch it: kills for about a minute, and what was acknowledged is all there
    Demo(demo::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Kill(arguments) => kill::run(arguments),
        Command::Faults(arguments) => faults::run(arguments),
        Command::Consumers(arguments) => consumers::run(arguments),
        Command::Hostile(arguments) => hostile::run(arguments),
        Command::Demo(arguments) => demo::run(arguments),
    }
}
