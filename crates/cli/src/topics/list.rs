use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use events::{Cleanup, Topic};

use crate::exit::Outcome;

/// Example: milepost topics list --format json
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Aligned columns
    Text,
    /// JSON Lines
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut out = io::stdout().lock();
    for topic in Topic::ALL {
        let cleanup = match topic.cleanup() {
            Cleanup::Delete => "delete",
            Cleanup::Compact => "compact",
        };
        match arguments.format {
            Format::Text => {
                writeln!(
                    out,
                    "{:<32} {:<38} {cleanup:<8} {}",
                    topic.name(),
                    topic.schema(),
                    topic.describe()
                )?;
            }
            Format::Json => {
                let line = serde_json::json!({
                    "topic": topic.name(), "schema": topic.schema(), "cleanup": cleanup, "holds": topic.describe(),
                });
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
