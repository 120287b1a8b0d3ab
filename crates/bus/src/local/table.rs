//! The topics of a store and how far each partition goes.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::{Buf, Bytes};

use super::codec::{TopicId, offset_of, pair, place, records_of, timestamp_ms, unpair};
use super::store::Store;

/// Milliseconds that the deletion of a key stays visible in a compacted topic, as on Kafka by default.
const DELETION_MS: i64 = 24 * 3_600_000;

/// A topic.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) id: TopicId,
    pub(super) name: String,
    /// Keeps the newest record of each key only, and those that were replaced in the last hours of `kept`.
    pub(super) compact: bool,
    pub(super) kept: Mutex<Kept>,
    /// Of a compacted topic: when the next record may go, Unix milliseconds.
    pub(super) due: AtomicI64,
    pub(super) partitions: Vec<Partition>,
}

/// How long records stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kept {
    pub(super) hours: Option<u64>,
    pub(super) bytes: Option<u64>,
}

/// A partition: the offsets that readers see, and what the writer needs to go on.
#[derive(Debug, Default)]
pub(super) struct Partition {
    start: AtomicU64,
    end: AtomicU64,
    /// Bytes written before the start, by the index.
    before_start: AtomicU64,
    tail: Mutex<Tail>,
}

/// The writer's end of a partition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tail {
    /// Next offset.
    pub(super) end: u64,
    /// Bytes written so far, those removed since included.
    pub(super) bytes: u64,
    /// Bytes when the last index entry was made.
    pub(super) indexed: u64,
    /// Highest time so far.
    pub(super) newest_ms: i64,
}

impl Partition {
    pub(super) fn start(&self) -> u64 {
        self.start.load(Ordering::Acquire)
    }

    pub(super) fn end(&self) -> u64 {
        self.end.load(Ordering::Acquire)
    }

    pub(super) fn bytes_before_start(&self) -> u64 {
        self.before_start.load(Ordering::Acquire)
    }

    pub(super) fn set_start(&self, start: u64, bytes_before: u64) {
        self.before_start.store(bytes_before, Ordering::Release);
        self.start.store(start, Ordering::Release);
    }

    pub(super) fn tail(&self) -> Tail {
        *self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows readers what the writer made durable.
    pub(super) fn advance(&self, tail: Tail) {
        *self.tail.lock().unwrap_or_else(PoisonError::into_inner) = tail;
        self.end.store(tail.end, Ordering::Release);
    }
}

impl Table {
    pub(super) fn new(id: TopicId, name: &str, compact: bool, partitions: u32, kept: Kept) -> Self {
        Self {
            id,
            name: name.to_owned(),
            compact,
            kept: Mutex::new(kept),
            // Nothing is known yet: the first pass finds out.
            due: AtomicI64::new(i64::MIN),
            partitions: (0..partitions).map(|_| Partition::default()).collect(),
        }
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.partitions.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn kept(&self) -> Kept {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds that a compacted topic keeps what was replaced; 0 when it goes at once.
    pub(super) fn replaced_ms(&self) -> i64 {
        match self.kept().hours {
            Some(hours) if self.compact => i64::try_from(hours).unwrap_or(i64::MAX).saturating_mul(3_600_000),
            _ => 0,
        }
    }

    /// When the deletion of a key that was written then may go: after all that it replaced.
    pub(super) fn deletion_due(&self, written: i64) -> i64 {
        written.saturating_add(self.replaced_ms() + DELETION_MS)
    }

    /// Key of the topic's description in the store.
    pub(super) fn meta_key(name: &str) -> Vec<u8> {
        [b"topic/", name.as_bytes()].concat()
    }

    /// The description for the store.
    pub(super) fn describe(&self) -> Vec<u8> {
        let kept = self.kept();
        let mut value = Vec::with_capacity(24);
        value.extend_from_slice(&self.id.to_be_bytes());
        value.push(u8::from(self.compact));
        value.extend_from_slice(&self.count().to_be_bytes());
        value.extend_from_slice(&kept.hours.unwrap_or(0).to_be_bytes());
        value.extend_from_slice(&kept.bytes.unwrap_or(0).to_be_bytes());
        value
    }

    /// Reads [`describe`](Self::describe).
    pub(super) fn from_description(name: &str, mut value: &[u8]) -> Option<Self> {
        let id = value.try_get_u16().ok()?;
        let compact = value.try_get_u8().ok()? != 0;
        let partitions = value.try_get_u32().ok()?;
        let some = |number: u64| (number != 0).then_some(number);
        let kept = Kept {
            hours: some(value.try_get_u64().ok()?),
            bytes: some(value.try_get_u64().ok()?),
        };
        Some(Self::new(id, name, compact, partitions, kept))
    }

    /// Key under which the store remembers the start of a partition and an offset below which none is given again.
    pub(super) fn bounds_key(&self, partition: u32) -> Vec<u8> {
        [
            b"bounds/".as_slice(),
            &self.id.to_be_bytes(),
            &partition.to_be_bytes(),
        ]
        .concat()
    }

    /// Finds out from the store how far each partition goes.
    pub(super) fn recover(&self, store: &Store) -> fjall::Result<()> {
        for (number, partition) in (0..).zip(&self.partitions) {
            let (start, floor) = store
                .meta
                .get(self.bounds_key(number))?
                .and_then(|value| unpair(&value))
                .unwrap_or((0, 0));
            let range = place(self.id, number, 0)..=place(self.id, number, u64::MAX);
            let mut tail = Tail {
                end: floor,
                ..Tail::default()
            };
            let mut from = start;
            if let Some(entry) = store.index.range(range.clone()).next_back() {
                let (key, value) = entry.into_inner()?;
                if let (Some(offset), Some((newest_ms, bytes))) = (offset_of(&key), unpair(&value)) {
                    from = from.max(offset);
                    tail.newest_ms = newest_ms.cast_signed();
                    tail.bytes = bytes;
                    tail.indexed = bytes;
                }
            }
            let begin = store.entry_with(self, number, from)?;
            for entry in store.log.range(begin..=*range.end()) {
                let (key, value) = entry.into_inner()?;
                tail.bytes += value.len() as u64;
                let first = offset_of(&key).unwrap_or(0);
                for (offset, record) in (first..).zip(records_of(Bytes::copy_from_slice(&value))) {
                    let written = record.as_deref().and_then(timestamp_ms);
                    tail.newest_ms = tail.newest_ms.max(written.unwrap_or(0));
                    tail.end = tail.end.max(offset + 1);
                }
            }
            let before = place(self.id, number, 0)..=place(self.id, number, start);
            let bytes_before = match store.index.range(before).next_back() {
                Some(entry) => unpair(&entry.value()?).map_or(0, |(_, bytes)| bytes),
                None => 0,
            };
            partition.set_start(start, bytes_before);
            partition.advance(tail);
        }
        Ok(())
    }

    /// The entry for [`bounds_key`](Self::bounds_key).
    pub(super) fn bounds(start: u64, floor: u64) -> [u8; 16] {
        pair(start, floor)
    }
}
