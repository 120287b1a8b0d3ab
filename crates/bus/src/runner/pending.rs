use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use events::Topic;

use super::session::Commit;
use super::traced::Applied;
use crate::{Out, Received, Record};

/// Results that are not committed yet, by the partition that they come from: when that is taken away, so are they.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    outputs: BTreeMap<u32, Vec<Record>>,
    state: HashMap<(u32, Bytes), Option<Bytes>>,
    offsets: BTreeMap<(Topic, u32), u64>,
    /// Work on records that are followed.
    traced: Vec<Applied>,
    /// Records in `outputs`.
    records: usize,
}

/// Stands for the partition of what does not come from one: the rejects of definitions.
pub(super) const NO_PARTITION: u32 = u32::MAX;

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.outputs.is_empty() && self.state.is_empty() && self.offsets.is_empty()
    }

    pub(super) fn output(&mut self, partition: u32, record: Record) {
        self.records += 1;
        self.outputs.entry(partition).or_default().push(record);
    }

    /// Takes what the stage wrote for a partition; the last value of a state entry counts.
    pub(super) fn take(&mut self, partition: u32, out: &mut Out) {
        if !out.records.is_empty() {
            self.records += out.records.len();
            self.outputs
                .entry(partition)
                .or_default()
                .append(&mut out.records);
        }
        for (key, value) in out.state.drain(..) {
            self.state.insert((partition, key), value);
        }
    }

    /// Notes that everything up to the record is dealt with.
    pub(super) fn passed(&mut self, record: &Received) {
        self.offsets
            .insert((record.topic, record.partition), record.offset + 1);
    }

    /// Follows the work on a record until it is committed.
    pub(super) fn traced(&mut self, applied: Applied) {
        self.traced.push(applied);
    }

    /// Tells of all followed work that it is committed.
    pub(super) fn committed(&self, stage: &'static str) {
        for applied in &self.traced {
            applied.committed(stage);
        }
    }

    /// Number of records to be published.
    pub(super) fn records(&self) -> usize {
        self.records
    }

    /// Number of all things to be written.
    pub(crate) fn entries(&self) -> usize {
        self.records + self.state.len() + self.offsets.len()
    }

    /// What is to be written together.
    pub(crate) fn as_commit(&self) -> Commit<'_> {
        Commit {
            outputs: &self.outputs,
            state: &self.state,
            offsets: &self.offsets,
        }
    }

    pub(super) fn forget(&mut self, partition: u32) {
        let gone = self.outputs.remove(&partition);
        self.records -= gone.map_or(0, |records| records.len());
        self.state.retain(|(of, _), _| *of != partition);
        self.offsets.retain(|(_, of), _| *of != partition);
        self.traced.retain(|applied| applied.partition != partition);
    }
}
