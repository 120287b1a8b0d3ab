//! Runs a [`Stage`]: the same loop on every backend.
//!
//! One thread per runner. It reads a batch, hands its records to the stage and commits what the stage wrote together
//! with the offsets; while there is a backlog, a commit has several batches. Where the backend writes on a thread of its
//! own, the next batches are taken meanwhile, and their commit begins when that one is done. Work that was not committed is
//! undone by forgetting the state and restoring it.

mod commit;
mod pending;
mod reject;
mod session;
mod traced;

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use events::Topic;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use self::pending::NO_PARTITION;
pub(crate) use self::pending::Pending;
use self::reject::reject;
pub(crate) use self::session::{
    Assigned, Commit, CommitFailure, Joining, Lag, Polled, Session, equal_counts,
};
use self::traced::Applied;
use crate::reader::{ReadItem, Reader};
use crate::standing::{Standing, Teller};
use crate::{Error, Out, Received, Record, Stage, metrics, steps};

/// Records in one batch.
const BATCH: usize = 4096;
/// Definitions that are taken at once: inputs go on between the parts of a large change.
const DEFINITIONS: usize = 4096;
/// Time that results are collected while there is a backlog, so that what changes with every record is saved once for
/// several. Nobody waits for a result of a backlog to the second.
const COLLECT: Duration = Duration::from_secs(1);
/// Results that are collected at most.
const COLLECTED: usize = 64 << 10;
/// Time between two calls of [`Stage::tick`].
const TICK: Duration = Duration::from_secs(1);
/// First and longest wait before a failed call is tried again.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// Runs the stage until `shutdown`. Blocks; call it on a thread of its own.
pub(crate) fn run<S: Stage>(
    stage: &S,
    session: &mut dyn Session,
    definitions: Vec<Reader>,
    rejects: Vec<Record>,
    standing: &Teller,
    shutdown: &CancellationToken,
) -> Result<(), Error> {
    metrics::joins(stage.name());
    let mut pending = Pending::default();
    for record in rejects {
        pending.output(NO_PARTITION, record);
    }
    let runner = Runner {
        stage,
        session,
        definitions,
        standing,
        shutdown,
        states: HashMap::new(),
        pending,
        flying: None,
        out: Out::default(),
        last_commit: Instant::now(),
        last_tick: Instant::now(),
        lagging: BTreeSet::new(),
    };
    match catch_unwind(AssertUnwindSafe(|| runner.run())) {
        Ok(result) => result,
        Err(panic) => Err(Error::Panicked {
            stage: stage.name(),
            message: panic_text(&*panic),
        }),
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "no message".to_owned())
}

struct Runner<'a, S: Stage> {
    stage: &'a S,
    session: &'a mut dyn Session,
    definitions: Vec<Reader>,
    standing: &'a Teller,
    shutdown: &'a CancellationToken,
    states: HashMap<u32, S::State>,
    pending: Pending,
    /// The commit that was begun, and when.
    flying: Option<(Arc<Pending>, Instant)>,
    out: Out,
    last_commit: Instant,
    last_tick: Instant,
    /// Partitions whose lag was told.
    lagging: BTreeSet<(Topic, u32)>,
}

