//! The servers that are measured, each in a process of its own.

use std::sync::Arc;

use anyhow::{Context, Result};
use bus::{Backend, Bus, BusConfig, Compression, KafkaConfig, LocalConfig, Receipt, Record, TopicsFile};
use clap::ValueEnum;
use gateway::{Admission, Devices, Gateway, GatewayConfig, Listen, Outlet, Rate, Rates};
use runtime::metrics::Metrics;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::Arguments;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Gives back what it gets.
    Echo,
    /// The gateway, over a log, as it is configured when nothing is said.
    Gateway,
    /// The same with no rates in `gateway.rates`.
    GatewayWithoutRates,
    /// The gateway, over a log that keeps nothing: its own memory without the log's.
    GatewayAlone,
}

/// Serves until the input ends; says its address first.
pub(crate) fn run(kind: Kind, arguments: &Arguments) -> Result<()> {
    match kind {
        Kind::Echo => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(echo()),
        Kind::Gateway | Kind::GatewayWithoutRates | Kind::GatewayAlone => {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()?
                .block_on(gateway(kind, arguments))
        }
    }
}

async fn echo() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    sim::echo::serve(listener, CancellationToken::new()).await?;
    Ok(())
}

async fn gateway(kind: Kind, arguments: &Arguments) -> Result<()> {
    // What a gateway counts while it works costs time, too.
    let _metrics = Metrics::install([gateway::metrics::ALL, bus::metrics::ALL].into_iter())?;
    let folder = tempfile::tempdir()?;
    let mut log = BusConfig {
        local: LocalConfig {
            path: folder.path().join("log"),
            ..LocalConfig::default()
        },
        ..BusConfig::default()
    };
    if let Some(brokers) = &arguments.kafka {
        log.backend = Backend::Kafka;
        log.kafka = kafka(brokers, arguments);
    }
    let bus = Bus::open(&log)?;
    if log.backend == Backend::Kafka {
        let admin = bus.admin();
        let wanted = format!("[defaults]\npartitions = {}\n", arguments.partitions);
        for change in admin.plan(&TopicsFile::parse(&wanted)?).await? {
            admin.apply(&change).await?;
        }
    }
    let config = GatewayConfig {
        threads: arguments.threads,
        listen: Listen {
            jt808_tcp: vec!["127.0.0.1:0".parse()?],
            ..Listen::nowhere()
        },
        devices: Devices {
            admission: Admission::Learn,
            learn_per_minute: u32::MAX,
            auth_key: "not a secret: these devices do not exist".to_owned().into(),
            ..Devices::default()
        },
        rates: if kind == Kind::GatewayWithoutRates {
            no_rates()
        } else {
            Rates::default()
        },
        ..GatewayConfig::default()
    };
    let shutdown = CancellationToken::new();
    let outlet: Arc<dyn Outlet> = match kind {
        Kind::GatewayAlone => Arc::new(Nothing),
        _ => Arc::new(bus.publisher()),
    };
    let gateway = Gateway::start_with(config, &bus, outlet, shutdown.clone()).await?;
    let handle = gateway.handle();
    println!(
        "{}",
        handle.addresses().jt808_tcp.first().context("one port is open")?
    );
    let running = tokio::spawn(gateway.run());
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while lines.next_line().await?.is_some() {
        println!("{}", handle.devices_online());
    }
    shutdown.cancel();
    running.await??;
    Ok(())
}

/// The client, with topics of this process.
fn kafka(brokers: &str, arguments: &Arguments) -> KafkaConfig {
    let now = runtime::clock::now_ms();
    let mut config = KafkaConfig {
        brokers: brokers.to_owned(),
        prefix: format!("ratios-{}-{now}.", std::process::id()),
        ..KafkaConfig::default()
    };
    config.linger_ms = arguments.linger_ms.unwrap_or(config.linger_ms);
    if arguments.uncompressed {
        config.compression = Compression::None;
    }
    config
}

fn no_rates() -> Rates {
    let none = Rate {
        per_second: 0.0,
        burst: 1,
    };
    Rates {
        accepts: none,
        accepts_per_network: none,
        frames_per_connection: none,
        logins_per_device: none,
        registrations_per_device: none,
        takeovers_per_device: none,
        rejects: none,
        rejects_per_connection: none,
        rejects_per_unknown_device: none,
    }
}

/// A log that keeps nothing and says at once that it does.
struct Nothing;

impl Outlet for Nothing {
    fn publish(&self, _: Record, receipt: Receipt) {
        receipt.settle(Ok(()));
    }

    fn has_room(&self) -> bool {
        true
    }

    fn in_flight(&self) -> u64 {
        0
    }

    fn in_flight_bytes(&self) -> u64 {
        0
    }
}
