//! A queue on disk in front of a log that cannot be reached.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use events::Topic;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::engine::{Engine, Settings};
use super::retention;
use super::table::{Kept, Table};
use crate::budget::Budget;
use crate::metrics;
use crate::{Error, Outcome, PublishError, Publisher, Receipt, ReceiptSink, Received, Record};

/// Name of the one topic in a spool's store.
const TABLE: &str = "spool";
/// Header that keeps a record's topic while it is in the spool.
const TOPIC: &str = "spool-topic";
/// Records that are on their way out of the spool at a time.
const BATCH: usize = 2000;
/// Wait before a record that the log did not take is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// Bytes that may wait for a sync.
const IN_FLIGHT_BYTES: u64 = 32 << 20;

/// Records on this machine's disk that wait for the log. First in, first out; survives kill -9 and loss of power.
///
/// What was taken out is removed when the log has it, so a crash can repeat records but not lose them.
#[derive(Clone)]
pub struct Spool {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Arc<Engine>,
    table: Arc<Table>,
    budget: Arc<Budget>,
    max_bytes: u64,
    corrupt: AtomicU64,
    emptied: Notify,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.engine.close();
    }
}

impl Spool {
    /// Opens the spool in the folder `path`, which it makes when missing. It takes records until `max_bytes` of them
    /// wait.
    ///
    /// # Errors
    /// When the folder is in use, cannot be written or is damaged.
    pub fn open(path: &Path, max_bytes: u64) -> Result<Self, Error> {
        let budget = Arc::new(Budget::new(IN_FLIGHT_BYTES));
        let engine = Engine::open(
            Settings {
                path: path.to_owned(),
                cache_bytes: 8 << 20,
                retention_every: None,
            },
            budget.clone(),
        )?;
        let table = match engine.ensure(TABLE, false, 1, Kept::default()) {
            Ok(table) => table,
            Err(error) => {
                engine.close();
                return Err(error);
            }
        };
        metrics::spool_opened();
        Ok(Self {
            inner: Arc::new(Inner {
                engine,
                table,
                budget,
                max_bytes,
                corrupt: AtomicU64::new(0),
                emptied: Notify::new(),
            }),
        })
    }

    /// Takes a record without waiting. The receipt is settled `Ok` when the record is synced to disk, and as
    /// unavailable when the spool or the disk is full.
    pub fn append(&self, mut record: Record, receipt: Receipt) {
        let inner = &*self.inner;
        let weight = record.weight();
        let refusal = if self.bytes() + inner.budget.used() + weight > inner.max_bytes {
            "the spool is full"
        } else if !inner.budget.take(weight) {
            "too many bytes wait for the spool already"
        } else {
            record
                .headers
                .push((TOPIC, Bytes::from_static(record.topic.name().as_bytes())));
            inner
                .engine
                .append(inner.table.clone(), 0, record, receipt, weight);
            return;
        };
        receipt.settle(Err(PublishError::Unavailable(refusal.to_owned())));
    }

