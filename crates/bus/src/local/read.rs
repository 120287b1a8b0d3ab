//! Readers without a group.

use std::sync::Arc;

use jiff::Timestamp;

use super::engine::Engine;
use super::retention;
use super::table::Table;
use crate::reader::{ReadItem, ReadSink};
use crate::{Error, Read, ReadFrom};

/// Records taken from a partition before the next one has its turn.
const TURN: usize = 512;

struct Cursor {
    partition: u32,
    next: u64,
    /// End of the partition when the reader was opened.
    known: u64,
    /// Records before this time are left out until one is not.
    not_before: Option<Timestamp>,
}

/// Hands out what `read` asks for until it is done or nobody listens.
pub(super) async fn pump(engine: Arc<Engine>, table: Arc<Table>, read: Read, sink: ReadSink) {
    if let Err(error) = pump_inner(engine, table, read, &sink).await {
        // Nobody may listen any more.
        let _ = sink.send(Err(error)).await;
    }
}

async fn pump_inner(
    engine: Arc<Engine>,
    table: Arc<Table>,
    read: Read,
    sink: &ReadSink,
) -> Result<(), Error> {
    let mut grown = engine.grown();
    let mut cursors = cursors(&engine, &table, &read)?;
    let mut caught_up = false;
    loop {
        grown.mark_unchanged();
        let mut found = false;
        for cursor in &mut cursors {
            let (from, known) = (cursor.next, cursor.known);
            // Whatever grows wakes every reader: most of them have nothing new, and must not pay a thread to find that out.
            let end = table.partitions[cursor.partition as usize].end();
            if from >= end || !caught_up && from >= known {
                continue;
            }
            let (engine, table, topic, partition) =
                (engine.clone(), table.clone(), read.topic, cursor.partition);
            let fetched =
                tokio::task::spawn_blocking(move || engine.fetch(&table, topic, partition, from, TURN)).await;
            let (records, next) = match fetched {
                Ok(Ok(fetched)) => fetched,
                Ok(Err(error)) if error.is_retryable() && read.follow => {
                    tracing::warn!(%error, "reading pauses");
                    (Vec::new(), from)
                }
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(Error::Closed),
            };
            found |= next > from;
            cursor.next = next;
            for record in records {
                if !caught_up && record.offset >= known {
                    // Everything from here on counts as new.
                    cursor.next = record.offset;
                    break;
                }
                if cursor.not_before.is_some_and(|time| record.timestamp < time) {
                    continue;
                }
                cursor.not_before = None;
                let wanted = read.key.as_ref().is_none_or(|key| *key == record.key);
                if wanted && sink.send(Ok(ReadItem::Record(record))).await.is_err() {
                    return Ok(());
                }
            }
        }
        if !caught_up && cursors.iter().all(|cursor| cursor.next >= cursor.known) {
            caught_up = true;
            if sink.send(Ok(ReadItem::CaughtUp)).await.is_err() || !read.follow {
                return Ok(());
            }
            continue;
        }
        if !found {
            tokio::select! {
                changed = grown.changed() => if changed.is_err() { return Ok(()) },
                () = sink.closed() => return Ok(()),
            }
        }
    }
}

fn cursors(engine: &Engine, table: &Table, read: &Read) -> Result<Vec<Cursor>, Error> {
    let only = read
        .key
        .as_ref()
        .map(|key| crate::partition::of(key, table.count()));
    let mut cursors = Vec::new();
    for (number, partition) in (0..).zip(&table.partitions) {
        if only.is_some_and(|only| only != number) {
            continue;
        }
        let known = partition.end();
        let next = match read.from {
            ReadFrom::Beginning => 0,
            ReadFrom::End => known,
            ReadFrom::Time(time) => {
                engine.with_store("seek", |store| retention::seek(store, table, number, time))?
            }
        };
        cursors.push(Cursor {
            partition: number,
            next,
            known,
            not_before: match read.from {
                ReadFrom::Time(time) => Some(time),
                ReadFrom::Beginning | ReadFrom::End => None,
            },
        });
    }
    Ok(cursors)
}
