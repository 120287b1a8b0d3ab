use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use events::Topic;

use super::{Fences, log};
use crate::exit::{FAILED, Outcome};
use crate::process::{self, definitions::Definition};
use crate::{say, topics};

/// Writes the fences of a file to the topic of fences and waits until they are durable. What cannot be a fence is named
/// by feature and vertex and left out; the exit code is 1 then. A fence that is as it was is not written again.
///
/// Example: milepost fences import yards.geojson --data milepost-data
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Fences as GeoJSON, KML or WKT; `-` is standard input
    file: PathBuf,
    /// Delete the fences that are not in the file; nothing is deleted when the file has problems
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    access: topics::Access,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let Fences { usable, problems } = Fences::read(&arguments.file)?;
    let before = log::current(&arguments.access)?;
    let named: BTreeSet<&str> = usable.iter().map(|fence| fence.id.as_str()).collect();
    let mut definitions: Vec<Definition> = usable
        .iter()
        .filter(|fence| before.get(&fence.id) != Some(*fence))
        .map(|fence| Definition::new(Topic::Fences, &fence.id, fence))
        .collect();
    let written = definitions.len();
    if arguments.replace && problems.is_empty() {
        let gone = before.keys().filter(|id| !named.contains(id.as_str()));
        definitions.extend(gone.map(|id| Definition::deletion(Topic::Fences, id)));
    }
    let deleted = definitions.len() - written;
    process::runtime()?.block_on(topics::define(&arguments.access, definitions))?;
    for problem in &problems {
        say(format_args!("fence left out: {problem}"));
    }
    say(format_args!(
        "fences written: {written}, as they were: {}, deleted: {deleted}, problems: {}",
        usable.len() - written,
        problems.len()
    ));
    Ok(if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}
