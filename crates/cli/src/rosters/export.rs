use std::io::Write as _;
use std::process::ExitCode;

use attendance::roster::write;
use clap::Args;

use super::log;
use crate::exit::Outcome;
use crate::topics;

/// Prints what the topics hold as a roster file (docs/rosters.md). `milepost rosters import` reads it back to the same
/// records.
///
/// Example: milepost rosters export --data milepost-data > team.toml
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    #[command(flatten)]
    access: topics::Access,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let definitions = log::definitions(&log::current(&arguments.access)?)?;
    std::io::stdout()
        .lock()
        .write_all(write(&definitions).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