impl<S: Stage> Runner<'_, S> {
    fn run(mut self) -> Result<(), Error> {
        let mut back_off = BACK_OFF.0;
        while !self.shutdown.is_cancelled() {
            let wait = if self.pending.is_empty() {
                TICK.saturating_sub(self.last_tick.elapsed())
            } else {
                self.session
                    .commit_interval()
                    .saturating_sub(self.last_commit.elapsed())
            };
            match self.session.poll(BATCH, wait.min(Duration::from_millis(200))) {
                Ok(polled) => {
                    back_off = BACK_OFF.0;
                    self.take(polled)?;
                }
                Err(error) if error.is_retryable() => {
                    tracing::warn!(stage = self.stage.name(), %error, "reading pauses");
                    self.pause(&mut back_off);
                }
                Err(error) => return Err(error),
            }
        }
        self.finish()
    }

    fn take(&mut self, polled: Polled) -> Result<(), Error> {
        let name = self.stage.name();
        let behind = polled.records.len() >= BATCH;
        if !polled.revoked.is_empty() || !polled.assigned.is_empty() {
            metrics::rebalanced(name);
        }
        for partition in &polled.revoked {
            tracing::info!(stage = name, partition, "partition given back");
            self.states.remove(partition);
            self.pending.forget(*partition);
        }
        let changed = self.define()?;
        for Assigned { partition, entries } in polled.assigned {
            tracing::info!(
                stage = name,
                partition,
                entries = entries.len(),
                "partition taken over"
            );
            let mut state = self.stage.restore(partition, entries);
            self.stage.redefined(&mut state, Timestamp::now(), &mut self.out);
            self.pending.take(partition, &mut self.out);
            self.states.insert(partition, state);
            steps::reached("restored");
        }
        if self.session.is_settled() {
            self.standing.tell(match self.states.len() {
                0 => Standing::Standby,
                held => Standing::Holding(held),
            });
        }
        if changed {
            let now = Timestamp::now();
            for (partition, state) in &mut self.states {
                self.stage.redefined(state, now, &mut self.out);
                self.pending.take(*partition, &mut self.out);
            }
        }
        for record in &polled.records {
            self.apply(record);
            steps::reached("applied");
        }
        if let Some(record) = polled.records.last() {
            metrics::event_time_lag(name, Timestamp::now().duration_since(record.timestamp));
        }
        if self.last_tick.elapsed() >= TICK {
            self.tick();
        }
        self.commit_when_due(behind)
    }

    /// Hands new definitions to the stage. True when there were any.
    fn define(&mut self) -> Result<bool, Error> {
        let mut changed = false;
        for reader in &mut self.definitions {
            for item in std::iter::from_fn(|| reader.try_next()).take(DEFINITIONS) {
                match item {
                    Ok(ReadItem::Record(record)) => {
                        changed = true;
                        if let Err(refusal) = self.stage.define(&record) {
                            metrics::refused(self.stage.name());
                            self.pending
                                .output(NO_PARTITION, reject(self.stage.name(), &record, refusal));
                        }
                    }
                    Ok(ReadItem::CaughtUp) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(changed)
    }

    fn apply(&mut self, record: &Received) {
        let Some(state) = self.states.get_mut(&record.partition) else {
            return;
        };
        let now = Timestamp::now();
        let traced = Applied::begin(record, now);
        if let Err(refusal) = self.stage.apply(state, record, now, &mut self.out) {
            // A refused record has no other effect than its reject.
            self.out = Out::default();
            metrics::refused(self.stage.name());
            self.out.records.push(reject(self.stage.name(), record, refusal));
        }
        if let Some(traced) = traced {
            traced.mark(&mut self.out.records);
            self.pending.traced(traced);
        }
        self.pending.take(record.partition, &mut self.out);
        self.pending.passed(record);
    }

    fn tick(&mut self) {
        self.last_tick = Instant::now();
        let now = Timestamp::now();
        for (partition, state) in &mut self.states {
            self.stage.tick(state, now, &mut self.out);
            self.pending.take(*partition, &mut self.out);
        }
        self.tell_lag();
    }

    /// Tells how far behind our partitions are. Of those that went to others, they tell: what was last said here would
    /// stand for ever.
    fn tell_lag(&mut self) {
        let name = self.stage.name();
        for lag in self.session.lag() {
            if self.states.contains_key(&lag.partition) {
                metrics::lag(name, lag);
                self.lagging.insert((lag.topic, lag.partition));
            }
        }
        self.lagging.retain(|(topic, partition)| {
            let ours = self.states.contains_key(partition);
            if !ours {
                let (topic, partition) = (*topic, *partition);
                metrics::lag(
                    name,
                    Lag {
                        topic,
                        partition,
                        records: 0,
                    },
                );
            }
            ours
        });
    }

    /// Waits, longer each time, but not past a shutdown.
    fn pause(&self, back_off: &mut Duration) {
        let shutdown = self.shutdown;
        let wait = *back_off;
        tokio::runtime::Handle::current().block_on(async {
            let _ = tokio::time::timeout(wait, shutdown.cancelled()).await;
        });
        *back_off = (*back_off * 2).min(BACK_OFF.1);
    }
}

/// Replays everything that global topics hold and returns their readers, for what is written later, with the rejects
/// of definitions that the stage refused.
pub(crate) async fn replay<S: Stage>(
    stage: &S,
    mut readers: Vec<Reader>,
    shutdown: &CancellationToken,
) -> Result<Option<(Vec<Reader>, Vec<Record>)>, Error> {
    let mut rejects = Vec::new();
    for reader in &mut readers {
        loop {
            let item = tokio::select! {
                item = reader.next_item() => item,
                () = shutdown.cancelled() => return Ok(None),
            };
            match item.ok_or(Error::Closed)?? {
                ReadItem::CaughtUp => break,
                ReadItem::Record(record) => {
                    if let Err(refusal) = stage.define(&record) {
                        metrics::refused(stage.name());
                        rejects.push(reject(stage.name(), &record, refusal));
                    }
                }
            }
        }
    }
    Ok(Some((readers, rejects)))
}
