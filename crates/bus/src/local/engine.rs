//! The store with its one writer thread.
//!
//! Everybody who writes hands work to a queue; the writer takes all that waits, makes one atomic synced write of it
//! and then tells everyone. While a sync runs the next group collects: the slower the disk, the larger the groups.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::watch;

use super::batch::Batch;
use super::retention;
use super::store::{Failure, Store, explain, probe};
use super::table::{Kept, Table};
use crate::budget::Budget;
use crate::metrics;
use crate::{Error, PublishError, Receipt, Record, steps};

/// Bytes of records in one group: bounds what one sync costs.
const GROUP_BYTES: u64 = 8 << 20;
/// Time between two attempts to open a store that ran out of room.
const REOPEN_EVERY: Duration = Duration::from_millis(500);

/// Longest key, and most bytes of a record: what the store below can hold, with room for what is put before a key.
const MAX_KEY: usize = 32 << 10;
const MAX_RECORD: u64 = 16 << 20;

/// Refuses what the store cannot hold.
pub(super) fn fits(record: &Record) -> Result<(), PublishError> {
    let (key, weight) = (record.key.len(), record.weight());
    if key > MAX_KEY {
        return Err(PublishError::Refused(format!(
            "expected a key of at most {MAX_KEY} bytes, found {key}"
        )));
    }
    if weight > MAX_RECORD {
        return Err(PublishError::Refused(format!(
            "expected a record of at most {MAX_RECORD} bytes, found {weight}"
        )));
    }
    Ok(())
}

/// Settings of a store.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) path: PathBuf,
    pub(super) cache_bytes: u64,
    /// Time between two passes of the retention; `None` for a store whose owner removes records itself.
    pub(super) retention_every: Option<Duration>,
}

/// What a stage wants written together.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    pub(super) outputs: Vec<(Arc<Table>, Record)>,
    pub(super) stage: &'static str,
    pub(super) state: Vec<(u32, Bytes, Option<Bytes>)>,
    pub(super) meta: Vec<(Vec<u8>, [u8; 8])>,
}

type Reply = std::sync::mpsc::SyncSender<Result<(), PublishError>>;

enum Work {
    Append {
        table: Arc<Table>,
        partition: u32,
        record: Record,
        receipt: Receipt,
        weight: u64,
    },
    Transaction(Transaction, Reply),
}

#[derive(Default)]
struct Queue {
    work: Vec<Work>,
    closed: bool,
}

/// The store, its topics, its writer.
pub(super) struct Engine {
    settings: Settings,
    budget: Arc<Budget>,
    /// `Err` while the store is closed because of a failure.
    store: RwLock<Result<Store, Failure>>,
    tables: RwLock<BTreeMap<String, Arc<Table>>>,
    queue: Mutex<Queue>,
    wake: Condvar,
    broken: AtomicBool,
    /// Counts groups that were made readable.
    grown: watch::Sender<u64>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Engine {
    /// Opens the store and starts its writer.
    pub(super) fn open(settings: Settings, budget: Arc<Budget>) -> Result<Arc<Self>, Error> {
        let store = Store::open(&settings.path, settings.cache_bytes)?;
        let tables = load(&store).map_err(|error| explain(error, "read the topics", &settings.path))?;
        let engine = Arc::new(Self {
            settings,
            budget,
            store: RwLock::new(Ok(store)),
            tables: RwLock::new(tables),
            queue: Mutex::default(),
            wake: Condvar::new(),
            broken: AtomicBool::new(false),
            grown: watch::Sender::new(0),
            writer: Mutex::new(None),
        });
        let writer = engine.clone();
        let thread = std::thread::Builder::new()
            .name("bus-writer".to_owned())
            .spawn(move || writer.write_until_closed())
            .map_err(|source| Error::Io {
                doing: "start the writer",
                path: engine.settings.path.clone(),
                source,
            })?;
        *lock(&engine.writer) = Some(thread);
        Ok(engine)
    }

    pub(super) fn path(&self) -> &Path {
        &self.settings.path
    }

    /// The topic of that name.
    pub(super) fn table(&self, name: &str) -> Option<Arc<Table>> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        tables.get(name).cloned()
    }

    /// Makes the topic, or changes how long its records stay. The partition count of a topic never changes.
    pub(super) fn ensure(
        &self,
        name: &str,
        compact: bool,
        partitions: u32,
        kept: Kept,
    ) -> Result<Arc<Table>, Error> {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        let table = match tables.get(name) {
            Some(table) if table.kept() == kept => return Ok(table.clone()),
            Some(table) => {
                *lock(&table.kept) = kept;
                table.clone()
            }
            None => {
                let id = tables.values().map(|table| table.id + 1).max().unwrap_or(0);
                Arc::new(Table::new(id, name, compact, partitions.clamp(1, 4096), kept))
            }
        };
        self.with_store("write a topic", |store| {
            store.meta.insert(Table::meta_key(name), table.describe())?;
            store.db.persist(fjall::PersistMode::SyncData)
        })?;
        tables.insert(name.to_owned(), table.clone());
        Ok(table)
    }

    /// Told whenever something became readable.
    pub(super) fn grown(&self) -> watch::Receiver<u64> {
        self.grown.subscribe()
    }

