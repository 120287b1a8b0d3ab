//! From the topic of positions to the topic of fence events, on the local log in one folder of this machine or on Kafka.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use benches::process;
use benches::topics::{Counted, Receipts, on_kafka, open, record};
use bus::{Receipt, Record};
use events::position::v1::{Position, Source};
use events::{Message as _, Topic};
use geofence::GeofenceConfig;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::say;
use crate::world::{DEVICES, Dice, INTERVAL_MS, Rules, Walker, fence};

/// Offers `rate` fixes a second for `seconds`, by way of these brokers where they are given, and prints what came of it.
pub(crate) fn run(fences: u32, rate: u64, seconds: u64, brokers: Option<&str>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(flow(fences, rate, seconds, brokers))
}

async fn flow(fences: u32, rate: u64, seconds: u64, brokers: Option<&str>) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let bus = match brokers {
        Some(brokers) => on_kafka(brokers).await?,
        None => open(folder.path())?,
    };
    let publisher = bus.publisher();
    let receipts = Arc::new(Receipts::default());

    let mut dice = Dice::new(1);
    for number in 0..fences {
        publisher.ready().await;
        let fence = fence(number, fences, Rules::Bare, &mut dice);
        let record = record(Topic::Fences, &fence.id, fence.encode_to_vec());
        publisher.publish(record, Receipt::new(receipts.clone(), 0));
    }
    bus.flush(Duration::from_secs(120)).await;

    let (fixes, events) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
    let (stage, handle) = geofence::new(&GeofenceConfig::default());
    drop(handle);
    let stage = Counted::new(stage, &fixes, &events);
    let stop = CancellationToken::new();
    let begin = Instant::now();
    let running = tokio::spawn({
        let (bus, stop) = (bus.clone(), stop.clone());
        async move { bus.run(stage, stop).await }
    });
    // One fix tells when the stage has read all definitions.
    let mut walk = Walk::new();
    publisher.publish(walk.next(), Receipt::new(receipts.clone(), 0));
    while fixes.load(Ordering::Relaxed) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let ready = begin.elapsed();

    let cpu = process::cpu(std::process::id())?;
    let begin = Instant::now();
    let offered = rate * seconds;
    for number in 0..offered {
        // In bursts of a hundredth of a second, and never more than the log takes.
        if number % (rate / 100).max(1) == 0 {
            let due = begin + Duration::from_secs_f64(number as f64 / rate as f64);
            tokio::time::sleep_until(due.into()).await;
            publisher.ready().await;
        }
        publisher.publish(walk.next(), Receipt::new(receipts.clone(), 0));
    }
    let sent = begin.elapsed();
    let lag = offered + 1 - fixes.load(Ordering::Relaxed);
    while fixes.load(Ordering::Relaxed) <= offered {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let caught_up = begin.elapsed();
    let cpu = process::cpu(std::process::id())? - cpu;
    let resident = process::resident(std::process::id())?;
    stop.cancel();
    running.await??;

    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let (total, told) = (offered as f64, events.load(Ordering::Relaxed) as f64);
    say(&format!(
        "topic to topic, {}, {fences} fences read and indexed after {:.1} s",
        brokers.map_or("local log", |_| "Kafka"),
        ready.as_secs_f64()
    ));
    say(&format!(
        "offered {rate} fixes/s for {seconds} s; all sent after {:.1} s",
        sent.as_secs_f64()
    ));
    say(&format!(
        "lag at the end {lag} fixes, back to 0 after {:.1} s",
        (caught_up - sent).as_secs_f64()
    ));
    say(&format!(
        "{:.0} fixes/s and {:.0} events/s through, publisher in the same process; {:.2} µs CPU per fix for all of it; RSS {} MB; {} records not taken",
        total / caught_up.as_secs_f64(),
        told / caught_up.as_secs_f64(),
        cpu.as_secs_f64() / total * 1e6,
        resident / 1_000_000,
        receipts.failed(),
    ));
    tokio::task::spawn_blocking(move || bus.close()).await?;
    Ok(())
}

/// The devices, one fix after the other.
pub(crate) struct Walk {
    dice: Dice,
    walkers: Vec<(String, Walker)>,
    next: usize,
    time: i64,
}

impl Walk {
    pub(crate) fn new() -> Self {
        let mut dice = Dice::new(2);
        let walkers = (0..DEVICES)
            .map(|number| (format!("8600{number:011}"), Walker::new(&mut dice)))
            .collect();
        Self {
            dice,
            walkers,
            next: 0,
            // The clock of the consumer is the system's.
            time: Timestamp::now().as_millisecond(),
        }
    }

    pub(crate) fn next(&mut self) -> Record {
        if self.next == self.walkers.len() {
            self.next = 0;
            self.time += INTERVAL_MS;
        }
        let (device, walker) = &mut self.walkers[self.next];
        self.next += 1;
        let place = walker.step(Rules::Bare, &mut self.dice);
        let at = geofence::engine::timestamp(self.time);
        let position = Position {
            device: device.clone(),
            fix_time: Some(at),
            received_at: Some(at),
            source: Source::Gnss.into(),
            valid: true,
            latitude: place.latitude,
            longitude: place.longitude,
            ..Position::default()
        };
        record(Topic::Positions, device, position.encode_to_vec())
    }
}
