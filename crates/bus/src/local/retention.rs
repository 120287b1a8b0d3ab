//! Removes what may be forgotten.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::codec::{is_tombstone, newest_key, offset_of, place, timestamp_ms, unpair};
use super::store::Store;
use super::table::Table;
use crate::local::codec;

/// Records removed in one pass, so that writers do not wait long.
const PASS_RECORDS: u64 = 50_000;

/// Removes the oldest records of a topic. True when there is more to remove.
pub(super) fn pass(store: &Store, table: &Table, now: Timestamp) -> fjall::Result<bool> {
    if table.compact {
        pass_compacted(store, table, now)?;
        return Ok(false);
    }
    let kept = table.kept();
    let mut more = false;
    for (number, partition) in (0..).zip(&table.partitions) {
        let tail = partition.tail();
        let start = partition.start();
        let mut keep_from = start;
        if let Some(hours) = kept.hours {
            let age = i64::try_from(hours).unwrap_or(i64::MAX).saturating_mul(3_600_000);
            let cutoff = now.as_millisecond().saturating_sub(age);
            keep_from = keep_from.max(if tail.newest_ms < cutoff {
                tail.end
            } else {
                last_index(store, table, number, |newest_ms, _| newest_ms < cutoff)?.unwrap_or(0)
            });
        }
        if let Some(bytes) = kept.bytes {
            let excess = tail.bytes.saturating_sub(bytes);
            keep_from =
                keep_from.max(last_index(store, table, number, |_, before| before <= excess)?.unwrap_or(0));
        }
        let upto = keep_from.min(start + PASS_RECORDS);
        if upto > start {
            remove(store, table, number, start, upto)?;
            more |= upto < keep_from;
        }
    }
    Ok(more)
}

/// Offset of the last index entry for which `fits` (highest time before it, bytes before it) holds.
fn last_index(
    store: &Store,
    table: &Table,
    partition: u32,
    fits: impl Fn(i64, u64) -> bool,
) -> fjall::Result<Option<u64>> {
    let mut found = None;
    let all = place(table.id, partition, 0)..=place(table.id, partition, u64::MAX);
    for entry in store.index.range(all) {
        let (key, value) = entry.into_inner()?;
        match (offset_of(&key), unpair(&value)) {
            (Some(offset), Some((newest_ms, bytes))) if fits(newest_ms.cast_signed(), bytes) => {
                found = Some(offset)
            }
            _ => break,
        }
    }
    Ok(found)
}

/// Offset from which the records of `time` and later begin, going by the index only.
pub(super) fn seek(store: &Store, table: &Table, partition: u32, time: Timestamp) -> fjall::Result<u64> {
    let wanted = time.as_millisecond();
    Ok(last_index(store, table, partition, |newest_ms, _| newest_ms < wanted)?.unwrap_or(0))
}

/// Removes the records `from..upto` of a partition in one write. It need not be synced: what comes back after a loss
/// of power is removed again.
pub(super) fn remove(store: &Store, table: &Table, number: u32, from: u64, upto: u64) -> fjall::Result<()> {
    let partition = &table.partitions[number as usize];
    let mut write = store.db.batch();
    // What an entry holds ends where the next one begins; one that reaches beyond `upto` stays.
    let end = partition.end();
    let begin = store.entry_with(table, number, from)?;
    let mut held = None;
    for entry in store.log.range(begin..=place(table.id, number, upto)) {
        if let Some(gone) = held.replace(entry.key()?) {
            write.remove(&store.log, gone);
        }
    }
    if let Some(last) = held.filter(|last| upto >= end && offset_of(last) < Some(upto)) {
        write.remove(&store.log, last);
    }
    // The last index entry at or before the new start stays: it tells the bytes written before.
    let mut last = None;
    for entry in store
        .index
        .range(place(table.id, number, 0)..=place(table.id, number, upto))
    {
        let (key, value) = entry.into_inner()?;
        if let Some((older, _)) = last.replace((key, value)) {
            write.remove(&store.index, older);
        }
    }
    let bytes_before = last
        .and_then(|(_, value)| unpair(&value))
        .map_or(0, |(_, bytes)| bytes);
    write.insert(
        &store.meta,
        table.bounds_key(number),
        Table::bounds(upto, partition.tail().end),
    );
    write.commit()?;
    partition.set_start(upto, bytes_before);
    Ok(())
}

/// Removes records of a compacted topic that were replaced, and deletions, once they have stayed long enough.
fn pass_compacted(store: &Store, table: &Table, now: Timestamp) -> fjall::Result<()> {
    let now = now.as_millisecond();
    if table.due.load(Ordering::Relaxed) > now {
        return Ok(());
    }
    table.due.store(i64::MAX, Ordering::Relaxed);
    let is_due = |due: i64| {
        if due > now {
            table.due.fetch_min(due, Ordering::Relaxed);
        }
        due <= now
    };
    let replaced_ms = table.replaced_ms();
    for (number, partition) in (0..).zip(&table.partitions) {
        let mut write = store.db.batch();
        // From the newest to the oldest: by key, when the record that replaces the next one was written.
        let mut replaced_at: HashMap<bytes::Bytes, i64> = HashMap::new();
        let all = place(table.id, number, 0)..place(table.id, number, partition.tail().end);
        for entry in store.log.range(all).rev() {
            let (place, value) = entry.into_inner()?;
            let deletion = is_tombstone(&value);
            if replaced_ms == 0 && !deletion {
                continue;
            }
            let Some(stored) = codec::decode(bytes::Bytes::copy_from_slice(&value)) else {
                continue;
            };
            let written = timestamp_ms(&value).unwrap_or(i64::MAX);
            let newest = newest_key(table.id, &stored.key);
            match replaced_at.insert(stored.key, written) {
                Some(replaced) if is_due(replaced.saturating_add(replaced_ms)) => {
                    write.remove(&store.log, place)
                }
                None if deletion && is_due(table.deletion_due(written)) => {
                    write.remove(&store.log, place);
                    write.remove(&store.newest, newest);
                }
                _ => {}
            }
        }
        if !write.is_empty() {
            write.insert(
                &store.meta,
                table.bounds_key(number),
                Table::bounds(partition.start(), partition.tail().end),
            );
            write.commit()?;
        }
    }
    Ok(())
}
