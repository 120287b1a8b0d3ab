use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp;
use sim::load::{Protocol, Settings};

use super::{Format, duration};
use crate::exit::Outcome;

/// Example: milepost sim load --gateway 127.0.0.1:5015 --connections 1000 --in-flight 10 --duration 30s
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Where the gateway listens
    #[arg(long, value_name = "ADDR")]
    gateway: SocketAddr,
    /// Protocol to speak
    #[arg(long, value_enum, default_value = "jt808")]
    protocol: Speaks,
    /// Connections, one device each
    #[arg(long, default_value_t = 100)]
    connections: u64,
    /// Messages of a connection that may wait for their answer; 0 keeps the connections idle
    #[arg(long, default_value_t = 1)]
    in_flight: usize,
    /// Messages a second over all connections [default: as many as are answered]
    #[arg(long)]
    rate: Option<f64>,
    /// How long to send, from the moment when all are served; rate and answer times are of that time
    #[arg(long, default_value = "10s", value_parser = duration)]
    duration: Duration,
    /// Silence after which a device connects anew and sends again
    #[arg(long, default_value = "10s", value_parser = duration)]
    answer_timeout: Duration,
    /// Number of the first device; runs against one log take different ones
    #[arg(long, default_value_t = 0)]
    first_device: u64,
    /// The other side is `milepost sim echo`
    #[arg(long)]
    echo: bool,
    /// Write what every device was promised, one line of JSON each
    #[arg(long, value_name = "FILE")]
    obligations: Option<PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Speaks {
    /// GT06 alarm messages, which are answered
    Gt06,
    /// JT/T 808 positions, edition 2013
    Jt808,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let settings = Settings {
        protocol: match arguments.protocol {
            Speaks::Gt06 => Protocol::Gt06,
            Speaks::Jt808 => Protocol::Jt808,
        },
        gateway: arguments.gateway,
        connections: arguments.connections,
        in_flight: arguments.in_flight,
        rate: arguments.rate,
        duration: arguments.duration,
        answer_timeout: arguments.answer_timeout,
        first_device: arguments.first_device,
        echo: arguments.echo,
        now: Timestamp::now(),
        obligations: arguments.obligations.clone(),
        whole_windows: false,
        uploads: None,
        backup: None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("start the runtime")?;
    let stop = runtime.block_on(async { super::stopped_by_signals() })?;
    // On a thread of its own: the load has its own runtime, and nothing but the load shall run on its core.
    let load = std::thread::spawn(move || sim::load::run(&settings, &stop));
    let (report, _) = load
        .join()
        .map_err(|_| anyhow::anyhow!("the load ended by a panic"))??;
    super::print(&report, arguments.format)
}
