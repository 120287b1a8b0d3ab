//! Runs a [`Stage`]: the same loop on every backend.
//!
//! One thread per runner. It reads a batch, hands its records to the stage, commits what the stage wrote together
//! with the offsets, and only then reads on. Work that was not committed is undone by forgetting the state and
//! restoring it: the stage's memory is never ahead of the log for longer than one batch.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use bytes::Bytes;
use events::{Message as _, Topic, headers};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::metrics;
use crate::reader::{ReadItem, Reader};
use crate::{Error, Out, Received, Record, Refusal, Stage, steps};

/// Records in one batch.
const BATCH: usize = 4096;
/// Time between two calls of [`Stage::tick`].
const TICK: Duration = Duration::from_secs(1);
/// First and longest wait before a failed call is tried again.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));
/// Bytes of a refused record that are kept.
const REJECT_BYTES: usize = 64 << 10;

/// Who wants to consume what.
#[derive(Debug, Clone)]
pub(crate) struct Joining {
    pub(crate) stage: &'static str,
    pub(crate) inputs: Vec<Topic>,
    /// Ends waits.
    pub(crate) shutdown: CancellationToken,
}

/// A partition that came to this runner, with its saved state.
#[derive(Debug)]
pub(crate) struct Assigned {
    pub(crate) partition: u32,
    pub(crate) entries: Vec<(Bytes, Bytes)>,
}

/// What happened since the last poll, in this order.
#[derive(Debug, Default)]
pub(crate) struct Polled {
    pub(crate) revoked: Vec<u32>,
    pub(crate) assigned: Vec<Assigned>,
    pub(crate) records: Vec<Received>,
}

/// How far a partition is behind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lag {
    pub(crate) topic: Topic,
    pub(crate) partition: u32,
    pub(crate) records: u64,
}

/// What is written together.
#[derive(Debug)]
pub(crate) struct Commit<'a> {
    pub(crate) outputs: &'a BTreeMap<u32, Vec<Record>>,
    pub(crate) state: &'a HashMap<(u32, Bytes), Option<Bytes>>,
    pub(crate) offsets: &'a BTreeMap<(Topic, u32), u64>,
}

/// Why a commit did not happen.
#[derive(Debug)]
pub(crate) enum CommitFailure {
    /// The same commit may succeed later.
    Retry(String),
    /// It will not: somebody else may own the partitions. The session gives its partitions back and takes part anew.
    Lost(String),
    /// Nothing will.
    Fatal(Error),
}

/// A backend's side of a running stage. Called from one thread.
pub(crate) trait Session: Send {
    /// Waits up to `wait` for something and says what happened; at most `max` records.
    fn poll(&mut self, max: usize, wait: Duration) -> Result<Polled, Error>;

    /// Makes everything durable, or nothing.
    fn commit(&mut self, commit: &Commit<'_>) -> Result<(), CommitFailure>;

    /// How far behind the partitions are.
    fn lag(&mut self) -> Vec<Lag>;

    /// Time that results may be collected before they are committed.
    fn commit_interval(&self) -> Duration;
}

/// The one partition count of all inputs.
pub(crate) fn equal_counts(stage: &'static str, counts: &[(Topic, u32)]) -> Result<u32, Error> {
    let first = counts.first().map_or(0, |(_, count)| *count);
    if counts.iter().all(|(_, count)| *count == first) {
        return Ok(first);
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(topic, count)| format!("{} {count}", topic.name()))
        .collect();
    Err(Error::UnequalPartitions {
        stage,
        counts: counts.join(", "),
    })
}

/// Runs the stage until `shutdown`. Blocks; call it on a thread of its own.
pub(crate) fn run<S: Stage>(
    stage: &S,
    session: &mut dyn Session,
    definitions: Vec<Reader>,
    rejects: Vec<Record>,
    shutdown: &CancellationToken,
) -> Result<(), Error> {
    let mut pending = Pending::default();
    for record in rejects {
        pending.output(NO_PARTITION, record);
    }
    let runner = Runner {
        stage,
        session,
        definitions,
        shutdown,
        states: HashMap::new(),
        pending,
        out: Out::default(),
        last_commit: Instant::now(),
        last_tick: Instant::now(),
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

/// Results that are not committed yet, by the partition that they come from: when that is taken away, so are they.
#[derive(Default)]
struct Pending {
    outputs: BTreeMap<u32, Vec<Record>>,
    state: HashMap<(u32, Bytes), Option<Bytes>>,
    offsets: BTreeMap<(Topic, u32), u64>,
}

/// Stands for the partition of what does not come from one: the rejects of definitions.
const NO_PARTITION: u32 = u32::MAX;

impl Pending {
    fn is_empty(&self) -> bool {
        self.outputs.is_empty() && self.state.is_empty() && self.offsets.is_empty()
    }

    fn output(&mut self, partition: u32, record: Record) {
        self.outputs.entry(partition).or_default().push(record);
    }

    /// Takes what the stage wrote for a partition; the last value of a state entry counts.
    fn take(&mut self, partition: u32, out: &mut Out) {
        if !out.records.is_empty() {
            self.outputs
                .entry(partition)
                .or_default()
                .append(&mut out.records);
        }
        for (key, value) in out.state.drain(..) {
            self.state.insert((partition, key), value);
        }
    }

    fn forget(&mut self, partition: u32) {
        self.outputs.remove(&partition);
        self.state.retain(|(of, _), _| *of != partition);
        self.offsets.retain(|(_, of), _| *of != partition);
    }

    fn clear(&mut self) {
        self.outputs.clear();
        self.state.clear();
        self.offsets.clear();
    }
}

struct Runner<'a, S: Stage> {
    stage: &'a S,
    session: &'a mut dyn Session,
    definitions: Vec<Reader>,
    shutdown: &'a CancellationToken,
    states: HashMap<u32, S::State>,
    pending: Pending,
    out: Out,
    last_commit: Instant,
    last_tick: Instant,
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
        if self.pending.is_empty() {
            return Ok(());
        }
        // One attempt: what cannot be committed now is done again by the next runner.
        match self.try_commit() {
            Ok(()) | Err(CommitFailure::Retry(_) | CommitFailure::Lost(_)) => Ok(()),
            Err(CommitFailure::Fatal(error)) => Err(error),
        }
    }

    fn take(&mut self, polled: Polled) -> Result<(), Error> {
        let name = self.stage.name();
        if !polled.revoked.is_empty() || !polled.assigned.is_empty() {
            metrics::rebalanced(name);
        }
        for partition in &polled.revoked {
            tracing::info!(stage = name, partition, "partition given back");
            self.states.remove(partition);
            self.pending.forget(*partition);
        }
        let changed = self.define();
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
        if !self.pending.is_empty() && self.last_commit.elapsed() >= self.session.commit_interval() {
            self.commit()?;
        }
        Ok(())
    }

    /// Hands new definitions to the stage. True when there were any.
    fn define(&mut self) -> bool {
        let mut changed = false;
        for reader in &mut self.definitions {
            while let Some(item) = reader.try_next() {
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
                    Err(error) => {
                        tracing::error!(stage = self.stage.name(), %error, "definitions are not followed any more")
                    }
                }
            }
        }
        changed
    }

