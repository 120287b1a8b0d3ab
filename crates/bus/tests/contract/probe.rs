//! A stage that shows what the runner does with it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex};

use bus::{Out, Received, Refusal, Stage};
use bytes::Bytes;
use events::Topic;
use jiff::Timestamp;

use crate::fixture::text;

/// Counts the records of each key in its state and writes `<value>#<count>` for each of them.
///
/// A value `refuse` is refused. A definition `suffix` is put behind outputs.
#[derive(Default)]
pub(crate) struct Counter {
    with_definitions: bool,
    /// Where the stage waits, once, at a value `stall`.
    gate: Mutex<Option<Arc<Barrier>>>,
    stalled: AtomicBool,
    suffix: Mutex<String>,
    seen: Mutex<Vec<(u32, u64)>>,
    restored: Mutex<Vec<u32>>,
}

impl Counter {
    /// One that reads the definitions.
    pub(crate) fn with_definitions() -> Self {
        Self {
            with_definitions: true,
            ..Self::default()
        }
    }

    /// One that waits at the first value `stall` until somebody else waits at the gate too.
    pub(crate) fn stalling(gate: Arc<Barrier>) -> Self {
        Self {
            gate: Mutex::new(Some(gate)),
            ..Self::default()
        }
    }

    /// True when the stage came to a value `stall`.
    pub(crate) fn has_stalled(&self) -> bool {
        self.stalled.load(Ordering::Acquire)
    }

    /// Partition and offset of every record that was applied, in order.
    pub(crate) fn seen(&self) -> Vec<(u32, u64)> {
        self.seen.lock().unwrap().clone()
    }

    /// Partitions in the order in which they were restored.
    pub(crate) fn restored(&self) -> Vec<u32> {
        self.restored.lock().unwrap().clone()
    }
}

impl Stage for Counter {
    type State = BTreeMap<Bytes, u64>;

    fn name(&self) -> &'static str {
        "counter"
    }

    fn inputs(&self) -> &'static [Topic] {
        &[Topic::Positions]
    }

    fn globals(&self) -> &'static [Topic] {
        if self.with_definitions {
            &[Topic::Bindings]
        } else {
            &[]
        }
    }

    fn restore(&self, partition: u32, entries: Vec<(Bytes, Bytes)>) -> Self::State {
        self.restored.lock().unwrap().push(partition);
        entries
            .into_iter()
            .map(|(key, count)| (key, text(&count).parse().unwrap()))
            .collect()
    }

    fn define(&self, record: &Received) -> Result<(), Refusal> {
        let value = record.value.as_ref().map_or("", text);
        if value == "refuse" {
            return Err(refusal());
        }
        *self.suffix.lock().unwrap() = value.to_owned();
        Ok(())
    }

    fn apply(
        &self,
        state: &mut Self::State,
        record: &Received,
        _now: Timestamp,
        out: &mut Out,
    ) -> Result<(), Refusal> {
        self.seen.lock().unwrap().push((record.partition, record.offset));
        let value = record.value.as_ref().map_or("", text);
        if value == "stall" {
            let gate = self.gate.lock().unwrap().take();
            if let Some(gate) = gate {
                self.stalled.store(true, Ordering::Release);
                gate.wait();
            }
        }
        if value == "refuse" {
            out.save(record.key.clone(), Some(Bytes::from_static(b"999")));
            return Err(refusal());
        }
        let count = state.entry(record.key.clone()).or_default();
        *count += 1;
        out.save(record.key.clone(), Some(count.to_string().into()));
        let suffix = self.suffix.lock().unwrap().clone();
        out.emit(
            Topic::DeviceEvents,
            record.key.clone(),
            Some(format!("{value}#{count}{suffix}").into()),
            Vec::new(),
            record.timestamp,
        );
        Ok(())
    }
}

fn refusal() -> Refusal {
    Refusal {
        reason: "field",
        detail: "expected anything else, found `refuse`".to_owned(),
    }
}
