//! Reads records.

use std::sync::Arc;

use bytes::Bytes;
use events::Topic;

use super::codec::{decode, offset_of, place};
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
        let range = place(table.id, partition, from)..place(table.id, partition, end);
        let raw = self.with_store("read records", |store| {
            let mut raw = Vec::new();
            let mut bytes = 0;
            for entry in store.log.range(range) {
                let (key, value) = entry.into_inner()?;
                bytes += value.len();
                raw.push((key, value));
                if raw.len() >= max || bytes >= FETCH_BYTES {
                    break;
                }
            }
            Ok(raw)
        })?;
        let mut records = Vec::with_capacity(raw.len());
        for (key, value) in raw {
            let stored = decode(Bytes::copy_from_slice(&value));
            let (Some(offset), Some(stored)) = (offset_of(&key), stored) else {
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
