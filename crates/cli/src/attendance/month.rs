//! `milepost attendance month`: who was there on which day, and why it says so.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use attendance::month::{self, Month};
use attendance::report::{self, Line};
use clap::{Args, ValueEnum};
use jiff::civil::Date;

use crate::exit::Outcome;
use crate::topics;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  milepost attendance month --month 2025-09 --all --format xlsx --output september.xlsx\n  \
    milepost derive attendance --rosters team.toml | milepost attendance month --month 2025-09 --all --records -"
)]
#[command(group(clap::ArgGroup::new("whom").required(true).args(["person", "all"])))]
pub(crate) struct Arguments {
    /// One person, by id
    #[arg(long)]
    person: Option<String>,
    /// Everybody
    #[arg(long)]
    all: bool,
    /// The month, as 2025-09; that of the newest record when left out
    #[arg(long, value_name = "YYYY-MM", value_parser = first_day)]
    month: Option<Date>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Where to write; standard output when left out
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Records as JSON Lines, as `derive attendance` or `topics read attendance` print them; `-` is standard input.
    /// The topic `attendance` when left out
    #[arg(long, value_name = "FILE")]
    records: Option<PathBuf>,
    #[command(flatten)]
    access: topics::Access,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text for a terminal
    Table,
    /// A row per person and day
    Csv,
    /// A spreadsheet: calendar, totals, reasons
    Xlsx,
}

fn first_day(text: &str) -> Result<Date, String> {
    format!("{text}-01")
        .parse()
        .map_err(|_| format!("expected a month like 2025-09, found {text:?}"))
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let text = match &arguments.records {
        Some(path) if path.as_os_str() == "-" => std::io::read_to_string(std::io::stdin())?,
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?,
        None => topics::whole(&arguments.access, "attendance")?,
    };
    let lines = lines(&text)?;
    let newest = || {
        lines
            .iter()
            .filter_map(|line| line.day.parse::<Date>().ok())
            .max()
    };
    let first = arguments
        .month
        .or_else(newest)
        .context("there are no records; derive some first")?;
    let month = Month::collect(first, lines, arguments.person.as_deref());
    if month.people.is_empty() {
        anyhow::bail!("there are no records of {:04}-{:02}", first.year(), first.month());
    }
    let mut answer = Vec::new();
    match arguments.format {
        Format::Table => answer.extend(month::table(&month).into_bytes()),
        Format::Csv => month::csv(&month, &mut answer)?,
        Format::Xlsx => answer = month::xlsx(&month)?,
    }
    match &arguments.output {
        Some(path) => std::fs::write(path, answer).with_context(|| format!("write {}", path.display()))?,
        None => std::io::stdout().lock().write_all(&answer)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Lines as `derive attendance` prints them, or records of the topic: there a later one of a key replaces the earlier,
/// and one without value withdraws it.
fn lines(text: &str) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    let mut by_key: BTreeMap<String, Option<Line>> = BTreeMap::new();
    for (number, text) in text
        .lines()
        .enumerate()
        .filter(|(_, text)| !text.trim().is_empty())
    {
        let read = || -> anyhow::Result<(Option<String>, Option<Line>)> {
            let value: serde_json::Value = serde_json::from_str(text)?;
            if value.get("topic").is_none() {
                return Ok((None, Some(serde_json::from_value(value)?)));
            }
            let key = value["key"].as_str().unwrap_or_default().to_owned();
            let record = match &value["value"] {
                serde_json::Value::Null => None,
                record => Some(report::line(&serde_json::from_value(record.clone())?)),
            };
            Ok((Some(key), record))
        };
        match read().with_context(|| format!("line {}", number + 1))? {
            (Some(key), line) => {
                by_key.insert(key, line);
            }
            (None, line) => lines.extend(line),
        }
    }
    lines.extend(by_key.into_values().flatten());
    Ok(lines)
}
