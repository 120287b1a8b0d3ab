//! `milepost decode`: the frame dissector.

pub(crate) mod input;
mod json;
mod report;
mod text;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use crate::exit::{FAILED, Outcome};
use report::{Body, Protocol, Report};

/// Show every byte of GT06 and JT/T 808 frames by name, as a protocol analyser does
///
/// An input is a line of hex: digits with spaces, colons or `0x`, a line `time direction hex` of a capture, or a packet
/// dump of tshark, xxd or hexdump. Both directions are understood. An input may hold several frames.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  milepost decode 78780D0103569380356438090001911F0D0A\n  \
    tshark -r capture.pcap -x | milepost decode --format json -\n  \
    milepost decode --file capture.txt\n  \
    milepost decode --protocol jt808 --body 0x0200@2019 00000000..."
)]
pub(crate) struct Arguments {
    /// Protocol; guessed from the bytes when not given
    #[arg(long, value_enum)]
    protocol: Option<Protocol>,
    /// Form of the answer; JSON gives one line per input
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Language of the field names in text
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
    /// The inputs are bare bodies of this message: its id, for JT/T 808 with the edition, such as 0x0200@2019
    #[arg(long, value_name = "ID[@EDITION]")]
    body: Option<Body>,
    /// Read lines from this file, such as one that `milepost capture` wrote
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,
    /// Hex; `-` reads lines from standard input
    #[arg(value_name = "HEX", required_unless_present = "file")]
    inputs: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// Every field with its bytes, offset and value
    Text,
    /// One line per input
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English
    En,
    /// 中文
    Zh,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut out = io::stdout().lock();
    let mut rejected = false;
    let files = arguments.file.iter().map(|file| {
        std::fs::read_to_string(file).with_context(|| format!("cannot read hex from {}", file.display()))
    });
    let inputs = arguments.inputs.iter().map(|argument| {
        if argument == "-" {
            io::read_to_string(io::stdin()).context("cannot read hex from standard input")
        } else {
            Ok(argument.clone())
        }
    });
    for text in files.chain(inputs) {
        for line in input::undump(&text?) {
            let report = match input::line(&line) {
                None => continue,
                Some(Ok(input)) => Report::of(&line, &input, arguments.protocol, arguments.body),
                Some(Err(error)) => Report::no_hex(&line, &error),
            };
            rejected |= report.error().is_some();
            match arguments.format {
                Format::Json => writeln!(out, "{}", json::line(&report))?,
                Format::Text => write!(out, "{}", text::page(&report, arguments.lang))?,
            }
        }
    }
    Ok(if rejected {
        ExitCode::from(FAILED)
    } else {
        ExitCode::SUCCESS
    })
}