    /// False while so much waits for a sync, or so much is spooled, that nothing more should be taken.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.inner.budget.has_room() && self.bytes() + self.inner.budget.used() < self.inner.max_bytes
    }

    /// True when nothing is spooled and nothing is on its way in or out: what is published from now on cannot
    /// overtake anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        // In this order: a record counts as in flight until after it is counted as spooled.
        self.inner.budget.records() == 0 && self.len() == 0
    }

    /// Records on disk.
    #[must_use]
    pub fn len(&self) -> u64 {
        let partition = &self.inner.table.partitions[0];
        partition.end() - partition.start().min(partition.end())
    }

    /// Bytes of records on disk, to some 32 KiB.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let partition = &self.inner.table.partitions[0];
        if partition.start() >= partition.end() {
            return 0;
        }
        partition
            .tail()
            .bytes
            .saturating_sub(partition.bytes_before_start())
    }

    /// Bytes that the spool may hold.
    #[must_use]
    pub fn max_bytes(&self) -> u64 {
        self.inner.max_bytes
    }

    /// Time of the oldest record on disk.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn oldest(&self) -> Result<Option<Timestamp>, Error> {
        let start = self.inner.table.partitions[0].start();
        Ok(self
            .fetch(start, 1)?
            .0
            .first()
            .map(|(_, record)| record.timestamp))
    }

    /// Records that could not be read and were passed over since the spool was opened.
    #[must_use]
    pub fn corrupt(&self) -> u64 {
        self.inner.corrupt.load(Ordering::Relaxed)
    }

    /// Moves records into the log, in order, until `shutdown`; waits for more when the spool is empty.
    ///
    /// A batch is on its way at a time. What the log does not take is tried again, in order, before anything that
    /// came later; what it refuses for good is handed to `refused` and removed.
    ///
    /// # Errors
    /// When the spool cannot be read or shortened.
    pub async fn drain(
        &self,
        publisher: &Publisher,
        shutdown: CancellationToken,
        mut refused: impl FnMut(Record, &PublishError) + Send,
    ) -> Result<(), Error> {
        let mut grown = self.inner.engine.grown();
        loop {
            grown.mark_unchanged();
            let start = self.inner.table.partitions[0].start();
            let spool = self.clone();
            let fetched = tokio::task::spawn_blocking(move || spool.fetch(start, BATCH))
                .await
                .map_err(|_| Error::Closed)?;
            let (records, next) = match fetched {
                Ok(fetched) => fetched,
                Err(error) if error.is_retryable() => (Vec::new(), start),
                Err(error) => return Err(error),
            };
            if next == start {
                self.inner.emptied.notify_waiters();
                tokio::select! {
                    _ = grown.changed() => continue,
                    () = shutdown.cancelled() => return Ok(()),
                }
            }
            let deliver = deliver(records, publisher, &mut refused);
            tokio::select! {
                () = deliver => {}
                () = shutdown.cancelled() => return Ok(()),
            }
            let spool = self.clone();
            tokio::task::spawn_blocking(move || spool.checkpoint(next))
                .await
                .map_err(|_| Error::Closed)??;
        }
    }

    /// Waits until a running [`drain`](Self::drain) found nothing left.
    pub async fn emptied(&self) {
        loop {
            let emptied = self.inner.emptied.notified();
            if self.is_empty() {
                return;
            }
            if self.inner.budget.records() > 0 {
                // Something is on its way in, or was taken out before the writer had told everyone.
                self.inner.budget.empty().await;
            } else {
                emptied.await;
            }
        }
    }

    /// Closes the files after what waits was written.
    pub fn close(&self) {
        self.inner.engine.close();
    }

    /// Up to `max` records from `from` on, with their sequence numbers, and the number to go on from.
    fn fetch(&self, from: u64, max: usize) -> Result<(Vec<(u64, Record)>, u64), Error> {
        let inner = &*self.inner;
        // The engine wants a topic for what it hands out; the record's own one is in a header.
        let fetch = |from, max| inner.engine.fetch(&inner.table, Topic::Positions, 0, from, max);
        let (received, next) = match fetch(from, max) {
            Ok(fetched) => fetched,
            Err(Error::Damaged { .. }) => self.fetch_one_by_one(from..=from + max as u64 - 1)?,
            Err(error) => return Err(error),
        };
        let mut records = Vec::with_capacity(received.len());
        for received in received {
            let sequence = received.offset;
            match restore(received) {
                Some(record) => records.push((sequence, record)),
                None => self.count_corrupt(sequence),
            }
        }
        Ok((records, next))
    }

    /// Passes over what cannot be read.
    fn fetch_one_by_one(&self, sequences: RangeInclusive<u64>) -> Result<(Vec<Received>, u64), Error> {
        let inner = &*self.inner;
        let end = inner.table.partitions[0].end();
        let mut records = Vec::new();
        let mut next = *sequences.start();
        for sequence in sequences {
            if sequence >= end {
                break;
            }
            next = sequence + 1;
            match inner.engine.fetch(&inner.table, Topic::Positions, 0, sequence, 1) {
                Ok((found, _)) => {
                    records.extend(found.into_iter().filter(|record| record.offset == sequence))
                }
                Err(Error::Damaged { .. }) => self.count_corrupt(sequence),
                Err(error) => return Err(error),
            }
        }
        Ok((records, next))
    }

    fn count_corrupt(&self, sequence: u64) {
        self.inner.corrupt.fetch_add(1, Ordering::Relaxed);
        metrics::spool_record_corrupt();
        tracing::error!(sequence, "a spooled record cannot be read and is passed over");
    }

    /// Removes what comes before `upto`.
    fn checkpoint(&self, upto: u64) -> Result<(), Error> {
        let inner = &*self.inner;
        let partition = &inner.table.partitions[0];
        inner
            .engine
            .change_store(|store| retention::remove(store, &inner.table, 0, partition.start(), upto))
    }
}

impl std::fmt::Debug for Spool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spool")
            .field("records", &self.len())
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}

/// The record as it was appended.
fn restore(received: Received) -> Option<Record> {
    let mut topic = None;
    let mut headers = Vec::with_capacity(received.headers.len());
    for (name, value) in received.headers {
        if name == TOPIC {
            topic = Topic::from_name(std::str::from_utf8(&value).ok()?);
        } else {
            headers.push((fixed_name(&name), value));
        }
    }
    Some(Record {
        topic: topic?,
        key: received.key,
        value: received.value,
        headers,
        timestamp: received.timestamp,
    })
}

/// The name as one that lives as long as the program. Names stand in code, so there are few, each kept once.
fn fixed_name(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.into());
    names.insert(kept);
    kept
}

/// Outcomes of a batch that is on its way.
struct Batch {
    open: AtomicU64,
    failed: Mutex<Vec<(u64, PublishError)>>,
    done: Notify,
}

impl ReceiptSink for Batch {
    fn settled(&self, token: u64, outcome: Outcome) {
        if let Err(error) = outcome {
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.push((token, error));
        }
        if self.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.done.notify_one();
        }
    }
}

/// Publishes all records and those that failed again, in order, until none is left.
async fn deliver(
    mut records: Vec<(u64, Record)>,
    publisher: &Publisher,
    refused: &mut (impl FnMut(Record, &PublishError) + Send),
) {
    while !records.is_empty() {
        let batch = Arc::new(Batch {
            open: AtomicU64::new(records.len() as u64),
            failed: Mutex::default(),
            done: Notify::new(),
        });
        for (sequence, record) in &records {
            publisher.ready().await;
            publisher.publish(record.clone(), Receipt::new(batch.clone(), *sequence));
        }
        batch.done.notified().await;
        let mut failed = std::mem::take(&mut *batch.failed.lock().unwrap_or_else(PoisonError::into_inner));
        failed.sort_by_key(|(sequence, _)| *sequence);
        let mut again = Vec::new();
        for (sequence, record) in records {
            match failed.binary_search_by_key(&sequence, |(failed, _)| *failed) {
                Err(_) => {}
                Ok(place) if failed[place].1.is_retryable() => again.push((sequence, record)),
                Ok(place) => refused(record, &failed[place].1),
            }
        }
        records = again;
        if !records.is_empty() {
            tokio::time::sleep(RETRY_AFTER).await;
        }
    }
}
