//! The files: one fjall database with a keyspace per kind of entry.

use std::io::{ErrorKind, Write};
use std::path::Path;

use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, KvSeparationOptions};

use super::codec::place;
use super::format;
use super::table::Table;
use crate::Error;

/// Bytes a keyspace collects in memory before it writes a table. Several keyspaces, so not much each.
const MEMTABLE_BYTES: u64 = 16 << 20;
/// Bytes of journal that a start may have to replay.
const JOURNAL_BYTES: u64 = 128 << 20;
/// Values of the log from this size on are written once, to files beside the tables, and merging tables moves only where
/// they are.
const APART_BYTES: u32 = 128;
/// Threads that write tables and merge them. With more than one, the first does nothing but pass messages to itself
/// while another one merges.
const WORKERS: usize = 1;
/// Bytes that must fit on the disk before a store that ran out of room is opened again.
const PROBE_BYTES: usize = 8 << 20;

/// An open store.
pub(super) struct Store {
    pub(super) db: Database,
    /// [`place`] → record, or the first of a run of records → all of them.
    pub(super) log: Keyspace,
    /// Place of a record now and then → highest time and sum of bytes before it.
    pub(super) index: Keyspace,
    /// Topic and key of a compacted topic → offset of the newest record.
    pub(super) newest: Keyspace,
    /// Stage, partition, key → state entry.
    pub(super) state: Keyspace,
    /// Topics, partitions, offsets of stages.
    pub(super) meta: Keyspace,
}

impl Store {
    pub(super) fn open(path: &Path, cache_bytes: u64) -> Result<Self, Error> {
        std::fs::create_dir_all(path).map_err(|source| Error::Io {
            doing: "make the folder",
            path: path.to_owned(),
            source,
        })?;
        let store =
            Self::open_database(path, cache_bytes).map_err(|error| explain(error, "open the log", path))?;
        format::check(&store, path)?;
        Ok(store)
    }

    fn open_database(path: &Path, cache_bytes: u64) -> fjall::Result<Self> {
        let db = Database::builder(path)
            .cache_size(cache_bytes)
            .max_journaling_size(JOURNAL_BYTES)
            .worker_threads(WORKERS)
            .open()?;
        let options = || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES);
        let keyspace = |name| db.keyspace(name, options);
        let apart = KvSeparationOptions::default()
            .separation_threshold(APART_BYTES)
            .compression(CompressionType::None);
        Ok(Self {
            log: db.keyspace("log", || options().with_kv_separation(Some(apart)))?,
            index: keyspace("index")?,
            newest: keyspace("newest")?,
            state: keyspace("state")?,
            meta: keyspace("meta")?,
            db,
        })
    }

    /// Key of the entry that holds the record, if there is one; else a key behind which to look for the next.
    pub(super) fn entry_with(&self, table: &Table, partition: u32, offset: u64) -> fjall::Result<[u8; 14]> {
        let wanted = place(table.id, partition, offset);
        if table.compact {
            return Ok(wanted);
        }
        let before = place(table.id, partition, 0)..=wanted;
        match self.log.range(before).next_back() {
            Some(entry) => Ok(entry.key()?.as_ref().try_into().unwrap_or(wanted)),
            None => Ok(wanted),
        }
    }
}

/// Why a store stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The disk was full; when it has room again the store can be opened anew.
    Full(String),
    /// Anything else. What the disk holds is not known any more, so nothing is acknowledged until a restart has
    /// read it again: after a failed sync the system may have dropped what it could not write.
    Broken(String),
    /// Nothing failed: the store was closed.
    Closed,
}

impl Failure {
    /// Tells a full disk from a broken one. The store reports a failed background write without its cause, so
    /// then the disk is asked.
    pub(super) fn of(error: &fjall::Error, path: &Path) -> Self {
        let text = describe(error);
        let full = match io_cause(error) {
            Some(cause) => is_full(cause),
            None => probe(path).is_err_and(|error| is_full(&error)),
        };
        if full {
            Self::Full(text)
        } else {
            Self::Broken(text)
        }
    }

    /// The error for whoever reads or writes now.
    pub(super) fn explain(&self, path: &Path) -> Error {
        match self {
            Self::Closed => Error::Closed,
            Self::Full(_) => Error::Unavailable(self.message()),
            Self::Broken(detail) => Error::WriteFailed {
                path: path.to_owned(),
                detail: detail.clone(),
            },
        }
    }

    pub(super) fn message(&self) -> String {
        match self {
            Self::Full(text) => format!("the disk is full, free some room: {text}"),
            Self::Broken(text) => format!("writing failed, restart after checking the disk: {text}"),
            Self::Closed => "the log is closed".to_owned(),
        }
    }
}

/// Tries whether the disk has room.
pub(super) fn probe(path: &Path) -> std::io::Result<()> {
    let file = path.join("probe");
    let tried = (|| {
        let mut file = std::fs::File::create(&file)?;
        let zeros = vec![0; 64 << 10];
        for _ in 0..PROBE_BYTES / zeros.len() {
            file.write_all(&zeros)?;
        }
        file.sync_data()
    })();
    match std::fs::remove_file(&file) {
        Err(error) if tried.is_ok() => Err(error),
        _ => tried,
    }
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
    )
}

fn io_cause(error: &fjall::Error) -> Option<&std::io::Error> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref() {
            return Some(io);
        }
        cause = error.source();
    }
    None
}

fn describe(error: &fjall::Error) -> String {
    match io_cause(error) {
        Some(io) => io.to_string(),
        None => match error {
            fjall::Error::Poisoned => "a background write failed".to_owned(),
            other => format!("{other:?}"),
        },
    }
}

/// The error for whoever called.
pub(super) fn explain(error: fjall::Error, doing: &'static str, path: &Path) -> Error {
    let path = path.to_owned();
    match error {
        fjall::Error::Locked => Error::Locked { path },
        fjall::Error::Io(source) => Error::Io { doing, path, source },
        fjall::Error::Poisoned => Error::Unavailable("a background write failed".to_owned()),
        other => match io_cause(&other) {
            Some(io) => Error::Io {
                doing,
                path,
                source: std::io::Error::new(io.kind(), io.to_string()),
            },
            None => Error::Damaged {
                path,
                detail: format!("{other:?}"),
            },
        },
    }
}
