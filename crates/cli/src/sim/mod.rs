//! `milepost sim`: simulated devices.

mod echo;
mod fleet;
mod load;
pub(crate) mod town;

use std::time::Duration;

use clap::{Args, Subcommand};

use crate::exit::Outcome;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A seeded day of people and vehicles around Wuhan, over real sockets, with the truth written beside it
    Fleet(fleet::Arguments),
    /// As many positions as a gateway answers, and how fast it answers them
    Load(load::Arguments),
    /// The same day as files only: truth, positions as they would arrive, fences, rosters
    World(town::Arguments),
    /// A server that gives back what it gets: what a load can reach at most on this machine
    Echo(echo::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Fleet(arguments) => fleet::run(arguments),
        Command::Load(arguments) => load::run(arguments),
        Command::World(arguments) => town::run(arguments),
        Command::Echo(arguments) => echo::run(arguments),
    }
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One line of JSON
    Json,
}

/// Prints a report as it was asked for.
fn print<T: serde::Serialize + std::fmt::Display>(report: &T, format: Format) -> Outcome {
    use std::io::Write as _;

    let mut out = std::io::stdout().lock();
    match format {
        Format::Text => writeln!(out, "{report}")?,
        Format::Json => {
            serde_json::to_writer(&mut out, report)?;
            writeln!(out)?;
        }
    }
    Ok(std::process::ExitCode::SUCCESS)
}

/// Reads `90s`, `5m`, `1h 30m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let expected = || format!("expected a duration such as 90s, 5m or 1h30m, found {text:?}");
    let parsed: jiff::SignedDuration = text.parse().map_err(|_| expected())?;
    Duration::try_from(parsed).map_err(|_| expected())
}

/// A token that Ctrl-C and SIGTERM cancel.
fn stopped_by_signals() -> anyhow::Result<tokio_util::sync::CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};

    let token = tokio_util::sync::CancellationToken::new();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = token.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stop.cancel();
    });
    Ok(token)
}
