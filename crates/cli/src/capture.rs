//! `milepost capture`: the frames of one device, as a running gateway sees them.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use anyhow::{Context as _, bail};
use clap::Args;
use jiff::SignedDuration;

use crate::admin::{self, Admin};
use crate::exit::{FAILED, Outcome};
use crate::say;

/// The frames of one device in both directions, as a running gateway sees them
///
/// One frame a line: time, `up` or `down`, hex; `#` begins a remark. `milepost decode --file` explains the file,
/// `milepost replay` sends it to another gateway. What can hold an authentication code or the number of a SIM card is
/// left out, unless the gateway was told otherwise. The gateway logs who captures what.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  milepost capture 13800138000 --last\n  \
    milepost capture 13800138000 --for 10m --out tracker.txt\n  milepost decode --file tracker.txt")]
pub(crate) struct Arguments {
    /// Device id; with --last also the address of a device that is not admitted
    #[arg(value_name = "ID")]
    device: String,
    /// Print the newest frames that the gateway has kept, up to 64
    #[arg(long, conflicts_with_all = ["span", "max_bytes"])]
    last: bool,
    /// How long, such as 90s, 10m or 2h
    #[arg(long = "for", value_name = "TIME", default_value = "10m")]
    span: SignedDuration,
    /// End after this many bytes of text
    #[arg(long, value_name = "N", default_value_t = 1 << 20)]
    max_bytes: u64,
    /// Write here instead of to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    admin: Admin,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let path = if arguments.last {
        admin::encoded(&["devices", &arguments.device, "frames"])
    } else {
        let seconds = arguments.span.as_secs();
        if seconds < 1 {
            bail!("expected --for of a second or more, found {:#}", arguments.span);
        }
        let path = admin::encoded(&["devices", &arguments.device, "capture"]);
        format!("{path}?seconds={seconds}&bytes={}", arguments.max_bytes)
    };
    let answers = arguments
        .admin
        .addresses()?
        .iter()
        .map(|address| admin::open(address, &path, None))
        .collect::<Result<Vec<_>, _>>()?;
    let mut out: Box<dyn Write> = match &arguments.out {
        Some(file) => Box::new(create(file)?),
        None => Box::new(io::stdout().lock()),
    };
    if !arguments.last {
        say(format_args!(
            "captures {} for {:#}; Ctrl-C ends it sooner",
            arguments.device, arguments.span
        ));
    }
    let frames = copy(answers, &mut out)?;
    say(format_args!("frames: {frames}"));
    if frames == 0 {
        return Ok(ExitCode::from(FAILED));
    }
    Ok(ExitCode::SUCCESS)
}

fn create(file: &Path) -> anyhow::Result<File> {
    File::create(file).with_context(|| format!("write {}", file.display()))
}

/// Writes the lines of all gateways as they come; gives how many of them are frames.
fn copy<R: Read + Send>(answers: Vec<BufReader<R>>, out: &mut dyn Write) -> anyhow::Result<u64> {
    let (tell, told) = mpsc::sync_channel::<io::Result<String>>(64);
    thread::scope(|scope| {
        for answer in answers {
            let tell = tell.clone();
            scope.spawn(move || {
                for line in answer.lines() {
                    if tell.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        drop(tell);
        let mut frames = 0;
        for line in told {
            let line = line.context("the gateway ended the capture")?;
            frames += u64::from(!line.starts_with('#'));
            writeln!(out, "{line}")?;
            out.flush()?;
        }
        Ok(frames)
    })
}
