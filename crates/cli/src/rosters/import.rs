use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use attendance::roster::{TopicRecord, records};
use clap::Args;
use events::Topic;

use super::check::problems;
use super::log::{self, Kept};
use super::{load, tell};
use crate::exit::{FAILED, Outcome};
use crate::process::{self, definitions::Definition};
use crate::{fences, say, topics};

/// Writes roster files (docs/rosters.md) to the topics and waits until everything is durable. What cannot be used is
/// named with file and line and left out, so that what the topic has of it stays; the exit code is 1 then. What is as it
/// was is not written again. Punches go to their topic. Fences that sites name have to be in the log before.
///
/// Example: milepost rosters import team.toml --data milepost-data
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Roster files; several are read as one
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Delete what is not in the files; nothing is deleted when the files have problems
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    access: topics::Access,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let fences = fences::current(&arguments.access)?.into_values().collect();
    let loaded = load(&arguments.files, None, fences)?;
    let problems = problems(&loaded);
    let left_out = |record: &TopicRecord| {
        problems
            .iter()
            .any(|problem| !problem.harmless && record.at.has(problem))
    };
    let before = log::current(&arguments.access)?;
    let mut named = BTreeSet::new();
    let mut written = Vec::new();
    let mut as_they_were = 0;
    for record in records(&loaded.written)
        .into_iter()
        .filter(|record| !left_out(record))
    {
        let TopicRecord {
            topic, key, value, ..
        } = record;
        let kept = before.get(&(topic, key.clone()));
        if kept.is_some() && kept == Kept::decode(topic, &value).as_ref() {
            as_they_were += 1;
        } else {
            written.push(Definition {
                topic,
                key: key.clone(),
                value: Some(value.into()),
            });
        }
        if topic != Topic::Punches {
            named.insert((topic, key));
        }
    }
    let count = written.len();
    if arguments.replace && problems.is_empty() {
        let gone = before.keys().filter(|key| !named.contains(key));
        written.extend(gone.map(|(topic, key)| Definition::deletion(*topic, key)));
    }
    let deleted = written.len() - count;
    process::runtime()?.block_on(topics::define(&arguments.access, written))?;
    tell(&problems);
    say(format_args!(
        "records written: {count}, as they were: {as_they_were}, deleted: {deleted}, problems: {}",
        problems.len()
    ));
    Ok(if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}
