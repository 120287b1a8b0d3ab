use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::fault::{Deck, Fault, Ways};
use super::{Target, TargetError};
use crate::load;
use crate::obligations::Obligations;

/// Wait between two looks at the count of answers.
const LOOK: Duration = Duration::from_millis(5);

/// A run of faults.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Decides when the faults come, and which.
    pub seed: u64,
    /// How many at most.
    pub rounds: u32,
    /// No fault begins later than this after the first answer.
    pub within: Duration,
    /// Which come; each once before one comes again.
    pub faults: Vec<Fault>,
    /// What faults other than kills spoil.
    pub ways: Ways,
    /// Shortest and longest time between two faults once the program is answering, in milliseconds.
    pub life_ms: (u64, u64),
    /// Shortest and longest time that a way is spoiled, in milliseconds.
    pub fault_ms: (u64, u64),
    /// Longest time that the program may take to listen, to answer the first message, or to stop.
    pub limit: Duration,
    /// The loads that run meanwhile; their durations do not count.
    pub loads: Vec<load::Settings>,
}

/// What came of it.
#[derive(Debug)]
pub struct Results {
    /// How often each fault was made.
    pub faults: BTreeMap<Fault, u32>,
    /// Faults that came while messages were being answered.
    pub under_load: u32,
    /// Median and longest time from the end of a fault to the next answer, milliseconds; a kill ends at once.
    pub recovery_ms: Recovery,
    /// Most memory that a life of the program had resident at its end, bytes, where the system says it.
    pub memory_bytes_max: Option<u64>,
    /// What the devices were promised.
    pub obligations: Vec<Obligations>,
    /// The last run of the program, stopped by SIGTERM, ended well.
    pub stopped_well: bool,
}

/// Times from the end of a fault to the next answer.
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
    #[error("no message was answered within {} s after fault {after}", limit.as_secs())]
    Silent {
        /// Number of the fault, 0 for the first start.
        after: u32,
        /// How long was waited.
        limit: Duration,
    },
}

/// Makes the faults as planned while the loads run; `tell` hears of each: its number, what it was and the answers so
/// far.
///
/// # Errors
/// When the target or a load does not run, or the target does not recover.
pub async fn run(
    target: &Target,
    plan: &Plan,
    mut tell: impl FnMut(u32, Fault, u64),
) -> Result<Results, Error> {
    let mut rng = StdRng::seed_from_u64(plan.seed ^ 0x6b69_6c6c);
    let mut deck = Deck::new(&plan.faults);
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
            let stop = stop.clone();
            let watch = load::Watch {
                acked: Arc::clone(&acked),
                ..load::Watch::default()
            };
            tokio::task::spawn_blocking(move || load::run_watched(&settings, &stop, watch))
        })
        .collect();
    first_answer(&acked, 0, 0, plan.limit).await?;

    let begin = Instant::now();
    let mut faults = BTreeMap::new();
    let mut recoveries = Vec::new();
    let mut under_load = 0;
    let mut memory_bytes_max = None;
    for round in 1..=plan.rounds {
        if begin.elapsed() >= plan.within {
            break;
        }
        let fault = deck.draw(&mut rng);
        let before_life = acked.load(Ordering::Relaxed);
        pause(&mut rng, plan.life_ms).await;
        under_load += u32::from(acked.load(Ordering::Relaxed) > before_life);
        memory_bytes_max = memory_bytes_max.max(Target::peak_memory(&child));
        let over = if fault == Fault::Kill {
            target.kill(&mut child).await?;
            let killed = Instant::now();
            let before = acked.load(Ordering::Relaxed);
            child = target.start(plan.limit).await?;
            (killed, before)
        } else {
            plan.ways.spoil(fault, &mut rng);
            pause(&mut rng, plan.fault_ms).await;
            plan.ways.mend(fault);
            (Instant::now(), acked.load(Ordering::Relaxed))
        };
        first_answer(&acked, over.1, round, plan.limit).await?;
        recoveries.push(over.0.elapsed().as_millis() as u64);
        *faults.entry(fault).or_default() += 1;
        tell(round, fault, acked.load(Ordering::Relaxed));
    }
    // The last life is long enough to send again what the faults left unanswered.
    tokio::time::sleep(Duration::from_millis(plan.life_ms.1)).await;
    stop.cancel();
    let mut obligations = Vec::new();
    for load in loads {
        let (_, of_load) = load.await.map_err(|_| Error::Panicked)??;
        obligations.extend(of_load);
    }
    memory_bytes_max = memory_bytes_max.max(Target::peak_memory(&child));
    let status = target.terminate(&mut child, plan.limit).await?;
    recoveries.sort_unstable();
    Ok(Results {
        faults,
        under_load,
        recovery_ms: Recovery {
            median: recoveries.get(recoveries.len() / 2).copied().unwrap_or_default(),
            max: recoveries.last().copied().unwrap_or_default(),
        },
        memory_bytes_max,
        obligations,
        stopped_well: status.success(),
    })
}

/// Lets a time pass that the seed decides: the moment of a fault is what is tried, there is no condition to wait for.
async fn pause(rng: &mut StdRng, (shortest, longest): (u64, u64)) {
    tokio::time::sleep(Duration::from_millis(rng.random_range(shortest..=longest))).await;
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
