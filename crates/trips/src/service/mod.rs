//! `positions` in, `trips` and `stops` out, exactly once through the bus.

mod changelog;
mod emit;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bus::{Bus, Out, Received, Refusal, Stage};
use bytes::Bytes;
use events::position::v1::Position;
use events::{Message as _, Topic};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::engine::{Admission, Config, Device, Millis};
use crate::{intake, metrics};
use changelog::Changelog;

/// A device that has been quiet for so long is asked for what it has not told, milliseconds.
const QUIET_MS: Millis = 60_000;
/// The size of the state is told once in so many ticks.
const TELL_TICKS: u64 = 30;

/// The consumer of trips as a stage of the bus.
#[derive(Debug)]
pub struct TripStage {
    config: Config,
}

/// The devices of a partition.
#[derive(Debug, Default)]
pub struct Partition {
    number: u32,
    devices: HashMap<Arc<str>, Slot>,
    /// Devices to look at when they have been quiet, by the time for it.
    agenda: BTreeMap<Millis, Vec<Arc<str>>>,
    ticks: u64,
    /// Devices whose state has changed since the last commit.
    unsaved: Vec<Arc<str>>,
}

#[derive(Debug, Default)]
struct Slot {
    device: Device,
    changelog: Changelog,
    /// Time of the server at which the newest record came.
    heard: Millis,
    /// On the agenda at this time.
    due: Option<Millis>,
    /// It stands among the unsaved ones.
    unsaved: bool,
}

impl TripStage {
    /// A stage of these rules.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    fn update(&self, id: &str, slot: &mut Slot, known_until: Millis, now: Timestamp, out: &mut Out) {
        for record in slot.device.update(id, known_until, &self.config) {
            emit::emit(&record, now, out);
        }
        slot.changelog.note_update();
    }
}

/// Consumes positions until `shutdown`.
///
/// # Errors
/// When the log cannot be used any more.
pub async fn run(config: Config, bus: &Bus, shutdown: CancellationToken) -> Result<(), bus::Error> {
    metrics::begin();
    bus.run(TripStage::new(config), shutdown).await
}

impl Stage for TripStage {
    type State = Partition;

    fn name(&self) -> &'static str {
        "trips"
    }

    fn inputs(&self) -> &'static [Topic] {
        &[Topic::Positions]
    }

    fn restore(&self, partition: u32, entries: Vec<(Bytes, Bytes)>) -> Partition {
        let mut state = Partition {
            number: partition,
            ..Partition::default()
        };
        for (id, device, changelog) in changelog::restore(entries, &self.config) {
            let id: Arc<str> = id.into();
            // whatever it had not told yet is told at the first tick
            state.agenda.entry(0).or_default().push(Arc::clone(&id));
            state.devices.insert(
                id,
                Slot {
                    device,
                    changelog,
                    heard: 0,
                    due: Some(0),
                    unsaved: false,
                },
            );
        }
        state
    }

    fn apply(
        &self,
        state: &mut Partition,
        record: &Received,
        now: Timestamp,
        out: &mut Out,
    ) -> Result<(), Refusal> {
        let Some(value) = &record.value else { return Ok(()) };
        let position = Position::decode(value.as_ref()).map_err(|source| Refusal {
            reason: "field",
            detail: format!(
                "expected a {}, found bytes that are none: {source}",
                Topic::Positions.schema()
            ),
        })?;
        let (fix, received) = match intake::fix(&position, &self.config) {
            Ok(fix) => fix,
            // the position stays in its topic for whoever wants it; it is no evidence of movement
            Err(unusable) => {
                metrics::fix(unusable.name());
                return Ok(());
            }
        };
        let id = match state.devices.get_key_value(position.device.as_str()) {
            Some((id, _)) => Arc::clone(id),
            None => position.device.as_str().into(),
        };
        let slot = state.devices.entry(Arc::clone(&id)).or_default();
        let heard = now.as_millisecond();
        slot.heard = heard;
        match slot.device.push(fix, received, &self.config) {
            Admission::Taken => metrics::fix("taken"),
            Admission::Repeated => {
                metrics::fix("repeated");
                return Ok(());
            }
            Admission::TooLate => return Err(late(&self.config)),
            Admission::Future => return Err(future(&self.config)),
        }
        if slot.device.is_due(&self.config) {
            self.update(&id, slot, fix.time, now, out);
        }
        slot.changelog.note(fix.time);
        if !std::mem::replace(&mut slot.unsaved, true) {
            state.unsaved.push(Arc::clone(&id));
        }
        if slot.due.is_none() {
            let due = heard + QUIET_MS;
            slot.due = Some(due);
            state.agenda.entry(due).or_default().push(id);
        }
        Ok(())
    }

    fn tick(&self, state: &mut Partition, now: Timestamp, out: &mut Out) {
        let time = now.as_millisecond();
        let later = state.agenda.split_off(&(time + 1));
        for id in std::mem::replace(&mut state.agenda, later)
            .into_values()
            .flatten()
        {
            let Some(slot) = state.devices.get_mut(&id) else {
                continue;
            };
            let quiet = time - slot.heard >= QUIET_MS;
            let settled = slot.device.settles_at().is_some_and(|at| at <= time);
            if quiet && (slot.device.has_news() || settled) {
                self.update(&id, slot, time, now, out);
                if !std::mem::replace(&mut slot.unsaved, true) {
                    state.unsaved.push(Arc::clone(&id));
                }
            }
            slot.due = match slot.device.settles_at() {
                Some(at) => Some(at.max(time + QUIET_MS)),
                None if !quiet => Some(slot.heard + QUIET_MS),
                None => None,
            };
            if let Some(due) = slot.due {
                state.agenda.entry(due).or_default().push(id);
            }
        }
        state.ticks += 1;
        if state.ticks % TELL_TICKS == 1 {
            let bytes = state
                .devices
                .values()
                .map(|slot| slot.device.bytes() + slot.changelog.bytes())
                .sum();
            metrics::state(state.number, state.devices.len(), bytes);
        }
    }

    fn settle(&self, state: &mut Partition, out: &mut Out) {
        for id in state.unsaved.drain(..) {
            if let Some(slot) = state.devices.get_mut(&id) {
                slot.unsaved = false;
                slot.changelog.save(&id, &slot.device, out);
            }
        }
    }
}

fn late(config: &Config) -> Refusal {
    metrics::fix("late");
    Refusal {
        reason: "late",
        detail: format!(
            "expected a fix not older than {} hours against the newest of the device; \
             recompute the day from the position history",
            config.horizon_h
        ),
    }
}

fn future(config: &Config) -> Refusal {
    metrics::fix("future");
    Refusal {
        reason: "future",
        detail: format!(
            "expected a fix not more than {} s ahead of its arrival; check the clock of the device",
            config.future_s
        ),
    }
}
