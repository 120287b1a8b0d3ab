//! The writer thread.
//!
//! Everybody who writes hands work to a queue; the writer takes all that waits, makes one atomic synced write of it
//! and then tells everyone. While a sync runs the next group collects: the slower the disk, the larger the groups.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::{Engine, lock};
use crate::local::batch::Batch;
use crate::local::retention;
use crate::local::store::{Failure, Store, explain, probe};
use crate::local::table::Table;
use crate::runner::Pending;
use crate::{PublishError, Receipt, Record, metrics, steps};

/// Bytes of records in one group: bounds what one sync costs.
const GROUP_BYTES: u64 = 8 << 20;
/// Time between two attempts to open a store that ran out of room.
const REOPEN_EVERY: Duration = Duration::from_millis(500);

/// Time after which the writer looks round when nothing is due.
const NOBODY_WAITS: Duration = Duration::from_secs(3600);

/// What a stage wants written together.
pub(in crate::local) struct Transaction {
    pub(in crate::local) stage: &'static str,
    /// The topics of the outputs, in the order of `Topic::ALL`.
    pub(in crate::local) tables: Arc<[Arc<Table>]>,
    /// Entries of the offsets.
    pub(in crate::local) meta: Vec<(Vec<u8>, [u8; 8])>,
    pub(in crate::local) work: Arc<Pending>,
}

pub(super) type Reply = std::sync::mpsc::SyncSender<Result<(), PublishError>>;

/// Where the outcome of a transaction comes.
pub(in crate::local) type Answer = std::sync::mpsc::Receiver<Result<(), PublishError>>;

pub(super) enum Work {
    Append {
        table: Arc<Table>,
        partition: u32,
        record: Record,
        receipt: Receipt,
        weight: u64,
    },
    Transaction(Transaction, Reply),
}

impl Work {
    /// Entries of the store that it sets, about.
    fn entries(&self) -> usize {
        match self {
            Self::Append { .. } => 1,
            Self::Transaction(transaction, _) => transaction.work.entries(),
        }
    }
}

#[derive(Default)]
pub(super) struct Queue {
    pub(super) work: Vec<Work>,
    pub(super) closed: bool,
}

impl Engine {
    pub(super) fn write_until_closed(&self) {
        let mut scratch = Vec::new();
        let mut next_reopen = Instant::now();
        let mut next_retention = self.settings.retention_every.map(|every| Instant::now() + every);
        while let Some(work) = self.next_group(next_retention) {
            if self.is_full() && Instant::now() >= next_reopen {
                self.reopen();
                next_reopen = Instant::now() + REOPEN_EVERY;
            }
            if !work.is_empty() {
                self.write_group(work, &mut scratch);
            }
            if let (Some(at), Some(every)) = (next_retention, self.settings.retention_every)
                && Instant::now() >= at
            {
                let more = self.pass_retention();
                next_retention = Some(Instant::now() + if more { Duration::ZERO } else { every });
            }
        }
    }

    fn is_full(&self) -> bool {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        matches!(&*store, Err(Failure::Full(_)))
    }

    /// Waits for work, or until `deadline`, or until it is time to look after a full disk. `None` when closed and all
    /// is done.
    fn next_group(&self, deadline: Option<Instant>) -> Option<Vec<Work>> {
        let mut queue = lock(&self.queue);
        while queue.work.is_empty() {
            if queue.closed {
                return None;
            }
            let wait = match deadline {
                _ if self.is_full() => REOPEN_EVERY,
                None => NOBODY_WAITS,
                Some(at) => match at.checked_duration_since(Instant::now()) {
                    Some(left) if !left.is_zero() => left,
                    _ => return Some(Vec::new()),
                },
            };
            let (woken, waited) = self
                .wake
                .wait_timeout(queue, wait)
                .unwrap_or_else(PoisonError::into_inner);
            queue = woken;
            if waited.timed_out() {
                break;
            }
        }
        Some(std::mem::take(&mut queue.work))
    }

    fn write_group(&self, work: Vec<Work>, scratch: &mut Vec<u8>) {
        let mut group = Vec::with_capacity(work.len());
        let mut bytes = 0;
        for item in work {
            bytes += match &item {
                Work::Append { weight, .. } => *weight,
                Work::Transaction(transaction, _) => {
                    let outputs = transaction.work.as_commit().outputs;
                    outputs.values().flatten().map(Record::weight).sum()
                }
            };
            // A stage's entries may be set once per batch, so a group has one transaction of each stage; every stage
            // waits for its own before it sends another.
            group.push(item);
            if bytes >= GROUP_BYTES {
                self.write_and_settle(std::mem::take(&mut group), scratch);
                bytes = 0;
            }
        }
        if !group.is_empty() {
            self.write_and_settle(group, scratch);
        }
    }

