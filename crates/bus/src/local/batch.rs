//! Builds one atomic write out of what many callers want written.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use fjall::{OwnedWriteBatch as WriteBatch, PersistMode};

use super::codec::{add_to_run, encode, newest_key, pair, place, state_key};
use super::store::Store;
use super::table::{Table, Tail};
use crate::record::millis;
use crate::{Record, steps};

/// Bytes of records between two index entries of a partition: the grain of time seeks and of retention.
const INDEX_EVERY: u64 = 32 << 10;
/// Bytes from which on a run of records is closed and another one begins.
const RUN_BYTES: usize = 32 << 10;

/// The newest record of a key.
enum Newest {
    /// The one before goes at once; one of the same batch is never written.
    Alone([u8; 14], Vec<u8>),
    /// It is written already, and the one before stays for a while.
    Beside([u8; 14]),
}

/// The end of a partition as it will be.
struct End {
    table: Arc<Table>,
    tail: Tail,
    /// Place of the first record of `run`.
    begin: [u8; 14],
    /// Records that are not in the write yet.
    run: Vec<u8>,
}

/// An atomic write that grows.
pub(super) struct Batch<'a> {
    store: &'a Store,
    write: WriteBatch,
    scratch: &'a mut Vec<u8>,
    ends: HashMap<(u16, u32), End>,
    /// Newest record of each key of compacted topics.
    newest: HashMap<(u16, Bytes), Newest>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(store: &'a Store, scratch: &'a mut Vec<u8>, size: usize) -> Self {
        Self {
            store,
            write: WriteBatch::with_capacity(store.db.clone(), size).durability(Some(PersistMode::SyncData)),
            scratch,
            ends: HashMap::new(),
            newest: HashMap::new(),
        }
    }

    /// Adds a record at the end of its partition.
    pub(super) fn append(&mut self, table: &Arc<Table>, partition: u32, record: &Record) {
        let end = self.ends.entry((table.id, partition)).or_insert_with(|| End {
            table: table.clone(),
            tail: table.partitions[partition as usize].tail(),
            begin: [0; 14],
            run: Vec::new(),
        });
        let tail = &mut end.tail;
        let place = place(table.id, partition, tail.end);
        if end.run.is_empty() {
            end.begin = place;
            if tail.end == 0 || tail.bytes - tail.indexed >= INDEX_EVERY {
                tail.indexed = tail.bytes;
                let entry = pair(tail.newest_ms.cast_unsigned(), tail.bytes);
                self.write.insert(&self.store.index, place, entry);
            }
        }
        tail.end += 1;
        tail.newest_ms = tail.newest_ms.max(millis(record.timestamp));
        if table.compact {
            self.scratch.clear();
            encode(record, self.scratch);
            tail.bytes += self.scratch.len() as u64;
            self.compact(table, place, record);
            return;
        }
        let before = end.run.len();
        add_to_run(record, &mut end.run);
        tail.bytes += (end.run.len() - before) as u64;
        if end.run.len() >= RUN_BYTES {
            self.write.insert(&self.store.log, end.begin, end.run.as_slice());
            end.run.clear();
        }
    }

    /// Adds a record of a compacted topic, which stands in `scratch`.
    fn compact(&mut self, table: &Table, place: [u8; 14], record: &Record) {
        let replaced_ms = table.replaced_ms();
        let newest = if replaced_ms == 0 {
            Newest::Alone(place, self.scratch.clone())
        } else {
            let due = millis(record.timestamp).saturating_add(replaced_ms);
            table.due.fetch_min(due, Ordering::Relaxed);
            self.write.insert(&self.store.log, place, self.scratch.as_slice());
            Newest::Beside(place)
        };
        if record.value.is_none() {
            let due = table.deletion_due(millis(record.timestamp));
            table.due.fetch_min(due, Ordering::Relaxed);
        }
        self.newest.insert((table.id, record.key.clone()), newest);
    }

    /// Sets or removes a state entry. Each entry at most once per batch.
    pub(super) fn state(&mut self, stage: &str, partition: u32, key: &[u8], value: Option<&Bytes>) {
        let key = state_key(stage, partition, key);
        match value {
            Some(value) => self.write.insert(&self.store.state, key, &**value),
            None => self.write.remove(&self.store.state, key),
        }
    }

    /// Sets an entry about the store itself. Each key at most once per batch.
    pub(super) fn meta(&mut self, key: Vec<u8>, value: &[u8]) {
        self.write.insert(&self.store.meta, key, value);
    }

    /// Makes all of it durable, or nothing; then shows it to readers.
    pub(super) fn commit(mut self) -> fjall::Result<()> {
        for ((topic, key), newest) in std::mem::take(&mut self.newest) {
            let index = newest_key(topic, &key);
            match newest {
                Newest::Alone(place, value) => {
                    if let Some(old) = self.store.newest.get(&index)? {
                        self.write.remove(&self.store.log, old);
                    }
                    self.write.insert(&self.store.newest, index, place);
                    self.write.insert(&self.store.log, place, value);
                }
                Newest::Beside(place) => self.write.insert(&self.store.newest, index, place),
            }
        }
        for end in self.ends.values().filter(|end| !end.run.is_empty()) {
            self.write.insert(&self.store.log, end.begin, end.run.as_slice());
        }
        steps::reached("local-before-write");
        self.write.commit()?;
        steps::reached("local-written");
        for ((_, partition), end) in self.ends {
            end.table.partitions[partition as usize].advance(end.tail);
        }
        Ok(())
    }
}
