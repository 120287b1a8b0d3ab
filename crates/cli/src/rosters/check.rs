use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use attendance::derive::{Options, derive};
use attendance::roster::Problem;
use clap::Args;

use super::load::Loaded;
use crate::exit::{FAILED, Outcome};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  milepost rosters check team.toml")]
pub(crate) struct Arguments {
    /// Roster files (docs/rosters.md); several are read as one
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Fences that sites of the roster name
    #[arg(long, value_name = "FILE")]
    fences: Option<PathBuf>,
    /// One JSON object per problem
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let loaded = super::load(&arguments.files, arguments.fences.as_deref(), Vec::new())?;
    let roster = &loaded.resolved.roster;
    let problems = problems(&loaded);
    let mut out = std::io::stdout().lock();
    for problem in &problems {
        if arguments.json {
            let line =
                serde_json::json!({ "file": problem.file, "line": problem.line, "problem": problem.text });
            writeln!(out, "{line}")?;
        } else {
            writeln!(out, "{problem}")?;
        }
    }
    crate::say(format_args!(
        "can be used: persons: {}, sites: {}, devices: {}; problems: {}",
        roster.people.len(),
        roster.sites.len(),
        roster.bindings.len(),
        problems.len()
    ));
    Ok(if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}

/// Everything that is wrong with what was read, in the order of the files.
pub(super) fn problems(loaded: &Loaded) -> Vec<Problem> {
    let mut problems = loaded.resolved.problems.clone();
    // Punches and presences are only read when they are judged: here they are checked as well.
    let none = std::iter::empty();
    let derived = derive(
        &loaded.resolved.roster,
        &loaded.written,
        none,
        &Options::default(),
    );
    problems.extend(derived.problems);
    problems.sort();
    problems
}
