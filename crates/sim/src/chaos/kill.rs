use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Target, TargetError};
use crate::load;
use crate::obligations::Obligations;

/// Wait between two looks at the count of answers.
const LOOK: Duration = Duration::from_millis(5);

/// A run of kills.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Decides when the kills come.
    pub seed: u64,
    /// How many at most.
    pub kills: u32,
    /// No kill begins later than this after the first answer.
    pub within: Duration,
    /// Shortest and longest life of the program once it is answering, in milliseconds.
    pub life_ms: (u64, u64),
    /// Longest time that the program may take to listen, to answer the first message, or to stop.
    pub limit: Duration,
    /// The loads that run meanwhile; their durations do not count.
    pub loads: Vec<load::Settings>,
}

/// What came of it.
#[derive(Debug)]
pub struct Results {
    /// Kills that were made.
    pub kills: u32,
    /// Kills that came while messages waited for their answers.
    pub kills_under_load: u32,
    /// Median and longest time from a kill to the first new answer, milliseconds.
    pub recovery_ms: Recovery,
    /// What the devices were promised.
    pub obligations: Vec<Obligations>,
    /// The last run of the program, stopped by SIGTERM, ended well.
    pub stopped_well: bool,
}

/// Times from a kill to the first new answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Recovery {
    /// Half were shorter.
    pub median: u64,
    /// The longest.
    pub max: u64,
}

/// A run could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program does not run.
    #[error("the program under test does not run")]
    Target(#[from] TargetError),
    /// The load does not run.
    #[error("the load does not run")]
    Load(#[from] load::Error),
    /// The load panicked.
    #[error("the load panicked; this is a defect, please report it")]
    Panicked,
    /// No message was answered in time.
    #[error("no message was answered within {} s after kill {after}", limit.as_secs())]
    Silent {
        /// Number of the kill, 0 for the first start.
        after: u32,
        /// How long was waited.
        limit: Duration,
    },
}

/// Kills the target as planned while the loads run; `tell` hears of each kill: its number and the answers so far.
///
/// # Errors
/// When the target or a load does not run, or the target does not recover.
pub async fn run(target: &Target, plan: &Plan, mut tell: impl FnMut(u32, u64)) -> Result<Results, Error> {
    let mut rng = StdRng::seed_from_u64(plan.seed ^ 0x6b69_6c6c);
    let stop = CancellationToken::new();
    // Ends the load threads however this future ends.
    let _guard = stop.clone().drop_guard();
    let acked = Arc::new(AtomicU64::new(0));
    let mut child = target.start(plan.limit).await?;
    let loads: Vec<_> = plan
        .loads
        .iter()
        .map(|load| {
            let settings = load::Settings {
                duration: Duration::MAX,
                ..load.clone()
            };
            let (stop, acked) = (stop.clone(), Arc::clone(&acked));
            tokio::task::spawn_blocking(move || load::run_watched(&settings, &stop, &acked))
        })
        .collect();
    first_answer(&acked, 0, 0, plan.limit).await?;

    let begin = Instant::now();
    let mut kills = 0;
    let mut recoveries = Vec::new();
    let mut kills_under_load = 0;
    while kills < plan.kills && begin.elapsed() < plan.within {
        kills += 1;
        let life = rng.random_range(plan.life_ms.0..=plan.life_ms.1);
        let before_life = acked.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(life)).await;
        target.kill(&mut child).await?;
        let killed = Instant::now();
        let before = acked.load(Ordering::Relaxed);
        kills_under_load += u32::from(before > before_life);
        child = target.start(plan.limit).await?;
        first_answer(&acked, before, kills, plan.limit).await?;
        recoveries.push(killed.elapsed().as_millis() as u64);
        tell(kills, acked.load(Ordering::Relaxed));
    }
    // The last life is long enough to send again what the kills left unanswered.
    tokio::time::sleep(Duration::from_millis(plan.life_ms.1)).await;
    stop.cancel();
    let mut obligations = Vec::new();
    for load in loads {
        let (_, of_load) = load.await.map_err(|_| Error::Panicked)??;
        obligations.extend(of_load);
    }
    let status = target.terminate(&mut child, plan.limit).await?;
    recoveries.sort_unstable();
    Ok(Results {
        kills,
        kills_under_load,
        recovery_ms: Recovery {
            median: recoveries.get(recoveries.len() / 2).copied().unwrap_or_default(),
            max: recoveries.last().copied().unwrap_or_default(),
        },
        obligations,
        stopped_well: status.success(),
    })
}

/// Waits until more than `before` messages were answered.
async fn first_answer(acked: &AtomicU64, before: u64, after: u32, limit: Duration) -> Result<(), Error> {
    let deadline = Instant::now() + limit;
    while acked.load(Ordering::Relaxed) <= before {
        if Instant::now() > deadline {
            return Err(Error::Silent { after, limit });
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}
