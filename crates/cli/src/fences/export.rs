use std::io::{BufWriter, Write as _};
use std::process::ExitCode;

use clap::Args;
use geofence::files::to_feature;

use super::log;
use crate::exit::Outcome;
use crate::topics;

/// Prints the fences of the topic as a GeoJSON FeatureCollection, in the order of their ids, a feature a line.
/// `milepost fences import` reads it back to the same fences.
///
/// Example: milepost fences export --data milepost-data > fences.geojson
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Only these fences
    #[arg(value_name = "FENCE")]
    fences: Vec<String>,
    #[command(flatten)]
    access: topics::Access,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut current = log::current(&arguments.access)?;
    if !arguments.fences.is_empty() {
        for id in &arguments.fences {
            anyhow::ensure!(current.contains_key(id), "there is no fence {id:?} in the topic");
        }
        current.retain(|id, _| arguments.fences.contains(id));
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
    for (number, fence) in current.values().enumerate() {
        out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut out, &to_feature(fence))?;
    }
    out.write_all(b"\n]}\n")?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
