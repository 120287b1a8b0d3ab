//! `milepost derive geofence`: fence events of a file of positions.

mod fleet;
mod line;

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use geofence::GeofenceConfig;

use super::positions::Positions;
use crate::exit::Outcome;
use crate::fences::Fences;
use fleet::Fleet;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  milepost derive geofence --positions day.csv --fences yards.geojson\n\n\
    Prints the events that remain when all positions are in, in the order of their times. With --revisions each line is \
    a record as it would be published: a later line of the same event_id replaces the earlier one, and withdrawn takes \
    the event back."
)]
pub(crate) struct Arguments {
    /// Positions as CSV or JSON Lines; `-` is standard input
    #[arg(long, value_name = "FILE")]
    positions: PathBuf,
    /// Fences as GeoJSON, KML or WKT
    #[arg(long, value_name = "FILE")]
    fences: PathBuf,
    /// Bindings of devices to organisations and groups as JSON Lines (messages of the topic bindings)
    #[arg(long, value_name = "FILE")]
    bindings: Option<PathBuf>,
    /// Settings as TOML: the section [geofence]; what it leaves out keeps its default
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Let time go on to this moment (RFC 3339) after the last position [default: the latest position]
    #[arg(long, value_name = "TIME")]
    until: Option<jiff::Timestamp>,
    /// Every record as it would be published, in the order of arrival, with those that were corrected or withdrawn later
    #[arg(long)]
    revisions: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let config = config(arguments.config.as_deref())?;
    let fences = Fences::read(&arguments.fences)?;
    fences.report();
    let input = Positions::read(&arguments.positions)?;
    let mut fleet = Fleet::new(&config, &fences.usable);
    if let Some(file) = &arguments.bindings {
        fleet.bind(file)?;
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    for position in &input.positions {
        let lines = fleet.take(position);
        if arguments.revisions {
            line::write(&mut out, &lines)?;
        }
    }
    let until = arguments.until.map(jiff::Timestamp::as_millisecond);
    let lines = fleet.finish(until);
    if arguments.revisions {
        line::write(&mut out, &lines)?;
    } else {
        line::write(&mut out, &fleet.remaining())?;
    }
    out.flush()?;
    fleet.report(&input.bad);
    Ok(ExitCode::SUCCESS)
}

/// The section `[geofence]` of a file, or the file as the section itself.
fn config(file: Option<&Path>) -> anyhow::Result<GeofenceConfig> {
    let Some(file) = file else {
        return Ok(GeofenceConfig::default());
    };
    let read = || -> anyhow::Result<GeofenceConfig> {
        let mut table: toml::Table = toml::from_str(&std::fs::read_to_string(file)?)?;
        let section = match table.remove("geofence") {
            Some(section) => section,
            None => toml::Value::Table(table),
        };
        Ok(section.try_into()?)
    };
    read().with_context(|| format!("read {}", file.display()))
}
