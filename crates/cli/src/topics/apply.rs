use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use bus::TopicsFile;
use clap::Args;

use super::access::{Access, Topics};
use crate::exit::{FAILED, Outcome};
use crate::process;

/// Example: milepost topics apply --file deploy/topics.toml --brokers kafka-1:9092 --check
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Partitions, retention and replication of the topics [default: as the product suggests]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Only print what would change; exit code 1 when something would
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    access: Access,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let text = match &arguments.file {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?,
        None => String::new(),
    };
    let wanted = TopicsFile::parse(&text)?;
    let changes = process::runtime()?.block_on(async {
        let Topics::Log(bus) = arguments.access.open().await? else {
            anyhow::bail!("another process has the log open; stop it first");
        };
        let admin = bus.admin();
        let changes = admin.plan(&wanted).await?;
        let mut out = io::stdout().lock();
        for change in &changes {
            if !arguments.check {
                admin.apply(change).await.with_context(|| change.to_string())?;
            }
            writeln!(out, "{change}")?;
        }
        Ok(changes.len())
    })?;
    if arguments.check && changes > 0 {
        return Ok(ExitCode::from(FAILED));
    }
    Ok(ExitCode::SUCCESS)
}
