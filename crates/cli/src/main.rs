//! The binary `milepost`. Each subcommand is a module: its arguments and its `run`.

mod admin;
mod attendance;
mod capture;
mod chaos;
mod config;
mod decode;
mod derive;
mod exit;
mod fences;
mod metrics;
mod process;
mod replay;
mod roles;
mod rosters;
mod score;
mod sim;
mod topics;
mod up;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// See `docs/performance.md` for what it is worth.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// GPS trackers and phones in; positions, fence events, trips and attendance out.
#[derive(Debug, Parser)]
#[command(name = "milepost", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every role in one process, on a log in one folder
    Up(up::Arguments),
    /// The gateway alone: devices in, events out
    Gateway(roles::Arguments),
    /// The consumer of fences alone: positions in, fence events out
    Geofence(roles::Arguments),
    /// The consumer of trips alone: positions in, trips and stops out
    Trips(roles::Arguments),
    /// What a configuration says, and what is wrong with it
    Config(config::Arguments),
    Decode(decode::Arguments),
    Capture(capture::Arguments),
    Replay(replay::Arguments),
    /// A consumer's engine over a file, without a broker
    Derive(derive::Arguments),
    /// The consumer of attendance alone, or the month of some people
    Attendance(attendance::Arguments),
    /// Persons, bindings, shifts, calendars, approvals
    Rosters(rosters::Arguments),
    /// Definitions of fences, and who is in them
    Fences(fences::Arguments),
    /// Faults on purpose, and what they did not do
    Chaos(chaos::Arguments),
    /// An engine against the truth
    Score(score::Arguments),
    /// Simulated devices over real sockets
    Sim(sim::Arguments),
    /// Topics of the log
    Topics(topics::Arguments),
    /// What the processes export to Prometheus, and dashboards for it
    Metrics(metrics::Arguments),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    let result = match cli.command {
        Command::Up(arguments) => up::run(&arguments),
        Command::Gateway(arguments) => roles::run(&arguments, roles::Role::Gateway),
        Command::Geofence(arguments) => {
            roles::run(&arguments, roles::Role::Consumer(process::Consumer::Geofence))
        }
        Command::Trips(arguments) => roles::run(&arguments, roles::Role::Consumer(process::Consumer::Trips)),
        Command::Config(arguments) => config::run(&arguments),
        Command::Decode(arguments) => decode::run(&arguments),
        Command::Capture(arguments) => capture::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Derive(arguments) => derive::run(&arguments),
        Command::Attendance(arguments) => attendance::run(&arguments),
        Command::Rosters(arguments) => rosters::run(&arguments),
        Command::Fences(arguments) => fences::run(&arguments),
        Command::Chaos(arguments) => chaos::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
        Command::Sim(arguments) => sim::run(&arguments),
        Command::Topics(arguments) => topics::run(&arguments),
        Command::Metrics(arguments) => metrics::run(&arguments),
    };
    exit::of(result)
}

/// Tells the person at the terminal something that is no answer.
fn say(text: std::fmt::Arguments<'_>) {
    use std::io::Write as _;

    // Nobody is there to be told that standard error is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_of_every_subcommand_are_consistent() {
        super::Cli::command().debug_assert();
    }
}
