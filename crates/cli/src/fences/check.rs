use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::Fences;
use crate::exit::{FAILED, Outcome};

/// Example: milepost fences check yards.geojson
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Fences as GeoJSON, KML or WKT; `-` is standard input
    file: PathBuf,
    /// Text, or a JSON object for each problem
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let fences = Fences::read(&arguments.file)?;
    let mut out = std::io::stdout().lock();
    for problem in &fences.problems {
        match arguments.format {
            Format::Text => writeln!(out, "{problem}")?,
            Format::Json => writeln!(
                out,
                "{}",
                json!({
                    "feature": problem.feature,
                    "fence": problem.id,
                    "kind": problem.problem.kind(),
                    "problem": problem.problem.to_string(),
                })
            )?,
        }
    }
    if arguments.format == Format::Text {
        let bad = fences
            .problems
            .iter()
            .map(|problem| problem.feature)
            .collect::<std::collections::BTreeSet<_>>()
            .len();
        writeln!(out, "{} fences can be used, {bad} cannot", fences.usable.len())?;
    }
    Ok(if fences.problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}
