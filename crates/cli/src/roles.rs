//! One role in a process of its own, on Kafka.

use bus::Backend;
use clap::Args;
use runtime::service::Phase;

use crate::exit::Outcome;
use crate::process::{self, ConfigFile, Consumer, Process};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// host:port of some brokers, separated by commas [default: bus.kafka.brokers]
    #[arg(long)]
    brokers: Option<String>,
}

/// Roles that can run alone.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Role {
    Gateway,
    Consumer(Consumer),
}

pub(crate) fn run(arguments: &Arguments, role: Role) -> Outcome {
    let mut settings = arguments.config.load()?;
    if let Some(brokers) = &arguments.brokers {
        settings.bus.backend = Backend::Kafka;
        settings.bus.kafka.brokers.clone_from(brokers);
    }
    process::serve(async {
        let mut process = Process::start(&settings).await?;
        let (bus, health, queries) = (
            process.bus.clone(),
            process.health.clone(),
            process.queries.clone(),
        );
        match role {
            Role::Gateway => {
                let config = settings.gateway.clone();
                process.roles.spawn("gateway", Phase::Intake, |stop| async move {
                    gateway::run(config, bus, &health, &queries, stop).await
                });
            }
            Role::Consumer(consumer) => process.consume(consumer, &settings),
        }
        process.run().await
    })
}
