//! `milepost config`: what a configuration says, and what is wrong with it.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::exit::Outcome;
use crate::process::{ConfigFile, SECTIONS, Settings};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell everything that is wrong, with file, line and what to write instead
    Check(ConfigFile),
    /// Print every effective value and where it comes from, secrets masked
    Print(ConfigFile),
    /// Print the commented defaults, to begin a file with
    Default,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut out = io::stdout().lock();
    match &arguments.command {
        Command::Check(file) => {
            file.load()?;
        }
        Command::Print(file) => {
            let sources = file.sources()?;
            write!(out, "{}", sources.settings().print())?;
            // The problems after the values, on standard error.
            Settings::from(&sources)?;
        }
        Command::Default => write!(out, "{}", runtime::config::default_file(SECTIONS))?,
    }
    Ok(ExitCode::SUCCESS)
}
