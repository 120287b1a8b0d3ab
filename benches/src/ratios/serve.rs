//! The servers that are measured, each in a process of its own.

use std::sync::Arc;

use anyhow::{Context, Result};
use bus::{Backend, Bus, BusConfig, KafkaConfig, LocalConfig, Receipt, Record};
use clap::ValueEnum;
use gateway::{Admission, Devices, Gateway, GatewayConfig, Listen, Outlet};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Gives back what it gets.
    Echo,
    /// The gateway, over a log.
    Gateway,
    /// The gateway, over a log that keeps nothing: its own memory without the log's.
    GatewayAlone,
}

/// Serves until the input ends; says its address first.
pub(crate) fn run(kind: Kind, threads: usize, kafka: Option<&str>) -> Result<()> {
    match kind {
        Kind::Echo => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(echo()),
        Kind::Gateway | Kind::GatewayAlone => tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?
            .block_on(gateway(kind, threads, kafka)),
    }
}

async fn echo() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    sim::echo::serve(listener, CancellationToken::new()).await?;
    Ok(())
}

async fn gateway(kind: Kind, threads: usize, kafka: Option<&str>) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut log = BusConfig {
        local: LocalConfig {
            path: folder.path().join("log"),
            ..LocalConfig::default()
        },
        ..BusConfig::default()
    };
    if let Some(brokers) = kafka {
        log.backend = Backend::Kafka;
        log.kafka = KafkaConfig {
            brokers: brokers.to_owned(),
            ..KafkaConfig::default()
        };
    }
    let bus = Bus::open(&log)?;
    let config = GatewayConfig {
        threads,
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

/// A log that keeps nothing and says at once that it does.
struct Nothing;

impl Outlet for Nothing {
    fn publish(&self, _: Record, receipt: Receipt) {
        receipt.settle(Ok(()));
    }

    fn has_room(&self) -> bool {
        true
    }

    fn in_flight_bytes(&self) -> u64 {
        0
    }
}
