//! The figures that the project promises, side by side in one run, so that a busy machine cancels out of the ratios.
//!
//! `cargo run --release -p benches --bin ratios` prints one table. `--kafka HOST:PORT` measures the whole path with
//! that cluster in place of the local log; it makes topics of its own there.

#![allow(clippy::print_stdout)]

mod child;
mod decode;
mod memory;
mod path;
mod serve;

use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use sim::load::{Protocol, Settings};

use child::Child;

/// As in the program that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
struct Arguments {
    /// Seconds of each measurement
    #[arg(long, default_value_t = 6)]
    seconds: u64,
    /// Connections of the throughput measurements
    #[arg(long, default_value_t = 1000)]
    connections: u64,
    /// Idle connections whose memory is measured; 0 leaves it out
    #[arg(long, default_value_t = 10_000)]
    idle: u64,
    /// Messages in flight per connection, sent in one piece when all were answered; one measurement each, 0 is none
    #[arg(long, value_delimiter = ',', default_value = "1,10")]
    in_flight: Vec<usize>,
    /// Threads of the gateway
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Brokers of a Kafka cluster to use in place of the local log
    #[arg(long)]
    kafka: Option<String>,
    /// Partitions of the topics on Kafka
    #[arg(long, default_value_t = 8)]
    partitions: u32,
    /// `bus.kafka.linger_ms` [default: as configured when nothing is said]
    #[arg(long)]
    linger_ms: Option<u32>,
    /// `bus.kafka.compression` is `none` instead of what it is when nothing is said
    #[arg(long)]
    uncompressed: bool,
    /// Run as a server for the measurements of another process
    #[arg(long, hide = true)]
    serve: Option<serve::Kind>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(kind) = arguments.serve {
        return serve::run(kind, &arguments);
    }
    println!(
        "{:<54} {:>12} {:>12} {:>8}",
        "what", "measured", "reference", "ratio"
    );
    for (name, nanoseconds) in decode::measure() {
        figure(name, format!("{nanoseconds:.0} ns"));
    }
    for in_flight in arguments.in_flight.iter().filter(|count| **count > 0) {
        path::measure(&arguments, *in_flight)?;
    }
    if arguments.idle > 0 {
        memory::idle(&arguments)?;
    }
    Ok(())
}

/// Load on a child: as much as is answered.
fn settings(arguments: &Arguments, child: &Child, connections: u64, in_flight: usize) -> Settings {
    Settings {
        protocol: Protocol::Jt808,
        gateway: child.address(),
        connections,
        in_flight,
        rate: None,
        duration: Duration::from_secs(arguments.seconds),
        answer_timeout: Duration::from_secs(20),
        first_device: 0,
        echo: child.kind() == serve::Kind::Echo,
        now: runtime::clock::now(),
        obligations: None,
        whole_windows: true,
        uploads: None,
        backup: None,
    }
}

/// A line with a figure that has no reference.
fn figure(name: &str, measured: String) {
    println!("{name:<54} {measured:>12}");
}

/// A line with a figure, its reference and their ratio.
fn row(name: &str, measured: f64, reference: f64) {
    println!(
        "{name:<54} {measured:>12.1} {reference:>12.1} {:>8.2}",
        measured / reference
    );
}
