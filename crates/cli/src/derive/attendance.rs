//! `milepost derive attendance`: records of a file of positions, a roster, or both.

use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use attendance::derive::{Options, derive};
use attendance::report;
use attendance::roster::when::When;
use clap::Args;
use jiff::civil::Date;

use super::positions::Positions;
use crate::exit::Outcome;
use crate::rosters::{load, tell};

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  milepost derive attendance --positions day.csv --rosters team.toml\n  \
    milepost derive attendance --rosters team.toml --from 2025-09-01 --until 2025-09-30"
)]
pub(crate) struct Arguments {
    /// Positions as CSV or JSON Lines; `-` is standard input. Without it presences and punches of the roster are judged
    #[arg(long, value_name = "FILE")]
    positions: Option<PathBuf>,
    /// Roster files (docs/rosters.md); several are read as one
    #[arg(long, required = true, value_name = "FILE", num_args = 1..)]
    rosters: Vec<PathBuf>,
    /// GeoJSON with the fences that sites of the roster name
    #[arg(long, value_name = "FILE")]
    fences: Option<PathBuf>,
    /// Policies and defaults as a further roster file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// First day; that of the first fact or dated assignment when left out
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Last day
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Judge as it was at this time; when all is final where left out
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// Every revision as it would have been published, not only the last of each record
    #[arg(long)]
    revisions: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut files = arguments.rosters.clone();
    files.extend(arguments.config.clone());
    let loaded = load(&files, arguments.fences.as_deref(), Vec::new())?;
    tell(&loaded.resolved.problems);
    let zone = &loaded.written.defaults.value.zone;
    let zone = jiff::tz::TimeZone::get(if zone.is_empty() { "Asia/Shanghai" } else { zone })
        .unwrap_or(jiff::tz::TimeZone::UTC);
    let now = match &arguments.now {
        Some(text) => Some(When::parse(text).context("--now")?.begin(&zone)),
        None => None,
    };
    let positions = match &arguments.positions {
        Some(path) => {
            let input = Positions::read(path)?;
            for bad in &input.bad {
                crate::say(format_args!("{}: {bad}", path.display()));
            }
            input.positions
        }
        None => Vec::new(),
    };
    let options = Options {
        from: arguments.from,
        until: arguments.until,
        now,
        revisions: arguments.revisions,
    };
    let derived = derive(&loaded.resolved.roster, &loaded.written, positions, &options);
    tell(&derived.problems);
    for (device, count) in &derived.strangers {
        crate::say(format_args!(
            "device {device}: {count} positions belong to nobody: bind it with [[bindings]] for the time they are from"
        ));
    }
    if derived.records.is_empty() {
        crate::say(format_args!(
            "no day to judge: pass --from and --until, or give the roster assignments with from and until"
        ));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    for record in &derived.records {
        serde_json::to_writer(&mut out, &report::line(record))?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
