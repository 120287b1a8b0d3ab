use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::kill;
use super::run::Load;
use super::scene::What;
use crate::exit::{FAILED, Outcome};
use crate::{process, say};

/// How long the program is killed.
const KILLING: Duration = Duration::from_secs(60);

/// Example: milepost chaos demo
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Decides when the kills come
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    use std::io::Write as _;

    let run = kill::Arguments {
        target: What::Up,
        kills: u32::MAX,
        brokers: None,
        load: Load {
            within: KILLING,
            seed: arguments.seed,
            connections: 50,
            in_flight: 4,
            rate: 2000.0,
            keep: None,
        },
    };
    say(format_args!(
        "for a minute, 50 devices report to `milepost up`, which is killed with SIGKILL again and again"
    ));
    let line = process::runtime()?.block_on(kill::measure(&run, |number, acked| {
        say(format_args!("killed {number:>3} times   acked so far {acked:>7}"));
    }))?;
    let verdict = &line.verdict;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} kills, {} records that devices sent again, {} left after dropping repeated event ids",
        line.kills, verdict.duplicates_before, verdict.duplicates_after
    )?;
    writeln!(out, "acked {}, missing {}", verdict.acked, verdict.lost)?;
    Ok(if line.holds() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}
