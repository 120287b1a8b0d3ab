use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use sim::chaos::{Fault, Plan, Results, Ways};
use sim::load::{Protocol, Settings};
use sim::oracle::Verdict;
use tempfile::TempDir;

use super::scene::{Scene, What};
use super::verdict;
use crate::exit::Outcome;

/// Longest time to listen, to answer, to stop, and for what is in the spool to reach the log.
const LIMIT: Duration = Duration::from_secs(60);
/// Silence after which the devices connect anew.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// The load of a run, and what decides its faults.
#[derive(Debug, Args)]
pub(super) struct Load {
    /// Begin no fault later than this, however many are left
    #[arg(long, default_value = "24h", value_parser = crate::sim::duration)]
    pub(super) within: Duration,
    /// Decides when the faults come
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Simulated devices, half of them JT/T 808 and half GT06
    #[arg(long, default_value_t = 50)]
    pub(super) connections: u64,
    /// Messages of a device that may wait for their answer
    #[arg(long, default_value_t = 4)]
    pub(super) in_flight: usize,
    /// Messages a second over all devices
    #[arg(long, default_value_t = 2000.0)]
    pub(super) rate: f64,
    /// Folder for the log and what the program says; kept [default: one that is removed]
    #[arg(long, value_name = "DIR")]
    pub(super) keep: Option<PathBuf>,
}

impl Load {
    /// The devices of one of the two protocols.
    pub(super) fn half(&self, protocol: Protocol, gateway: SocketAddr) -> Settings {
        let connections = self.connections.div_ceil(2);
        Settings::steady(protocol, gateway, connections, self.rate / 2.0, Timestamp::now())
    }
}

/// What a run does beside its load.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) what: What,
    /// The gateway has a spool.
    pub(super) spool: bool,
    pub(super) rounds: u32,
    pub(super) faults: Vec<Fault>,
    pub(super) ways: Ways,
    /// Where the devices of JT/T 808 and of GT06 connect.
    pub(super) doors: (SocketAddr, SocketAddr),
}

/// The line that is printed.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    target: What,
    spool: bool,
    seed: u64,
    pub(super) kills: u32,
    faults: BTreeMap<Fault, u32>,
    under_load: u32,
    recovery_ms_median: u64,
    recovery_ms_max: u64,
    memory_bytes_max: Option<u64>,
    stopped_well: bool,
    #[serde(flatten)]
    pub(super) verdict: Verdict,
}

impl Line {
    pub(super) fn holds(&self) -> bool {
        let verdict = &self.verdict;
        let held = if self.spool {
            verdict.holds_with_spool()
        } else {
            verdict.holds()
        };
        held && verdict.acked > 0 && self.stopped_well
    }

    /// Prints the line; the exit status says whether everything held.
    pub(super) fn print(&self) -> Outcome {
        verdict::print(self, self.holds())
    }
}

/// The folder of a run; a temporary one is removed with the second value.
pub(super) fn folder(keep: Option<&Path>) -> anyhow::Result<(PathBuf, Option<TempDir>)> {
    if let Some(folder) = keep {
        std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        return Ok((folder.to_owned(), None));
    }
    let temporary = tempfile::tempdir().context("make a temporary folder")?;
    Ok((temporary.path().to_owned(), Some(temporary)))
}

/// Makes the run and judges it.
pub(super) async fn measure(
    scene: &Scene,
    load: &Load,
    course: Course,
    tell: impl FnMut(u32, Fault, u64),
) -> anyhow::Result<Line> {
    let of = |protocol, gateway| Settings {
        in_flight: load.in_flight,
        answer_timeout: ANSWER_TIMEOUT,
        ..load.half(protocol, gateway)
    };
    let plan = Plan {
        seed: load.seed,
        rounds: course.rounds,
        within: load.within,
        faults: course.faults,
        ways: course.ways,
        life_ms: (50, 1500),
        fault_ms: (200, 4000),
        limit: LIMIT,
        loads: vec![
            of(Protocol::Jt808, course.doors.0),
            of(Protocol::Gt06, course.doors.1),
        ],
    };
    let results = sim::chaos::run(&scene.target, &plan, tell).await?;
    let verdict = settled(scene, &results).await?;
    Ok(Line {
        target: course.what,
        spool: course.spool,
        seed: load.seed,
        kills: results.faults.get(&Fault::Kill).copied().unwrap_or_default(),
        faults: results.faults,
        under_load: results.under_load,
        recovery_ms_median: results.recovery_ms.median,
        recovery_ms_max: results.recovery_ms.max,
        memory_bytes_max: results.memory_bytes_max,
        stopped_well: results.stopped_well,
        verdict,
    })
}

/// The verdict once the program had time to bring what is in its spool to the log. What it promised is durable there,
/// so that it may come after the last life.
async fn settled(scene: &Scene, results: &Results) -> anyhow::Result<Verdict> {
    let verdict = verdict::judge(scene.log.clone(), &results.obligations).await?;
    if verdict.lost == 0 {
        return Ok(verdict);
    }
    let mut child = scene.target.start(LIMIT).await?;
    let verdict = verdict::settled(&scene.log, &results.obligations, LIMIT).await?;
    scene.target.terminate(&mut child, LIMIT).await?;
    Ok(verdict)
}