    fn apply(&mut self, record: &Received) {
        let Some(state) = self.states.get_mut(&record.partition) else {
            return;
        };
        let now = Timestamp::now();
        if let Err(refusal) = self.stage.apply(state, record, now, &mut self.out) {
            // A refused record has no other effect than its reject.
            self.out = Out::default();
            metrics::refused(self.stage.name());
            self.out.records.push(reject(self.stage.name(), record, refusal));
        }
        self.pending.take(record.partition, &mut self.out);
        self.pending
            .offsets
            .insert((record.topic, record.partition), record.offset + 1);
    }

    fn tick(&mut self) {
        self.last_tick = Instant::now();
        let now = Timestamp::now();
        for (partition, state) in &mut self.states {
            self.stage.tick(state, now, &mut self.out);
            self.pending.take(*partition, &mut self.out);
        }
        for lag in self.session.lag() {
            metrics::lag(self.stage.name(), lag);
        }
    }

    fn try_commit(&mut self) -> Result<(), CommitFailure> {
        self.session.commit(&Commit {
            outputs: &self.pending.outputs,
            state: &self.pending.state,
            offsets: &self.pending.offsets,
        })
    }

    /// Commits what is pending, trying again until it succeeds, is lost, or the runner is told to stop.
    fn commit(&mut self) -> Result<(), Error> {
        let mut back_off = BACK_OFF.0;
        loop {
            let started = Instant::now();
            match self.try_commit() {
                Ok(()) => {
                    metrics::committed(self.stage.name(), started.elapsed());
                    break;
                }
                Err(CommitFailure::Retry(reason)) => {
                    metrics::commit_failed(self.stage.name());
                    tracing::warn!(stage = self.stage.name(), reason, "the commit is tried again");
                    if self.shutdown.is_cancelled() {
                        break;
                    }
                    self.pause(&mut back_off);
                }
                Err(CommitFailure::Lost(reason)) => {
                    metrics::commit_failed(self.stage.name());
                    tracing::warn!(
                        stage = self.stage.name(),
                        reason,
                        "the work is left to whoever has the partitions now"
                    );
                    self.states.clear();
                    break;
                }
                Err(CommitFailure::Fatal(error)) => return Err(error),
            }
        }
        self.pending.clear();
        self.last_commit = Instant::now();
        Ok(())
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

/// The record that tells of a refusal. Its id comes from where the refused record stood, so a repetition has it too.
fn reject(stage: &'static str, record: &Received, refusal: Refusal) -> Record {
    let event_id = events::id::deterministic(&[
        stage.as_bytes(),
        record.topic.name().as_bytes(),
        &record.partition.to_be_bytes(),
        &record.offset.to_be_bytes(),
    ])
    .to_string();
    let content = record.value.clone().unwrap_or_default();
    let reject = events::reject::v1::Reject {
        event_id: event_id.clone(),
        device: String::from_utf8_lossy(&record.key).into_owned(),
        received_at: Some(events::Timestamp {
            seconds: record.timestamp.as_second(),
            nanos: record.timestamp.subsec_nanosecond(),
        }),
        stage: stage.to_owned(),
        reason: refusal.reason.to_owned(),
        detail: refusal.detail,
        content: content.slice(..content.len().min(REJECT_BYTES)),
        ..Default::default()
    };
    Record {
        topic: Topic::Rejects,
        key: record.key.clone(),
        value: Some(reject.encode_to_vec().into()),
        headers: vec![
            (headers::EVENT_ID, event_id.into()),
            (
                headers::SCHEMA,
                Bytes::from_static(Topic::Rejects.schema().as_bytes()),
            ),
        ],
        timestamp: Timestamp::now(),
    }
}