    fn write_and_settle(&self, group: Vec<Work>, scratch: &mut Vec<u8>) {
        let outcome = self.write(&group, scratch);
        if outcome.is_ok() {
            self.grown.send_modify(|count| *count += 1);
        }
        steps::reached("local-readable");
        let mut weights = 0;
        let mut records = 0;
        for work in group {
            match work {
                Work::Append { receipt, weight, .. } => {
                    weights += weight;
                    records += 1;
                    receipt.settle(outcome.clone());
                    steps::reached("local-settled");
                }
                Work::Transaction(_, reply) => {
                    // The stage may have been stopped meanwhile.
                    let _ = reply.send(outcome.clone());
                }
            }
        }
        if records > 0 {
            self.budget.give(weights, records);
        }
    }

    fn write(&self, group: &[Work], scratch: &mut Vec<u8>) -> Result<(), PublishError> {
        let started = Instant::now();
        let failed = {
            let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
            let store = store
                .as_ref()
                .map_err(|failure| PublishError::Unavailable(failure.message()))?;
            let mut batch = Batch::new(store, scratch, group.iter().map(Work::entries).sum::<usize>() + 8);
            for work in group {
                match work {
                    Work::Append {
                        table,
                        partition,
                        record,
                        ..
                    } => batch.append(table, *partition, record),
                    Work::Transaction(transaction, _) => add(&mut batch, transaction),
                }
            }
            let mut mark = lock(&self.mark);
            let (key, value) = mark.next();
            batch.meta(key.to_vec(), &value);
            match batch.commit() {
                Ok(()) => {
                    mark.advance();
                    metrics::group_committed(group.len(), started.elapsed());
                    return Ok(());
                }
                Err(error) => Failure::of(&error, &self.settings.path),
            }
        };
        Err(self.fail(failed))
    }

    /// Closes the store after a failure.
    fn fail(&self, failure: Failure) -> PublishError {
        let message = failure.message();
        tracing::error!(path = %self.settings.path.display(), "the local log takes nothing: {message}");
        metrics::store_failed(matches!(failure, Failure::Full(_)));
        *self.store.write().unwrap_or_else(PoisonError::into_inner) = Err(failure);
        self.grown.send_modify(|count| *count += 1);
        PublishError::Unavailable(message)
    }

    /// Opens the store again when the disk has room.
    fn reopen(&self) {
        if probe(&self.settings.path).is_err() {
            return;
        }
        let opened = Store::open(&self.settings.path, self.settings.cache_bytes).and_then(|store| {
            let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
            for table in tables.values() {
                table
                    .recover(&store)
                    .map_err(|error| explain(error, "read the topics", &self.settings.path))?;
            }
            Ok(store)
        });
        match opened {
            Ok(store) => {
                tracing::info!(path = %self.settings.path.display(), "the disk has room, the local log takes records again");
                *self.store.write().unwrap_or_else(PoisonError::into_inner) = Ok(store);
                self.grown.send_modify(|count| *count += 1);
            }
            Err(error) => tracing::warn!(%error, "the local log cannot be opened again yet"),
        }
    }

    fn pass_retention(&self) -> bool {
        let tables: Vec<Arc<Table>> = {
            let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
            tables.values().cloned().collect()
        };
        let now = jiff::Timestamp::now();
        let mut more = false;
        for table in tables {
            match self.with_store("remove old records", |store| retention::pass(store, &table, now)) {
                Ok(left) => more |= left,
                Err(error) => {
                    tracing::warn!(%error, topic = table.name, "old records stay for now");
                    return false;
                }
            }
        }
        more
    }
}

fn add(batch: &mut Batch<'_>, transaction: &Transaction) {
    let commit = transaction.work.as_commit();
    for record in commit.outputs.values().flatten() {
        let table = &transaction.tables[record.topic as usize];
        let partition = crate::partition::of(&record.key, table.count());
        batch.append(table, partition, record);
    }
    for ((partition, key), value) in commit.state {
        batch.state(transaction.stage, *partition, key, value.as_ref());
    }
    for (key, value) in &transaction.meta {
        batch.meta(key.clone(), value);
    }
}
