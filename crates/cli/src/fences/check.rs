use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::{Fences, whereabouts};
use crate::admin::Admin;
use crate::exit::{self, FAILED, Outcome};

/// With a file: names what is wrong with each of its fences, by feature and vertex. With `DEVICE in FENCE`: asks the
/// consumers that run whether the device is in the fence now, and prints a JSON line whose `state` is inside, outside
/// or unknown.
///
/// Example: milepost fences check yards.geojson
/// Example: milepost fences check 860000000000009 in yard-7
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Fences as GeoJSON, KML or WKT, `-` is standard input; or a device, the word `in` and a fence
    #[arg(num_args = 1..=3, required = true, value_names = ["FILE|DEVICE", "in", "FENCE"])]
    what: Vec<String>,
    /// Text, or a JSON object for each problem
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    consumers: Admin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match arguments.what.as_slice() {
        [file] => check(file.as_ref(), arguments.format),
        [device, word, fence] if word == "in" => whereabouts::run(device, fence, &arguments.consumers),
        other => Ok(exit::usage(&clap::Error::raw(
            clap::error::ErrorKind::WrongNumberOfValues,
            format!(
                "expected a file, or a device, the word `in` and a fence; found {}\n",
                other.join(" ")
            ),
        ))),
    }
}

fn check(file: &Path, format: Format) -> Outcome {
    let fences = Fences::read(file)?;
    let mut out = std::io::stdout().lock();
    for problem in &fences.problems {
        match format {
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
    if format == Format::Text {
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
