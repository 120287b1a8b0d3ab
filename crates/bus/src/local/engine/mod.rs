//! The store with its topics, its queue and its one writer thread.

mod writer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

pub(in crate::local) use self::writer::{Answer, Transaction};
use self::writer::{Queue, Work};
use super::mark::Mark;
use super::store::{Failure, Store, explain};
use super::table::{Kept, Table};
use crate::budget::Budget;
use crate::{Error, PublishError, Receipt, Record, metrics};

/// Longest key, and most bytes of a record: what the store below can hold, with room for what is put before a key.
const MAX_KEY: usize = 32 << 10;
const MAX_RECORD: u64 = 16 << 20;

/// Refuses what the store cannot hold.
pub(in crate::local) fn fits(record: &Record) -> Result<(), PublishError> {
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
pub(in crate::local) struct Settings {
    pub(in crate::local) path: PathBuf,
    pub(in crate::local) cache_bytes: u64,
    /// Time between two passes of the retention; `None` for a store whose owner removes records itself.
    pub(in crate::local) retention_every: Option<Duration>,
}

/// The store, its topics, its writer.
pub(in crate::local) struct Engine {
    settings: Settings,
    budget: Arc<Budget>,
    /// `Err` while the store is closed because of a failure.
    store: RwLock<Result<Store, Failure>>,
    tables: RwLock<BTreeMap<String, Arc<Table>>>,
    mark: Mutex<Mark>,
    queue: Mutex<Queue>,
    wake: Condvar,
    /// Counts groups that were made readable.
    grown: watch::Sender<u64>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Engine {
    /// Opens the store and starts its writer.
    pub(in crate::local) fn open(settings: Settings, budget: Arc<Budget>) -> Result<Arc<Self>, Error> {
        let store = Store::open(&settings.path, settings.cache_bytes)?;
        metrics::store_opened();
        let mark = Mark::open(&store, &settings.path)?;
        let tables = load(&store).map_err(|error| explain(error, "read the topics", &settings.path))?;
        let engine = Arc::new(Self {
            settings,
            budget,
            store: RwLock::new(Ok(store)),
            tables: RwLock::new(tables),
            mark: Mutex::new(mark),
            queue: Mutex::default(),
            wake: Condvar::new(),
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

    pub(in crate::local) fn path(&self) -> &Path {
        &self.settings.path
    }

    /// The topic of that name.
    pub(in crate::local) fn table(&self, name: &str) -> Option<Arc<Table>> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        tables.get(name).cloned()
    }

    /// Makes the topic, or changes how long its records stay. The partition count of a topic never changes.
    pub(in crate::local) fn ensure(
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
    pub(in crate::local) fn grown(&self) -> watch::Receiver<u64> {
        self.grown.subscribe()
    }

    /// Runs `read` on the open store.
    pub(in crate::local) fn with_store<T>(
        &self,
        doing: &'static str,
        read: impl FnOnce(&Store) -> fjall::Result<T>,
    ) -> Result<T, Error> {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        match &*store {
            Ok(store) => read(store).map_err(|error| explain(error, doing, &self.settings.path)),
            Err(failure) => Err(failure.explain(&self.settings.path)),
        }
    }

    /// Runs `write` on the open store. It may fail before the writer has noticed that writing does not work any more, and
    /// is told alike then.
    pub(in crate::local) fn change_store<T>(
        &self,
        write: impl FnOnce(&Store) -> fjall::Result<T>,
    ) -> Result<T, Error> {
        let path = &self.settings.path;
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        match &*store {
            Ok(store) => write(store).map_err(|error| Failure::of(&error, path).explain(path)),
            Err(failure) => Err(failure.explain(path)),
        }
    }

    /// Why only a restart can help, when that is so.
    pub(in crate::local) fn broken(&self) -> Option<Error> {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        match &*store {
            Err(failure @ Failure::Broken(_)) => Some(failure.explain(&self.settings.path)),
            _ => None,
        }
    }

    /// Queues a record; the receipt is settled by the writer.
    pub(in crate::local) fn append(
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
    pub(in crate::local) fn refuse(&self, receipt: Receipt, weight: u64, refusal: PublishError) {
        receipt.settle(Err(refusal));
        self.budget.give(weight, 1);
    }

    /// Queues the transaction; the answer comes when it is durable or has failed.
    pub(in crate::local) fn begin(&self, transaction: Transaction) -> Result<Answer, PublishError> {
        let commit = transaction.work.as_commit();
        for record in commit.outputs.values().flatten() {
            fits(record)?;
        }
        if let Some((_, key)) = commit.state.keys().find(|(_, key)| key.len() > MAX_KEY) {
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
        Ok(answer)
    }

    /// Writes what waits, ends the writer, closes the files.
    pub(in crate::local) fn close(&self) {
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
