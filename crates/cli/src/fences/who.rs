use std::io::{BufWriter, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

use crate::admin::Admin;
use crate::exit::Outcome;

/// Prints a JSON line for each device that is in the fence now: its id, since when, and the time of its newest fix. The
/// answer comes from the consumers that run; each knows the devices of its own partitions.
///
/// Example: milepost fences who yard-7
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Id of the fence
    fence: String,
    #[command(flatten)]
    consumers: Admin,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let answers = arguments
        .consumers
        .ask(&["fences", &arguments.fence, "occupants"])?;
    let mut occupants: Vec<&Value> = Vec::new();
    for answer in &answers {
        let list = answer["occupants"].as_array();
        occupants.extend(list.context("expected occupants in the answer, found none")?);
    }
    occupants.sort_by_key(|occupant| occupant["device"].as_str());
    let mut out = BufWriter::new(std::io::stdout().lock());
    for occupant in occupants {
        serde_json::to_writer(&mut out, occupant)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
