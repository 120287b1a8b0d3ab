//! Reads the positions topic back and holds it against what was promised; prints what came of a run.

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use bus::{Bus, BusConfig, Read};
use events::{Message as _, Topic};
use serde::Serialize;
use sim::obligations::Obligations;
use sim::oracle::{Oracle, Seen, Verdict};
use tokio::time::Instant;

use crate::exit::{FAILED, Outcome};

/// Prints the line; the exit status says whether everything held.
pub(super) fn print(line: &impl Serialize, holds: bool) -> Outcome {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, line)?;
    writeln!(out)?;
    Ok(if holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}

/// Wait between two looks at the topic.
const LOOK: Duration = Duration::from_secs(1);

/// As [`judge`], once all that was promised is there, or the time is over: what is durable in a spool may come later.
pub(super) async fn settled(
    log: &BusConfig,
    obligations: &[Obligations],
    limit: Duration,
) -> anyhow::Result<Verdict> {
    let begun = Instant::now();
    loop {
        let verdict = judge(log.clone(), obligations).await?;
        if verdict.lost == 0 || begun.elapsed() >= limit {
            return Ok(verdict);
        }
        tokio::time::sleep(LOOK).await;
    }
}

pub(super) async fn judge(log: BusConfig, obligations: &[Obligations]) -> anyhow::Result<Verdict> {
    let bus = tokio::task::spawn_blocking(move || Bus::open(&log))
        .await?
        .context("open the log of events")?;
    // Others may have written as they liked.
    let devices: HashSet<&str> = obligations.iter().map(|one| one.device.as_str()).collect();
    let mut reader = bus.read(Read::all(Topic::Positions));
    let mut oracle = Oracle::default();
    while let Some(record) = reader.next().await.transpose()? {
        let Some(value) = record.value else { continue };
        let position = events::position::v1::Position::decode(value)?;
        if !devices.contains(position.device.as_str()) {
            continue;
        }
        oracle.see(Seen::try_from(&position)?);
    }
    drop(reader);
    tokio::task::spawn_blocking(move || bus.close()).await?;
    Ok(oracle.judge(obligations))
}
