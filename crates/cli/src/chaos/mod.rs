//! `milepost chaos`: faults on purpose, and proof of what they did not do.

mod beside;
mod consumers;
mod demo;
mod faults;
mod figures;
mod hostile;
mod kill;
mod live;
mod loris;
mod outage;
mod rolling;
mod run;
mod scene;
mod slow;
mod syncs;
mod uploads;
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
    /// Good devices beside very many sockets that are held open with next to nothing; print what that costs them as one
    /// line of JSON
    Loris(loris::Arguments),
    /// Positions beside pictures on the same connections; print what those cost them as one line of JSON
    Uploads(uploads::Arguments),
    /// The way to Kafka fails for a while; print what was answered meanwhile and what arrived as one line of JSON
    Outage(outage::Arguments),
    /// Two gateways are restarted by turns under load; print what that cost the devices as one line of JSON
    Rolling(rolling::Arguments),
    /// Syncs of files fail from some moment on; print how the program ended and what is there as one line of JSON
    Syncs(syncs::Arguments),
    /// The way to Kafka is slow; print how long answers take then as one line of JSON
    Slow(slow::Arguments),
    /// Watch it: kills for about a minute, and what was acknowledged is all there
    Demo(demo::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Kill(arguments) => kill::run(arguments),
        Command::Faults(arguments) => faults::run(arguments),
        Command::Consumers(arguments) => consumers::run(arguments),
        Command::Hostile(arguments) => hostile::run(arguments),
        Command::Loris(arguments) => loris::run(arguments),
        Command::Uploads(arguments) => uploads::run(arguments),
        Command::Outage(arguments) => outage::run(arguments),
        Command::Rolling(arguments) => rolling::run(arguments),
        Command::Syncs(arguments) => syncs::run(arguments),
        Command::Slow(arguments) => slow::run(arguments),
        Command::Demo(arguments) => demo::run(arguments),
    }
}
