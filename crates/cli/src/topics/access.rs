//! The way to the topics: the log itself, or the process that has it open.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bus::{Backend, Bus};
use clap::Args;
use tokio::net::UnixStream;

use crate::process::{ConfigFile, Settings};

/// Which log.
#[derive(Debug, Clone, Args)]
pub(crate) struct Access {
    #[command(flatten)]
    config: ConfigFile,
    /// Folder of `milepost up` [default: the log that the configuration names]
    #[arg(long, value_name = "DIR", conflicts_with = "brokers")]
    data: Option<PathBuf>,
    /// host:port of some Kafka brokers, separated by commas
    #[arg(long)]
    brokers: Option<String>,
}

/// Open topics.
pub(super) enum Topics {
    /// The log is ours.
    Log(Bus),
    /// Another process of this machine has the log; it answers for it.
    Process(UnixStream),
}

impl Access {
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = self.config.load()?;
        if let Some(brokers) = &self.brokers {
            settings.bus.backend = Backend::Kafka;
            settings.bus.kafka.brokers.clone_from(brokers);
        }
        if let Some(folder) = &self.data {
            settings.keep_in(folder);
        }
        Ok(settings)
    }

    /// Opens the log, or reaches the process that has it open.
    pub(super) async fn open(&self) -> anyhow::Result<Topics> {
        let settings = self.settings()?;
        if settings.bus.backend == Backend::Local {
            match UnixStream::connect(socket(&settings.bus.local.path)).await {
                Ok(stream) => return Ok(Topics::Process(stream)),
                // Nobody listens: the process ended, or never was.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
                    ) => {}
                Err(error) => return Err(error).context("reach the process that has the log"),
            }
            if !settings.bus.local.path.exists() {
                anyhow::bail!(
                    "there is no log in {}; start `milepost up` first, or name its folder with --data",
                    settings.bus.local.path.display()
                );
            }
        }
        let bus = tokio::task::spawn_blocking(move || Bus::open(&settings.bus)).await?;
        Ok(Topics::Log(bus.context("open the log of events")?))
    }
}

/// The socket at which the process that has the log of this folder answers.
pub(crate) fn socket(log: &Path) -> PathBuf {
    log.with_extension("sock")
}
