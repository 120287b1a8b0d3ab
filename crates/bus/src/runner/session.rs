//! What a backend does for a running stage.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use events::Topic;
use tokio_util::sync::CancellationToken;

use super::pending::Pending;
use crate::standing::Teller;
use crate::{Error, Received, Record};

/// Who wants to consume what.
#[derive(Debug, Clone)]
pub(crate) struct Joining {
    pub(crate) stage: &'static str,
    pub(crate) inputs: Vec<Topic>,
    /// Is told what the runner cannot see: that partitions are awaited, that state is restored.
    pub(crate) standing: Arc<Teller>,
    /// Ends waits.
    pub(crate) shutdown: CancellationToken,
}

/// A partition that came to this runner, with its saved state.
#[derive(Debug)]
pub(crate) struct Assigned {
    pub(crate) partition: u32,
    pub(crate) entries: Vec<(Bytes, Bytes)>,
}

/// What happened since the last poll, in this order.
#[derive(Debug, Default)]
pub(crate) struct Polled {
    pub(crate) revoked: Vec<u32>,
    pub(crate) assigned: Vec<Assigned>,
    pub(crate) records: Vec<Received>,
}

/// How far a partition is behind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lag {
    pub(crate) topic: Topic,
    pub(crate) partition: u32,
    pub(crate) records: u64,
}

/// What is written together.
#[derive(Debug)]
pub(crate) struct Commit<'a> {
    pub(crate) outputs: &'a BTreeMap<u32, Vec<Record>>,
    pub(crate) state: &'a HashMap<(u32, Bytes), Option<Bytes>>,
    pub(crate) offsets: &'a BTreeMap<(Topic, u32), u64>,
}

/// Why a commit did not happen.
#[derive(Debug)]
pub(crate) enum CommitFailure {
    /// The same commit may succeed later.
    Retry(String),
    /// It will not: somebody else may own the partitions. The session gives its partitions back and takes part anew.
    Lost(String),
    /// Nothing will.
    Fatal(Error),
}

/// A backend's side of a running stage. Called from one thread.
pub(crate) trait Session: Send {
    /// Waits up to `wait` for something and says what happened; at most `max` records.
    fn poll(&mut self, max: usize, wait: Duration) -> Result<Polled, Error>;

    /// True once it is clear which partitions are ours, also when none are.
    fn is_settled(&self) -> bool;

    /// Begins to make everything durable, or nothing. Nothing else is begun before [`Session::outcome`] has told of it.
    fn begin(&mut self, work: &Arc<Pending>) -> Result<(), CommitFailure>;

    /// What became of the commit that was begun; `None` while that is open, unless told to wait. A backend that does
    /// all of the work in [`Session::begin`] has nothing to add.
    fn outcome(&mut self, wait: bool) -> Option<Result<(), CommitFailure>> {
        let _ = wait;
        Some(Ok(()))
    }

    /// How far behind the partitions are.
    fn lag(&mut self) -> Vec<Lag>;

    /// Time that results may be collected before they are committed.
    fn commit_interval(&self) -> Duration;
}

/// The one partition count of all inputs.
pub(crate) fn equal_counts(stage: &'static str, counts: &[(Topic, u32)]) -> Result<u32, Error> {
    let first = counts.first().map_or(0, |(_, count)| *count);
    if counts.iter().all(|(_, count)| *count == first) {
        return Ok(first);
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(topic, count)| format!("{} {count}", topic.name()))
        .collect();
    Err(Error::UnequalPartitions {
        stage,
        counts: counts.join(", "),
    })
}