    /// Runs `read` on the open store.
    pub(super) fn with_store<T>(
        &self,
        doing: &'static str,
        read: impl FnOnce(&Store) -> fjall::Result<T>,
    ) -> Result<T, Error> {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        match &*store {
            Ok(store) => read(store).map_err(|error| explain(error, doing, &self.settings.path)),
            Err(Failure::Closed) => Err(Error::Closed),
            Err(failure @ Failure::Full(_)) => Err(Error::Unavailable(failure.message())),
            Err(failure @ Failure::Broken(_)) => Err(Error::Damaged {
                path: self.settings.path.clone(),
                detail: failure.message(),
            }),
        }
    }

    /// Queues a record; the receipt is settled by the writer.
    pub(super) fn append(
        &self,
        table: Arc<Table>,
        partition: u32,
        record: Record,
        receipt: Receipt,
        weight: u64,
    ) {
        let refused = {
            let mut queue = lock(&self.queue);
            if queue.closed {
                Some(receipt)
            } else {
                queue.work.push(Work::Append {
                    table,
                    partition,
                    record,
                    receipt,
                    weight,
                });
                if queue.work.len() == 1 {
                    self.wake.notify_one();
                }
                None
            }
        };
        if let Some(receipt) = refused {
            let closed = PublishError::Unavailable("the log is closed".to_owned());
            self.refuse(receipt, weight, closed);
        }
    }

    /// Settles a record that is not written.
    pub(super) fn refuse(&self, receipt: Receipt, weight: u64, refusal: PublishError) {
        self.budget.give(weight, 1);
        receipt.settle(Err(refusal));
    }

    /// Writes the transaction and waits until it is durable.
    pub(super) fn commit(&self, transaction: Transaction) -> Result<(), PublishError> {
        for (_, record) in &transaction.outputs {
            fits(record)?;
        }
        if let Some((_, key, _)) = transaction.state.iter().find(|(_, key, _)| key.len() > MAX_KEY) {
            return Err(PublishError::Refused(format!(
                "expected a state key of at most {MAX_KEY} bytes, found {}",
                key.len()
            )));
        }
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        {
            let mut queue = lock(&self.queue);
            if queue.closed {
                return Err(PublishError::Unavailable("the log is closed".to_owned()));
            }
            queue.work.push(Work::Transaction(transaction, reply));
        }
        self.wake.notify_one();
        answer
            .recv()
            .unwrap_or_else(|_| Err(PublishError::Unavailable("the log is closed".to_owned())))
    }

    /// Writes what waits, ends the writer, closes the files.
    pub(super) fn close(&self) {
        lock(&self.queue).closed = true;
        self.wake.notify_one();
        let writer = lock(&self.writer).take();
        if let Some(writer) = writer
            && writer.thread().id() != std::thread::current().id()
            && writer.join().is_err()
        {
            tracing::error!("the writer of the local log panicked");
        }
        *self.store.write().unwrap_or_else(PoisonError::into_inner) = Err(Failure::Closed);
        self.grown.send_modify(|count| *count += 1);
    }

    fn write_until_closed(&self) {
        let mut scratch = Vec::new();
        let mut next_retention = self.settings.retention_every.map(|every| Instant::now() + every);
        while let Some(work) = self.next_group(next_retention) {
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

    /// Waits for work, or until `deadline`. `None` when closed and all is done.
    fn next_group(&self, deadline: Option<Instant>) -> Option<Vec<Work>> {
        let mut queue = lock(&self.queue);
        while queue.work.is_empty() {
            if queue.closed {
                return None;
            }
            let full = matches!(
                &*self.store.read().unwrap_or_else(PoisonError::into_inner),
                Err(Failure::Full(_))
            );
            let wait = match deadline {
                _ if full => REOPEN_EVERY,
                None => Duration::MAX,
                Some(at) => match at.checked_duration_since(Instant::now()) {
                    Some(left) if !left.is_zero() => left,
                    _ => return Some(Vec::new()),
                },
            };
            if wait == Duration::MAX {
                queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
            } else {
                queue = self
                    .wake
                    .wait_timeout(queue, wait)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
            if full {
                drop(queue);
                self.reopen();
                queue = lock(&self.queue);
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
                Work::Transaction(transaction, _) => transaction
                    .outputs
                    .iter()
                    .map(|(_, record)| record.weight())
                    .sum(),
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
            let mut batch = Batch::new(store, scratch, group.len() + 8);
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
            match batch.commit() {
                Ok(()) => {
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
        self.broken
            .store(matches!(failure, Failure::Broken(_)), Ordering::Release);
        *self.store.write().unwrap_or_else(PoisonError::into_inner) = Err(failure);
        self.grown.send_modify(|count| *count += 1);
        PublishError::Unavailable(message)
    }

    /// True when only a restart can help.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
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
    for (table, record) in &transaction.outputs {
        let partition = crate::partition::of(&record.key, table.count());
        batch.append(table, partition, record);
    }
    for (partition, key, value) in &transaction.state {
        batch.state(transaction.stage, *partition, key, value.as_ref());
    }
    for (key, value) in &transaction.meta {
        batch.meta(key.clone(), value);
    }
}

fn load(store: &Store) -> fjall::Result<BTreeMap<String, Arc<Table>>> {
    let mut tables = BTreeMap::new();
    for entry in store.meta.prefix(Table::meta_key("")) {
        let (key, value) = entry.into_inner()?;
        let name = String::from_utf8_lossy(&key[Table::meta_key("").len()..]).into_owned();
        if let Some(table) = Table::from_description(&name, &value) {
            table.recover(store)?;
            tables.insert(name, Arc::new(table));
        }
    }
    Ok(tables)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
