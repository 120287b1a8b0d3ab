//! The figures that the project promises, side by side in one run, so that a busy machine cancels out of the ratios.
//!
//! `cargo run --release -p benches --bin ratios` prints one table. `--kafka HOST:PORT` measures the whole path with
//! that cluster in place of the local log (its topics must exist).

#![allow(clippy::print_stdout)]

mod child;
mod decode;
mod process;
mod serve;

use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use sim::load::{Protocol, Report, Settings};
use tokio_util::sync::CancellationToken;

use child::Child;

#[derive(Debug, Parser)]
struct Arguments {
    /// Seconds of each measurement
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Connections of the throughput measurements
    #[arg(long, default_value_t = 1000)]
    connections: u64,
    /// Idle connections whose memory is measured
    #[arg(long, default_value_t = 10_000)]
    idle: u64,
    /// Threads of the gateway
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Brokers of a Kafka cluster to use in place of the local log
    #[arg(long)]
    kafka: Option<String>,
    /// Run as a server for the measurements of another process
    #[arg(long, hide = true)]
    serve: Option<serve::Kind>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(kind) = arguments.serve {
        return serve::run(kind, arguments.threads, arguments.kafka.as_deref());
    }
    println!(
        "{:<44} {:>12} {:>12} {:>8}",
        "what", "measured", "reference", "ratio"
    );
    for (name, nanoseconds) in decode::measure() {
        println!("{name:<44} {:>9.0} ns {:>12} {:>8}", nanoseconds, "", "");
    }
    for in_flight in [1, 10] {
        throughput(&arguments, in_flight)?;
    }
    idle_memory(&arguments)
}

/// Acknowledged messages a second of the gateway beside the echo's.
fn throughput(arguments: &Arguments, in_flight: usize) -> Result<()> {
    let echo = Child::start(serve::Kind::Echo, 1, None)?;
    let (ceiling, echo_cpu) = load(arguments, &echo, in_flight)?;
    drop(echo);
    let gateway = Child::start(
        serve::Kind::Gateway,
        arguments.threads,
        arguments.kafka.as_deref(),
    )?;
    let (path, cpu) = load(arguments, &gateway, in_flight)?;
    let name = |what: &str| format!("{what}, {} x {in_flight} in flight", arguments.connections);
    row(
        &name("acked frames/s"),
        path.acked_per_second,
        ceiling.acked_per_second,
        "",
    );
    row(&name("server CPU per frame, us"), cpu, echo_cpu, "");
    row(
        &name("acked frames per server CPU second"),
        1e6 / cpu,
        1e6 / echo_cpu,
        "",
    );
    row(
        &name("ack latency p50, ms"),
        path.ack_latency_ms.p50,
        ceiling.ack_latency_ms.p50,
        "",
    );
    row(
        &name("ack latency p99, ms"),
        path.ack_latency_ms.p99,
        ceiling.ack_latency_ms.p99,
        "",
    );
    let resident = process::resident(gateway.id())? as f64 / 1e6;
    println!("{:<44} {resident:>12.1}", name("gateway resident, MB"));
    Ok(())
}

/// Runs load against the child; gives its report and the child's CPU microseconds per acknowledged frame.
fn load(arguments: &Arguments, child: &Child, in_flight: usize) -> Result<(Report, f64)> {
    let settings = settings(arguments, child, arguments.connections, in_flight);
    let before = process::cpu(child.id())?;
    let (report, _) = sim::load::run(&settings, &CancellationToken::new())?;
    let used = process::cpu(child.id())? - before;
    anyhow::ensure!(
        report.acked > 0 && report.refused == 0,
        "the load was not answered: {report:?}"
    );
    let per_frame = used.as_secs_f64() * 1e6 / report.acked as f64;
    Ok((report, per_frame))
}

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
    }
}

/// Memory that connections cost while nothing is said on them.
fn idle_memory(arguments: &Arguments) -> Result<()> {
    let gateway = Child::start(
        serve::Kind::GatewayAlone,
        arguments.threads,
        arguments.kafka.as_deref(),
    )?;
    // The first connections pay for what all share.
    let warm = settings(arguments, &gateway, 100, 1);
    sim::load::run(&warm, &CancellationToken::new())?;
    let before = process::private(gateway.id())?;
    let stop = CancellationToken::new();
    let idle = Settings {
        duration: Duration::from_secs(3600),
        first_device: 1000,
        ..settings(arguments, &gateway, arguments.idle, 0)
    };
    let held = {
        let stop = stop.clone();
        std::thread::spawn(move || sim::load::run(&idle, &stop))
    };
    gateway.until_online(arguments.idle)?;
    let after = process::private(gateway.id())?;
    stop.cancel();
    let each = (after.saturating_sub(before)) as f64 / arguments.idle as f64;
    println!(
        "{:<44} {each:>12.0} {:>12} {:>8}",
        format!("user bytes per idle connection, {}", arguments.idle),
        "",
        ""
    );
    drop(held);
    Ok(())
}

fn row(name: &str, measured: f64, reference: f64, note: &str) {
    println!(
        "{name:<44} {measured:>12.1} {reference:>12.1} {:>8.2} {note}",
        measured / reference
    );
}
