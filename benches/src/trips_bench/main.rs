//! The trips consumer: the engine alone, what the state of a device weighs, and from topic to topic.
//!
//! The fleet is seeded: vehicles with one to six drives a day of 10 to 60 minutes, a report every 10 seconds on the way
//! and every half hour when parked. Processor time is the system's count for this process, not the wall clock.
//!
//! `cargo run --release -p benches --bin trips_bench`

mod fleet;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use benches::process;
use benches::topics::{Counted, Receipts, open, record};
use bus::Receipt;
use clap::Parser;
use events::position::v1::{Position, Source};
use events::{Message as _, Topic};
use tokio_util::sync::CancellationToken;
use trips::TripStage;
use trips::engine::{Config, Device, Fix};

use fleet::{Fleet, Report};

#[derive(Debug, Parser)]
struct Arguments {
    /// Vehicles
    #[arg(long, default_value_t = 400)]
    vehicles: usize,
    /// Days that pass; late fixes are taken into account for three
    #[arg(long, default_value_t = 5)]
    days: i64,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    alone(&arguments)?;
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(flow(&arguments))
}

/// The engine over all fixes, with the results that are due on the way.
fn alone(arguments: &Arguments) -> anyhow::Result<()> {
    let config = Config::default();
    let reports: Vec<Report> = Fleet::new(arguments.vehicles, arguments.days).collect();
    let mut devices: Vec<Device> = vec![Device::default(); arguments.vehicles];
    let ids: Vec<String> = (0..arguments.vehicles).map(fleet::id).collect();
    let mut records = 0;
    let before = process::cpu(std::process::id())?;
    for report in &reports {
        let (Some(device), Some(id)) = (devices.get_mut(report.vehicle), ids.get(report.vehicle)) else {
            continue;
        };
        let fix = Fix::new(report.time, report.latitude, report.longitude, report.accuracy_m);
        device.push(
            fix.context("expected a place on earth")?,
            Some(report.time),
            &config,
        );
        if device.is_due(&config) {
            records += device.update(id, report.time, &config).len();
        }
    }
    let used = process::cpu(std::process::id())? - before;
    let mut bytes: Vec<usize> = devices.iter().map(Device::bytes).collect();
    bytes.sort_unstable();
    let kib = |share: f64| {
        let at = ((bytes.len() as f64 * share) as usize).min(bytes.len() - 1);
        bytes[at] as f64 / 1024.0
    };
    say(&format!(
        "engine alone: {} vehicles, {} days, {} fixes, {records} records; {:.2} µs CPU per fix",
        arguments.vehicles,
        arguments.days,
        reports.len(),
        used.as_secs_f64() / reports.len() as f64 * 1e6,
    ));
    say(&format!(
        "state of a device: median {:.1} KiB, p90 {:.1} KiB, worst {:.1} KiB",
        kib(0.5),
        kib(0.9),
        kib(1.0),
    ));
    Ok(())
}

/// From the topic of positions to those of trips and stops, as fast as the log takes it.
async fn flow(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let bus = open(folder.path())?;
    let receipts = Arc::new(Receipts::default());
    let (fixes, told) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
    let stage = Counted::new(TripStage::new(Config::default()), &fixes, &told);
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (bus, stop) = (bus.clone(), stop.clone());
        async move { bus.run(stage, stop).await }
    });
    let publisher = bus.publisher();
    let cpu = process::cpu(std::process::id())?;
    let begin = Instant::now();
    let mut offered = 0_u64;
    for report in Fleet::new(arguments.vehicles, arguments.days) {
        publisher.ready().await;
        publisher.publish(position(&report), Receipt::new(receipts.clone(), 0));
        offered += 1;
    }
    let sent = begin.elapsed();
    while fixes.load(Ordering::Relaxed) < offered {
        anyhow::ensure!(
            !running.is_finished(),
            "the stage ended before all fixes were read"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let through = begin.elapsed();
    let cpu = process::cpu(std::process::id())? - cpu;
    stop.cancel();
    running.await??;
    say(&format!(
        "topic to topic, local log: {offered} fixes, all sent after {:.1} s, all through after {:.1} s: {:.0} fixes/s",
        sent.as_secs_f64(),
        through.as_secs_f64(),
        offered as f64 / through.as_secs_f64(),
    ));
    say(&format!(
        "{:.2} µs CPU per fix with the publisher in the same process; {} records told, {} fixes not taken",
        cpu.as_secs_f64() / offered as f64 * 1e6,
        told.load(Ordering::Relaxed),
        receipts.failed(),
    ));
    tokio::task::spawn_blocking(move || bus.close()).await?;
    Ok(())
}

fn position(report: &Report) -> bus::Record {
    let at = events::Timestamp {
        seconds: report.time.div_euclid(1000),
        nanos: 0,
    };
    let device = fleet::id(report.vehicle);
    let position = Position {
        device: device.clone(),
        fix_time: Some(at),
        received_at: Some(at),
        source: Source::Gnss.into(),
        valid: true,
        latitude: report.latitude,
        longitude: report.longitude,
        accuracy_m: Some(report.accuracy_m),
        ..Position::default()
    };
    record(Topic::Positions, &device, position.encode_to_vec())
}

#[allow(clippy::print_stdout, reason = "the figures are what the command is for")]
fn say(line: &str) {
    println!("{line}");
}
