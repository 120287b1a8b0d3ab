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

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    /// Brokers of a Kafka cluster to use in the sustained run in place of the local log
    #[arg(long)]
    brokers: Option<String>,
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
        let few = child("apart:1000")?;
        let many = child("apart:1000000")?;
        say(&format!(
            "from 1,000 to 1,000,000 fences that do not match: {:.2} times the processor time per fix",
            many / few
        ));
    }
    if wanted("topics") {
        flow::run(
            arguments.fences,
            arguments.rate,
            arguments.seconds,
            arguments.brokers.as_deref(),
        )?;
    }
    if wanted("edits") {
        edits::run()?;
    }
    Ok(())
}

/// The column of a row that says how much processor time a fix takes.
const PER_FIX: usize = 5;

/// Runs one row in a process of its own, prints it, and gives the µs of processor time per fix.
fn child(row: &str) -> anyhow::Result<f64> {
    let output = std::process::Command::new(std::env::current_exe()?)
        .args(["--row", row])
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("start a row")?;
    if !output.status.success() {
        bail!("the row {row} ended with {}", output.status);
    }
    let text = String::from_utf8(output.stdout)?;
    say(text.trim_end());
    let per_fix = text
        .split('|')
        .nth(PER_FIX)
        .context("expected a row with columns")?;
    Ok(per_fix.trim().parse()?)
}

#[allow(clippy::print_stdout, reason = "the table is what the command is for")]
fn say(line: &str) {
    println!("{line}");
}
