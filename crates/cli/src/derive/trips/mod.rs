//! `milepost derive trips`: trips and stops of a file of positions.

mod fleet;
mod geojson;
mod gpx;
mod kml;
mod lines;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use trips::engine::Config;

use super::positions::Positions;
use crate::exit::Outcome;

pub(crate) use fleet::Fleet;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  milepost derive trips --positions day.csv\n  \
    milepost derive trips --positions day.csv --format gpx > day.gpx")]
pub(crate) struct Arguments {
    /// Positions as CSV or JSON Lines; `-` is standard input
    #[arg(long, value_name = "FILE")]
    positions: PathBuf,
    /// Physics and policy as TOML; what it leaves out keeps its default
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// JSON Lines with trips and stops, or the paths of the trips
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// Every revision as it would have been published, not only the last ones
    #[arg(long)]
    revisions: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Jsonl,
    Gpx,
    Geojson,
    Kml,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let config = config(arguments.config.as_deref())?;
    let input = Positions::read(&arguments.positions)?;
    let mut fleet = Fleet::new(config);
    for position in &input.positions {
        fleet.take(position);
    }
    let records = if arguments.revisions {
        fleet.close()
    } else {
        fleet.close_with_last()
    };

    let mut out = BufWriter::new(io::stdout().lock());
    match arguments.format {
        Format::Jsonl => lines::write(&mut out, &records)?,
        Format::Gpx => gpx::write(&mut out, &lines::trips(&records))?,
        Format::Geojson => geojson::write(&mut out, &lines::trips(&records))?,
        Format::Kml => kml::write(&mut out, &lines::trips(&records))?,
    }
    out.flush()?;
    fleet.report(&input.bad);
    Ok(ExitCode::SUCCESS)
}

/// The configuration of a file, or the default.
pub(crate) fn config(file: Option<&std::path::Path>) -> anyhow::Result<Config> {
    let Some(file) = file else {
        return Ok(Config::default());
    };
    let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    toml::from_str(&text).with_context(|| format!("read {}", file.display()))
}
