//! The engine alone: fixes in, events with their ids out, state of all devices kept.

use std::time::Duration;

use anyhow::Context as _;
use benches::process;
use events::Message as _;
use geofence::engine::{Context, FenceSet, Fix, Memberships, Settings, Track};

use crate::say;
use crate::world::{BEGIN_MS, DEVICES, Dice, INTERVAL_MS, Rules, Walker, fence};

/// Fixes of each device before and in the measurement.
const WARM_UP: i64 = 20;
const MEASURED: i64 = 120;

/// Measures `rules:fences` and prints the row.
pub(crate) fn row(text: &str) -> anyhow::Result<()> {
    let (rules, count) = text.split_once(':').context("expected rules:fences")?;
    let rules = Rules::read(rules).context("expected bare, usual or apart")?;
    let count: u32 = count.parse()?;

    let (fences, load) = load(count, rules)?;
    let settings = Settings::default();
    let members = Memberships::default();
    let mut dice = Dice::new(2);
    let mut devices: Vec<(String, Walker, Track)> = (0..DEVICES)
        .map(|number| {
            (
                format!("8600{number:011}"),
                Walker::new(&mut dice),
                Track::default(),
            )
        })
        .collect();
    let mut changes = Vec::new();
    let (mut events, mut used) = (0_usize, Duration::ZERO);
    for round in 0..WARM_UP + MEASURED {
        let time = BEGIN_MS + round * INTERVAL_MS;
        // The walk is made beforehand and does not count.
        let fixes: Vec<Fix> = devices
            .iter_mut()
            .map(|(_, walker, _)| Fix {
                time,
                point: walker.step(rules, &mut dice),
                accuracy_m: rules.accuracy_m(),
                altitude_m: f32::NAN,
            })
            .collect();
        let mut found = 0;
        let before = thread_time()?;
        for ((device, _, track), fix) in devices.iter_mut().zip(fixes) {
            let context = Context {
                settings: &settings,
                fences: &fences,
                members: &members,
                device,
            };
            track.observe(fix, time, &context, &mut changes)?;
            // The consumer takes them after each fix as well.
            found += changes.drain(..).count();
        }
        if round >= WARM_UP {
            used += thread_time()? - before;
            events += found;
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let (fixes, events) = ((i64::from(DEVICES) * MEASURED) as f64, events as f64);
    let per_fix = used.as_secs_f64() / fixes;
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let megabytes = process::resident(std::process::id())? as f64 / 1e6;
    say(&format!(
        "| {count} | {rules:?} | {:.2} | {megabytes:.0} | {:.2} | {:.0} | {:.3} | {:.0} |",
        load.as_secs_f64(),
        per_fix * 1e6,
        1.0 / per_fix,
        events / fixes,
        events / fixes / per_fix,
    ));
    Ok(())
}

/// Records that are made at a time, so that the making can be left out and looking at the clock costs nothing.
const BATCH: usize = 10_000;

/// Loads fences from their records, one after the other, and gives the processor time of it; making the records does not
/// count.
pub(crate) fn load(count: u32, rules: Rules) -> anyhow::Result<(FenceSet, Duration)> {
    let mut dice = Dice::new(1);
    let mut set = FenceSet::new(0);
    let mut used = Duration::ZERO;
    for first in (0..count).step_by(BATCH) {
        let records: Vec<Vec<u8>> = (first..count)
            .take(BATCH)
            .map(|number| fence(number, count, rules, &mut dice).encode_to_vec())
            .collect();
        let begin = thread_time()?;
        for record in records {
            set.preload(&events::fence::v1::Fence::decode(record.as_slice())?, BEGIN_MS)?;
        }
        used += thread_time()? - begin;
    }
    let begin = thread_time()?;
    set.reindex();
    used += thread_time()? - begin;
    Ok((set, used))
}

/// Processor time of this thread so far, from the scheduler's account in nanoseconds.
fn thread_time() -> anyhow::Result<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos = text
        .split_whitespace()
        .next()
        .context("expected a number")?
        .parse()?;
    Ok(Duration::from_nanos(nanos))
}
