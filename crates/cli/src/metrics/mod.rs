//! `milepost metrics`: what the processes export, dashboards for it, and a check of whatever names it.

pub(crate) mod catalogue;
mod dashboards;
mod names;
mod page;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};

use crate::exit::{FAILED, Outcome};
use crate::say;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every metric with kind, unit, labels and meaning
    ///
    /// Example: milepost metrics list --format json
    #[command(verbatim_doc_comment)]
    List {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Write the dashboards for Grafana into a folder
    ///
    /// Example: milepost metrics dashboards /etc/grafana/dashboards
    #[command(verbatim_doc_comment)]
    Dashboards {
        /// Folder; made when missing, files of the same names are replaced
        folder: PathBuf,
    },
    /// Find metrics and labels that do not exist in rules and dashboards; exit code 1 when there are any
    ///
    /// Example: milepost metrics check /etc/prometheus/rules/*.yml
    #[command(verbatim_doc_comment)]
    Check {
        /// Rules of Prometheus, dashboards of Grafana: any text with queries in it
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Markdown for people
    #[default]
    Text,
    /// One JSON array
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::List { format } => {
            let text = match format {
                Format::Text => page::markdown(),
                Format::Json => page::json(),
            };
            io::stdout().lock().write_all(text.as_bytes())?;
        }
        Command::Dashboards { folder } => {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("make the folder {}", folder.display()))?;
            for (name, text) in dashboards::files()? {
                let path = folder.join(name);
                std::fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
            }
        }
        Command::Check { files } => {
            let mut problems = 0;
            for path in files {
                let text =
                    std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
                for problem in names::problems(&text) {
                    problems += 1;
                    say(format_args!("{}:{problem}", path.display()));
                }
            }
            if problems > 0 {
                return Ok(ExitCode::from(FAILED));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
