//! The geofence consumer with up to a million fences, in process and from topic to topic.
//!
//! The world is the one that Tile38 was measured in: 10,000 devices on a random walk of 150 m steps over 2° × 2°, fences
//! of 32 vertices and a mean radius of 127 m, seeded. Processor time is the system's count for this process, not the wall
//! clock. Each row runs in a process of its own.
//!
//! `cargo run --release -p benches --bin geofence_bench [-- in-process|flat|topics|edits]`

mod edits;
mod flow;
mod in_process;
mod world;

use anyhow::{Context as _, bail};
use clap::Parser;

#[derive(Debug, Parser)]
struct Arguments {
    /// Only this table: in-process, flat, topics, edits
    table: Option<String>,
    /// Seconds of the sustained run
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Fixes a second offered in the sustained run
    #[arg(long, default_value_t = 60_000)]
    rate: u64,
    /// Fences of the sustained run
    #[arg(long, default_value_t = 1_000_000)]
    fences: u32,
    /// A single row, in this process
    #[arg(long, hide = true)]
    row: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(row) = &arguments.row {
        return in_process::row(row);
    }
    if let Some(table) = &arguments.table
        && !["in-process", "flat", "topics", "edits"].contains(&table.as_str())
    {
        bail!("expected in-process, flat, topics or edits, found {table:?}");
    }
    let wanted = |table: &str| arguments.table.as_deref().is_none_or(|asked| asked == table);
    if wanted("in-process") {
        say(
            "| fences | rules | load s | RSS MB | CPU µs per fix | fixes/s/core | events per fix | events/s/core |",
        );
        say("|---|---|---|---|---|---|---|---|");
        for fences in [1_000, 10_000, 100_000, 1_000_000] {
            child(&format!("bare:{fences}"))?;
        }
        child("usual:1000000")?;
    }
    if wanted("flat") {
        say(
            "| fences beside the ways | rules | load s | RSS MB | CPU µs per fix | fixes/s/core | events per fix | events/s/core |",
        );
        say("|---|---|---|---|---|---|---|---|");
        for fences in [1_000, 1_000_000] {
            child(&format!("apart:{fences}"))?;
        }
    }
    if wanted("topics") {
        flow::run(arguments.fences, arguments.rate, arguments.seconds)?;
    }
    if wanted("edits") {
        edits::run()?;
    }
    Ok(())
}

/// Runs one row in a process of its own; the row prints itself.
fn child(row: &str) -> anyhow::Result<()> {
    let status = std::process::Command::new(std::env::current_exe()?)
        .args(["--row", row])
        .status()
        .context("start a row")?;
    if !status.success() {
        bail!("the row {row} ended with {status}");
    }
    Ok(())
}

#[allow(clippy::print_stdout, reason = "the table is what the command is for")]
fn say(line: &str) {
    println!("{line}");
}
