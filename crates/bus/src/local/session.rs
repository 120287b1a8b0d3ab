//! A stage's side of the local log.

use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc::TryRecvError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Buf, Bytes};
use events::Topic;
use tokio::runtime::Handle;
use tokio::sync::{OwnedMutexGuard, watch};

use super::Log;
use super::codec::state_key;
use super::engine::{Answer, Transaction};
use crate::runner::{Assigned, CommitFailure, Joining, Lag, Pending, Polled, Session};
use crate::{Error, PublishError};

/// A lock per stage name.
#[derive(Default)]
pub(super) struct Running(Mutex<HashMap<&'static str, Arc<tokio::sync::Mutex<()>>>>);

impl Running {
    fn of(&self, stage: &'static str) -> Arc<tokio::sync::Mutex<()>> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.entry(stage).or_default().clone()
    }
}

/// All partitions of the inputs, for as long as it lives.
pub(crate) struct LocalSession {
    log: Arc<Log>,
    stage: &'static str,
    partitions: u32,
    /// Next offset of each input partition.
    positions: BTreeMap<(Topic, u32), u64>,
    assigned: bool,
    grown: watch::Receiver<u64>,
    runtime: Handle,
    /// Input partition whose turn is next, so that none starves.
    turn: usize,
    /// Where the outcome of the commit that was begun will come.
    answer: Option<Answer>,
    _only: OwnedMutexGuard<()>,
}

impl LocalSession {
    /// Waits until no other runner of the stage is left.
    pub(super) async fn join(log: Arc<Log>, joining: Joining) -> Result<Self, Error> {
        let only = log.running.of(joining.stage).lock_owned().await;
        let counts: Vec<(Topic, u32)> = joining
            .inputs
            .iter()
            .map(|topic| (*topic, log.table(*topic).count()))
            .collect();
        let partitions = crate::runner::equal_counts(joining.stage, &counts)?;
        Ok(Self {
            grown: log.engine.grown(),
            stage: joining.stage,
            partitions,
            positions: counts
                .into_iter()
                .flat_map(|(topic, count)| (0..count).map(move |partition| ((topic, partition), 0)))
                .collect(),
            assigned: false,
            runtime: Handle::current(),
            turn: 0,
            answer: None,
            log,
            _only: only,
        })
    }

    fn offset_key(&self, topic: Topic, partition: u32) -> Vec<u8> {
        let mut key = format!("offset/{}/{}/", self.stage, topic.name()).into_bytes();
        key.extend_from_slice(&partition.to_be_bytes());
        key
    }

    fn failure(&self, error: PublishError) -> CommitFailure {
        match error {
            PublishError::Unavailable(text) => match self.log.engine.broken() {
                Some(broken) => CommitFailure::Fatal(broken),
                None => CommitFailure::Retry(text),
            },
            PublishError::Refused(reason) => CommitFailure::Fatal(Error::StageOutput {
                stage: self.stage,
                reason,
            }),
        }
    }

    fn assign(&mut self) -> Result<Vec<Assigned>, Error> {
        let log = self.log.clone();
        log.engine.with_store("read the state", |store| {
            for (topic, partition) in self.positions.keys().copied().collect::<Vec<_>>() {
                let position = match store.meta.get(self.offset_key(topic, partition))? {
                    Some(value) => (&*value).try_get_u64().unwrap_or(0),
                    None => 0,
                };
                self.positions.insert((topic, partition), position);
            }
            (0..self.partitions)
                .map(|partition| {
                    let prefix = state_key(self.stage, partition, b"");
                    let entries = store
                        .state
                        .prefix(&prefix)
                        .map(|entry| {
                            let (key, value) = entry.into_inner()?;
                            Ok((
                                Bytes::copy_from_slice(&key[prefix.len()..]),
                                Bytes::copy_from_slice(&value),
                            ))
                        })
                        .collect::<fjall::Result<_>>()?;
                    Ok(Assigned { partition, entries })
                })
                .collect()
        })
    }
}

impl Session for LocalSession {
    fn poll(&mut self, max: usize, wait: Duration) -> Result<Polled, Error> {
        let mut polled = Polled::default();
        if !self.assigned {
            polled.assigned = self.assign()?;
            self.assigned = true;
            return Ok(polled);
        }
        self.grown.mark_unchanged();
        let inputs: Vec<(Topic, u32)> = self.positions.keys().copied().collect();
        for step in 0..inputs.len() {
            let (topic, partition) = inputs[(self.turn + step) % inputs.len()];
            let from = self.positions[&(topic, partition)];
            let left = max - polled.records.len();
            let table = self.log.table(topic).clone();
            let (records, next) = self.log.engine.fetch(&table, topic, partition, from, left)?;
            self.positions.insert((topic, partition), next);
            polled.records.extend(records);
            if polled.records.len() >= max {
                self.turn = (self.turn + step + 1) % inputs.len();
                break;
            }
        }
        if polled.records.is_empty() && !wait.is_zero() {
            let grown = &mut self.grown;
            // Either something was written or the time is over; the next call finds out.
            let _ = self
                .runtime
                .block_on(async { tokio::time::timeout(wait, grown.changed()).await });
        }
        Ok(polled)
    }

    fn is_settled(&self) -> bool {
        self.assigned
    }

    fn begin(&mut self, work: &Arc<Pending>) -> Result<(), CommitFailure> {
        let transaction = Transaction {
            stage: self.stage,
            tables: self.log.tables.clone(),
            meta: work
                .as_commit()
                .offsets
                .iter()
                .map(|((topic, partition), next)| (self.offset_key(*topic, *partition), next.to_be_bytes()))
                .collect(),
            work: work.clone(),
        };
        let answer = self.log.engine.begin(transaction);
        self.answer = Some(answer.map_err(|error| self.failure(error))?);
        Ok(())
    }

    fn outcome(&mut self, wait: bool) -> Option<Result<(), CommitFailure>> {
        let answer = self.answer.take()?;
        let outcome = if wait {
            answer.recv().map_err(|_| TryRecvError::Disconnected)
        } else {
            answer.try_recv()
        };
        match outcome {
            Ok(outcome) => Some(outcome.map_err(|error| self.failure(error))),
            Err(TryRecvError::Empty) => {
                self.answer = Some(answer);
                None
            }
            Err(TryRecvError::Disconnected) => {
                let closed = PublishError::Unavailable("the log is closed".to_owned());
                Some(Err(self.failure(closed)))
            }
        }
    }

    fn lag(&mut self) -> Vec<Lag> {
        self.positions
            .iter()
            .map(|((topic, partition), next)| Lag {
                topic: *topic,
                partition: *partition,
                records: self.log.table(*topic).partitions[*partition as usize]
                    .end()
                    .saturating_sub(*next),
            })
            .collect()
    }

    fn commit_interval(&self) -> Duration {
        Duration::ZERO
    }
}

impl Drop for LocalSession {
    /// The next runner reads the offsets: what this one has begun is decided before that.
    fn drop(&mut self) {
        // Whatever it is, the next runner finds it in the store.
        let _ = self.outcome(true);
    }
}
