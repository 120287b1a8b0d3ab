//! Reads records.

use std::sync::Arc;

use bytes::Bytes;
use events::Topic;

use super::codec::{decode, offset_of, place, records_of};
use super::engine::Engine;
use super::table::Table;
use crate::record::from_millis;
use crate::{Error, Received};

/// Bytes of records in one fetch.
const FETCH_BYTES: usize = 4 << 20;

impl Engine {
    /// Up to `max` records of a partition from `from` on, and the offset to go on from: behind the last record, or
    /// behind all that is readable when there is none.
    pub(super) fn fetch(
        &self,
        table: &Arc<Table>,
        topic: Topic,
        partition: u32,
        from: u64,
        max: usize,
    ) -> Result<(Vec<Received>, u64), Error> {
        let bounds = &table.partitions[partition as usize];
        let end = bounds.end();
        let from = from.max(bounds.start());
        if from >= end || max == 0 {
            return Ok((Vec::new(), from));
        }
        let raw = self.with_store("read records", |store| {
            let begin = store.entry_with(table, partition, from)?;
            let range = begin..place(table.id, partition, end);
            let mut raw = Vec::new();
            let mut bytes = 0;
            for entry in store.log.range(range) {
                let (key, value) = entry.into_inner()?;
                bytes += value.len();
                let first = offset_of(&key).unwrap_or(u64::MAX);
                let records = (first..).zip(records_of(Bytes::copy_from_slice(&value)));
                let wanted = records.skip_while(|(offset, _)| *offset < from);
                raw.extend(wanted.take(max - raw.len()));
                if raw.len() >= max || bytes >= FETCH_BYTES {
                    break;
                }
            }
            Ok(raw)
        })?;
        let mut records = Vec::with_capacity(raw.len());
        for (offset, stored) in raw {
            let Some(stored) = stored.and_then(decode) else {
                return Err(Error::Damaged {
                    path: self.path().to_owned(),
                    detail: format!(
                        "{} partition {partition} holds bytes that are no record",
                        table.name
                    ),
                });
            };
            records.push(Received {
                topic,
                partition,
                offset,
                key: stored.key,
                value: stored.value,
                headers: stored.headers,
                timestamp: from_millis(stored.timestamp_ms),
            });
        }
        let next = records.last().map_or(end, |record| record.offset + 1);
        Ok((records, next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::local::engine::Settings;
    use crate::local::retention;
    use crate::local::table::Kept;
    use crate::{Outcome, Receipt, ReceiptSink, Record};

    const RECORDS: u64 = 1_000;

    struct Told(std::sync::mpsc::Sender<Outcome>);

    impl ReceiptSink for Told {
        fn settled(&self, _token: u64, outcome: Outcome) {
            self.0.send(outcome).unwrap();
        }
    }

    fn open(path: &std::path::Path, budget: &Arc<Budget>) -> Arc<Engine> {
        let settings = Settings {
            path: path.to_owned(),
            cache_bytes: 8 << 20,
            retention_every: None,
        };
        Engine::open(settings, budget.clone()).unwrap()
    }

    /// Offsets of what is read from `from` on, at most `max`; each record says its own.
    fn offsets(engine: &Engine, table: &Arc<Table>, from: u64, max: usize) -> Vec<u64> {
        let (records, next) = engine.fetch(table, Topic::Positions, 0, from, max).unwrap();
        let offsets: Vec<u64> = records.iter().map(|record| record.offset).collect();
        for record in &records {
            let value = record.value.as_deref().unwrap();
            assert_eq!(value[..8], record.offset.to_be_bytes());
        }
        assert_eq!(next, offsets.last().map_or(from.max(RECORDS), |last| last + 1));
        offsets
    }

    #[test]
    fn records_are_read_and_removed_from_the_middle_of_what_was_written_together() {
        let folder = tempfile::tempdir().unwrap();
        let budget = Arc::new(Budget::new(64 << 20));
        let mut engine = open(folder.path(), &budget);
        let mut table = engine.ensure("positions", false, 1, Kept::default()).unwrap();
        let (told, settled) = std::sync::mpsc::channel();
        let told = Arc::new(Told(told));
        for offset in 0..RECORDS {
            let mut value = offset.to_be_bytes().to_vec();
            value.resize(200, 7);
            let record = Record {
                topic: Topic::Positions,
                key: Bytes::from_static(b"device"),
                value: Some(value.into()),
                headers: Vec::new(),
                timestamp: jiff::Timestamp::UNIX_EPOCH,
            };
            assert!(budget.take(1));
            engine.append(table.clone(), 0, record, Receipt::new(told.clone(), offset), 1);
        }
        for _ in 0..RECORDS {
            settled.recv().unwrap().unwrap();
        }
        let entries = engine.with_store("count", |store| Ok(store.log.iter().count() as u64));
        assert!(entries.unwrap() < RECORDS, "nothing was written together");
        let mut start = 0;
        while start < RECORDS {
            for (from, max) in [(0, 1), (start + 1, 7), (start + 499, 2_000), (RECORDS - 1, 5)] {
                let first = from.max(start);
                let expected: Vec<u64> = (first..RECORDS).take(max).collect();
                assert_eq!(
                    offsets(&engine, &table, from, max),
                    expected,
                    "{start} {from} {max}"
                );
            }
            // Removed up to the middle of something, and opened anew there.
            let upto = (start + 83).min(RECORDS);
            engine
                .with_store("remove", |store| retention::remove(store, &table, 0, start, upto))
                .unwrap();
            start = upto;
            engine.close();
            engine = open(folder.path(), &budget);
            table = engine.table("positions").unwrap();
            let bounds = &table.partitions[0];
            assert_eq!((bounds.start(), bounds.end()), (start, RECORDS));
        }
        let left = engine.with_store("count", |store| Ok(store.log.iter().count()));
        assert_eq!(left.unwrap(), 0);
        engine.close();
    }
}
