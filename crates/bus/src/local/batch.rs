//! Builds one atomic write out of what many callers want written.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use fjall::{OwnedWriteBatch as WriteBatch, PersistMode};

use super::codec::{encode, newest_key, pair, place, state_key};
use super::store::Store;
use super::table::{Table, Tail};
use crate::record::millis;
use crate::{Record, steps};

/// Bytes of records between two index entries of a partition: the grain of time seeks and of retention.
const INDEX_EVERY: u64 = 32 << 10;

/// The newest record of a key.
enum Newest {
    /// The one before goes at once; one of the same batch is never written.
    Alone([u8; 14], Vec<u8>),
    /// It is written already, and the one before stays for a while.
    Beside([u8; 14]),
}

/// An atomic write that grows.
pub(super) struct Batch<'a> {
    store: &'a Store,
    write: WriteBatch,
    scratch: &'a mut Vec<u8>,
    tails: HashMap<(u16, u32), (Arc<Table>, Tail)>,
    /// Newest record of each key of compacted topics.
    newest: HashMap<(u16, Bytes), Newest>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(store: &'a Store, scratch: &'a mut Vec<u8>, size: usize) -> Self {
        Self {
            store,
            write: WriteBatch::with_capacity(store.db.clone(), size).durability(Some(PersistMode::SyncData)),
            scratch,
            tails: HashMap::new(),
            newest: HashMap::new(),
        }
    }

    /// Adds a record at the end of its partition.
    pub(super) fn append(&mut self, table: &Arc<Table>, partition: u32, record: &Record) {
        let (_, tail) = self.tails.entry((table.id, partition)).or_insert_with(|| {
            let tail = table.partitions[partition as usize].tail();
            (table.clone(), tail)
        });
        let place = place(table.id, partition, tail.end);
        if tail.end == 0 || tail.bytes - tail.indexed >= INDEX_EVERY {
            tail.indexed = tail.bytes;
            let entry = pair(tail.newest_ms.cast_unsigned(), tail.bytes);
            self.write.insert(&self.store.index, place, entry);
        }
        encode(record, self.scratch);
        tail.end += 1;
        tail.bytes += self.scratch.len() as u64;
        tail.newest_ms = tail.newest_ms.max(millis(record.timestamp));
        let replaced_ms = table.replaced_ms();
        if table.compact {
            let newest = if replaced_ms == 0 {
                Newest::Alone(place, self.scratch.clone())
            } else {
                let due = millis(record.timestamp).saturating_add(replaced_ms);
                table.due.fetch_min(due, Ordering::Relaxed);
                Newest::Beside(place)
            };
            if record.value.is_none() {
                let due = table.deletion_due(millis(record.timestamp));
                table.due.fetch_min(due, Ordering::Relaxed);
            }
            self.newest.insert((table.id, record.key.clone()), newest);
        }
        if !table.compact || replaced_ms > 0 {
            self.write.insert(&self.store.log, place, self.scratch.as_slice());
        }
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
        steps::reached("local-before-write");
        self.write.commit()?;
        steps::reached("local-written");
        for ((_, partition), (table, tail)) in self.tails {
            table.partitions[partition as usize].advance(tail);
        }
        Ok(())
    }
}
