//! Edits of fences beside a stream of positions, on the local log: how soon they hold, and how long the stream stands.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use benches::topics::{Counted, Receipts, open, record};
use bus::{Bus, Receipt};
use events::{Message as _, Topic};
use geofence::{GeofenceConfig, Handle};
use tokio_util::sync::CancellationToken;

use crate::flow::Walk;
use crate::say;
use crate::world::{Dice, Rules, fence};

/// Fences, all of which are edited once at a stroke.
const FENCES: u32 = 100_000;
/// Edits one at a time.
const SINGLE: u32 = 20;
/// Fixes a second beside the edits.
const RATE: u64 = 5_000;
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(1);

/// Measures and prints.
pub(crate) fn run() -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(edits())
}

async fn edits() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let bus = open(folder.path())?;
    let receipts = Arc::new(Receipts::default());
    define(&bus, &receipts, 0, 0..FENCES).await;
    bus.flush(Duration::from_secs(120)).await;
    let (fixes, events) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
    let (stage, handle) = geofence::new(&GeofenceConfig::default());
    let stage = Counted::new(stage, &fixes, &events);
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (bus, stop) = (bus.clone(), stop.clone());
        async move { bus.run(stage, stop).await }
    });
    let stream = tokio::spawn({
        let (bus, receipts, stop) = (bus.clone(), receipts.clone(), stop.clone());
        async move {
            let mut walk = Walk::new();
            let mut ticks = tokio::time::interval(Duration::from_millis(10));
            while !stop.is_cancelled() {
                ticks.tick().await;
                for _ in 0..RATE / 100 {
                    bus.publisher()
                        .publish(walk.next(), Receipt::new(receipts.clone(), 0));
                }
            }
        }
    });
    visible(&handle, 0, FENCES - 1).await;

    let mut single = Vec::new();
    for number in 0..SINGLE {
        let begin = Instant::now();
        define(&bus, &receipts, 1, number..number + 1).await;
        visible(&handle, 1, number).await;
        single.push(begin.elapsed());
    }
    single.sort_unstable();

    let begin = Instant::now();
    let (mut last, mut moved, mut longest) = (fixes.load(Ordering::Relaxed), begin, Duration::ZERO);
    let writer = tokio::spawn({
        let (bus, receipts) = (bus.clone(), receipts.clone());
        async move { define(&bus, &receipts, 2, 0..FENCES).await }
    });
    while handle.name(&id(FENCES - 1)).as_deref() != Some(&name(2)) {
        tokio::time::sleep(LOOK).await;
        let now = fixes.load(Ordering::Relaxed);
        if now > last {
            last = now;
            moved = Instant::now();
        }
        longest = longest.max(moved.elapsed());
    }
    let all = begin.elapsed();
    writer.await?;
    stop.cancel();
    stream.await?;
    running.await??;
    let millis = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
    say(&format!(
        "edits beside {RATE} fixes/s, {FENCES} fences: one edit holds after {:.0} ms (median), {:.0} ms (longest of {SINGLE})",
        millis(single.get(single.len() / 2)),
        millis(single.last()),
    ));
    say(&format!(
        "{FENCES} edits at a stroke hold after {:.1} s; meanwhile the stream stood for {:.0} ms at most",
        all.as_secs_f64(),
        millis(Some(&longest)),
    ));
    tokio::task::spawn_blocking(move || bus.close()).await?;
    Ok(())
}

fn id(number: u32) -> String {
    format!("fence-{number:07}")
}

/// The name tells the edition.
fn name(edition: u32) -> String {
    format!("edition {edition}")
}

async fn define(bus: &Bus, receipts: &Arc<Receipts>, edition: u32, numbers: std::ops::Range<u32>) {
    let mut dice = Dice::new(u64::from(edition));
    for number in numbers {
        bus.publisher().ready().await;
        let mut fence = fence(number, FENCES, Rules::Bare, &mut dice);
        fence.version = edition + 1;
        fence.name = name(edition);
        let record = record(Topic::Fences, &fence.id, fence.encode_to_vec());
        bus.publisher().publish(record, Receipt::new(receipts.clone(), 0));
    }
}

async fn visible(handle: &Handle, edition: u32, number: u32) {
    while handle.name(&id(number)).as_deref() != Some(&name(edition)) {
        tokio::time::sleep(LOOK).await;
    }
}
