use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};

use bus::{Out, Received, Refusal, Stage};
use bytes::Bytes;
use events::position::v1::Position;
use events::{Message as _, Topic};
use jiff::Timestamp;

use super::definitions::Definitions;
use super::handle::Handle;
use super::partition::{Partition, context};
use crate::GeofenceConfig;
use crate::engine::{Fix, Quarantine, Settings, millis};
use crate::metrics;

/// The geofence consumer.
#[derive(Debug)]
pub struct Geofence {
    settings: Settings,
    shared: Arc<Shared>,
}

/// The devices of one partition, shared with the handles that answer from it.
#[derive(Debug)]
pub struct PartitionState(Arc<Mutex<Partition>>);

/// What the stage and its handles see.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) definitions: RwLock<Definitions>,
    pub(super) partitions: Mutex<BTreeMap<u32, Weak<Mutex<Partition>>>>,
}

impl Geofence {
    /// A consumer with these settings.
    #[must_use]
    pub fn new(config: &GeofenceConfig) -> Self {
        let settings = Settings::from(config);
        let shared = Shared {
            definitions: RwLock::new(Definitions::new(&settings)),
            partitions: Mutex::default(),
        };
        Self {
            settings,
            shared: Arc::new(shared),
        }
    }

    /// Answers who is where.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.shared))
    }
}

impl Stage for Geofence {
    type State = PartitionState;

    fn name(&self) -> &'static str {
        "geofence"
    }

    fn inputs(&self) -> &'static [Topic] {
        &[Topic::Positions]
    }

    fn globals(&self) -> &'static [Topic] {
        &[Topic::Fences, Topic::Bindings]
    }

    fn restore(&self, partition: u32, entries: Vec<(Bytes, Bytes)>) -> Self::State {
        let state = Arc::new(Mutex::new(Partition::restore(partition, entries)));
        lock(&self.shared.partitions).insert(partition, Arc::downgrade(&state));
        PartitionState(state)
    }

    fn define(&self, record: &Received) -> Result<(), Refusal> {
        self.shared
            .definitions
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .define(record)
    }

    fn redefined(&self, state: &mut Self::State, _now: Timestamp, out: &mut Out) {
        let mut definitions = self
            .shared
            .definitions
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let (changed, at) = definitions.follow();
        if !changed.is_empty() {
            lock(&state.0).follow(&changed, at, &self.settings, &definitions, out);
        }
    }

    fn apply(
        &self,
        state: &mut Self::State,
        record: &Received,
        now: Timestamp,
        out: &mut Out,
    ) -> Result<(), Refusal> {
        lock(&state.0).hear(record.timestamp, now);
        let Some(value) = &record.value else { return Ok(()) };
        let position = Position::decode(value.clone()).map_err(|error| {
            metrics::fix_refused("field");
            Refusal {
                reason: "field",
                detail: format!("expected a milepost.position.v1.Position: {error}"),
            }
        })?;
        if let Err(error) = events::DeviceId::new(&position.device) {
            metrics::fix_refused("field");
            return Err(Refusal {
                reason: "field",
                detail: error.to_string(),
            });
        }
        // The time of the record and not the clock: a replay must come to the same.
        let arrival = position
            .received_at
            .as_ref()
            .map_or_else(|| record.timestamp.as_millisecond(), millis);
        let fix = match Fix::read(&position, arrival, &self.settings) {
            Ok(fix) => fix,
            // A tracker in a garage says so for hours: nothing is wrong with what it sent.
            Err(Quarantine::NotValid) => {
                metrics::fix_absent();
                return Ok(());
            }
            Err(reason) => return Err(refuse(&reason)),
        };
        let definitions = self
            .shared
            .definitions
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let mut partition = lock(&state.0);
        let begun = partition.clocked();
        let Some(device) = partition.device(&position.device) else {
            return Ok(());
        };
        let mut changes = Vec::new();
        let context = context(&self.settings, &definitions, &position.device);
        let taken = device
            .track
            .observe(fix, arrival, &context, &mut changes)
            .map_err(|reason| refuse(&reason))?;
        metrics::fix_taken(taken);
        device.publish(&mut changes, &definitions.fences, record.timestamp, out);
        if let Some(begun) = begun {
            metrics::evaluated(begun.elapsed());
        }
        Ok(())
    }

    fn tick(&self, state: &mut Self::State, now: Timestamp, out: &mut Out) {
        self.shared
            .definitions
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .keep(now.as_millisecond());
        let definitions = self
            .shared
            .definitions
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        lock(&state.0).tick(now, &self.settings, &definitions, out);
    }

    fn settle(&self, state: &mut Self::State, out: &mut Out) {
        lock(&state.0).save(out);
    }
}

/// A fix that is no evidence goes to the rejects with its reason.
fn refuse(reason: &Quarantine) -> Refusal {
    metrics::fix_refused(reason.reason());
    Refusal {
        reason: reason.reason(),
        detail: reason.to_string(),
    }
}

/// State is whole after every call, also when a thread that had the lock has panicked.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
