//! `milepost replay`: what devices sent, once more.

mod history;
mod send;
mod source;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use crate::exit::{FAILED, Outcome};
use crate::say;

/// What devices sent, once more: to a gateway, or through today's decoder
///
/// Reads a file of `milepost capture`, or the topic of raw frames as `milepost topics read raw-frames` prints it. What
/// the platform had answered is passed over.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  milepost replay tracker.txt --to 127.0.0.1:5015\n  \
    milepost topics read raw-frames --from 2026-03-01T00:00:00Z | milepost replay - --events positions > positions.jsonl\n  \
    milepost derive trips --positions positions.jsonl"
)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["to", "events"])))]
pub(crate) struct Arguments {
    /// The frames; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Send them over TCP to this port of a gateway, and print the conversation as a capture
    #[arg(long, value_name = "HOST:PORT")]
    to: Option<String>,
    /// Print the events that they become today, as `milepost topics read` prints them
    #[arg(long, value_enum, value_name = "TOPIC")]
    events: Option<history::Wanted>,
    /// Keep the times between frames, divided by this; all at once when not given
    #[arg(long, value_name = "FACTOR", requires = "to")]
    speed: Option<f64>,
    /// Only frames of this device, where the frames tell
    #[arg(long, value_name = "ID")]
    device: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    if arguments
        .speed
        .is_some_and(|speed| !(speed > 0.0 && speed.is_finite()))
    {
        bail!("expected a --speed above 0");
    }
    let mut lines = source::Lines::open(&arguments.file, arguments.device.clone())?;
    match (&arguments.to, arguments.events) {
        (Some(address), _) => {
            let done = send::run(&mut lines, address, arguments.speed)?;
            say(format_args!("{done}"));
            if done.heard == 0 {
                say(format_args!(
                    "no answer: is it the port of the protocol, and may the device connect?"
                ));
                return Ok(ExitCode::from(FAILED));
            }
        }
        (None, wanted) => {
            let told = history::run(&mut lines, wanted.unwrap_or_default())?;
            say(format_args!("{told}"));
            if told.refused > 0 {
                return Ok(ExitCode::from(FAILED));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
