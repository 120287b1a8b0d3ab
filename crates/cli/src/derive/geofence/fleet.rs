use std::collections::{BTreeMap, HashSet};
use std::mem::{Discriminant, discriminant};
use std::path::Path;

use anyhow::Context as _;
use events::fence::v1::{Fence, FenceEvent};
use events::position::v1::Position;
use geofence::GeofenceConfig;
use geofence::engine::{Change, Context, FenceSet, Fix, Memberships, Quarantine, Settings, Track, millis};
use spatial::InvalidPoint;

use crate::derive::positions::BadRow;
use crate::say;

/// A file without arrival times may be of any year up to this far ahead of the clock.
const YEAR_MS: i64 = 366 * 86_400_000;

/// The devices of a file among its fences.
pub(crate) struct Fleet {
    settings: Settings,
    fences: FenceSet,
    members: Memberships,
    devices: Vec<Device>,
    by_id: BTreeMap<String, usize>,
    latest: i64,
    /// Positions that were no evidence, by reason.
    refused: BTreeMap<&'static str, u64>,
    /// Kinds of refusals that were shown.
    shown: HashSet<(Discriminant<Quarantine>, Option<Discriminant<InvalidPoint>>)>,
    repeated: u64,
    remaining: BTreeMap<String, FenceEvent>,
}

struct Device {
    id: String,
    track: Track,
    /// When the newest of its positions came.
    arrival: i64,
}

impl Fleet {
    pub(crate) fn new(config: &GeofenceConfig, fences: &[Fence]) -> Self {
        // The file's fences were checked when it was read.
        let (fences, _) = FenceSet::load(fences, i64::MAX);
        Self {
            settings: Settings::from(config),
            fences,
            members: Memberships::default(),
            devices: Vec::new(),
            by_id: BTreeMap::new(),
            latest: i64::MIN,
            refused: BTreeMap::new(),
            shown: HashSet::new(),
            repeated: 0,
            remaining: BTreeMap::new(),
        }
    }

    /// Reads bindings, one JSON object a line.
    pub(crate) fn bind(&mut self, file: &Path) -> anyhow::Result<()> {
        let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
        for (number, line) in (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty())
        {
            let place = || format!("read {} line {number}", file.display());
            let mut binding: events::binding::v1::Binding = serde_json::from_str(line).with_context(place)?;
            if binding.id.is_empty() {
                binding.id = format!("{}/{}", binding.device, binding.from);
            }
            self.members
                .bind(&binding)
                .map_err(anyhow::Error::msg)
                .with_context(place)?;
        }
        Ok(())
    }

    /// Takes a position and gives what would be published.
    pub(crate) fn take(&mut self, position: &Position) -> Vec<FenceEvent> {
        let received = position.received_at.as_ref().map(millis);
        let clock = received.unwrap_or_else(|| jiff::Timestamp::now().as_millisecond() + YEAR_MS);
        let fix = match Fix::read(position, clock, &self.settings) {
            Ok(fix) => fix,
            Err(reason) => {
                self.refuse(position, &reason);
                return Vec::new();
            }
        };
        let number = match self.by_id.get(&position.device) {
            Some(number) => *number,
            None => {
                self.devices.push(Device {
                    id: position.device.clone(),
                    track: Track::default(),
                    arrival: i64::MIN,
                });
                self.by_id.insert(position.device.clone(), self.devices.len() - 1);
                self.devices.len() - 1
            }
        };
        self.latest = self.latest.max(fix.time).max(received.unwrap_or(i64::MIN));
        let device = &mut self.devices[number];
        device.arrival = device.arrival.max(received.unwrap_or(fix.time));
        let context = Context {
            settings: &self.settings,
            fences: &self.fences,
            members: &self.members,
            device: &device.id,
        };
        let mut changes = Vec::new();
        let taken = device.track.observe(fix, device.arrival, &context, &mut changes);
        match taken {
            Ok(geofence::engine::Taken::Repeated | geofence::engine::Taken::Outranked) => self.repeated += 1,
            Ok(_) => {}
            Err(reason) => self.refuse(position, &reason),
        }
        self.publish(number, &changes)
    }

    /// Lets time go on to `until`, or to the latest position, and gives what becomes due.
    pub(crate) fn finish(&mut self, until: Option<i64>) -> Vec<FenceEvent> {
        let until = until.unwrap_or(self.latest);
        let mut events = Vec::new();
        for number in 0..self.devices.len() {
            let device = &mut self.devices[number];
            let context = Context {
                settings: &self.settings,
                fences: &self.fences,
                members: &self.members,
                device: &device.id,
            };
            let mut changes = Vec::new();
            device.track.finish(until, &context, &mut changes);
            events.extend(self.publish(number, &changes));
        }
        events
    }

    /// Events that were not withdrawn, in the order of their times.
    pub(crate) fn remaining(&self) -> Vec<FenceEvent> {
        let mut events: Vec<FenceEvent> = self
            .remaining
            .values()
            .filter(|event| !event.withdrawn)
            .cloned()
            .collect();
        events.sort_by_key(|event| {
            (
                event.event_time.as_ref().map(millis),
                event.device.clone(),
                event.fence.clone(),
                event.kind,
            )
        });
        events
    }

    fn publish(&mut self, number: usize, changes: &[Change]) -> Vec<FenceEvent> {
        let device = &self.devices[number].id;
        let events: Vec<FenceEvent> = changes
            .iter()
            .map(|change| {
                let (fence, name) = self.fences.name_of(change.transition.fence).unwrap_or_default();
                change.to_event(device, fence, name)
            })
            .collect();
        for event in &events {
            self.remaining.insert(event.event_id.clone(), event.clone());
        }
        events
    }

    fn refuse(&mut self, position: &Position, reason: &Quarantine) {
        *self.refused.entry(reason.reason()).or_default() += 1;
        let place = match reason {
            Quarantine::Place(place) => Some(discriminant(place)),
            _ => None,
        };
        // Each kind is shown once, with the first position that it met.
        if self.shown.insert((discriminant(reason), place)) {
            let time = position
                .fix_time
                .as_ref()
                .map(millis)
                .and_then(|time| jiff::Timestamp::from_millisecond(time).ok());
            let time = time.map_or_else(|| "no time".to_owned(), |time| time.to_string());
            say(format_args!(
                "position of {} at {time} refused: {reason}",
                position.device
            ));
        }
    }

    /// Says on standard error what was not used.
    pub(crate) fn report(&self, bad: &[BadRow]) {
        for row in bad {
            say(format_args!("{row}"));
        }
        for (reason, count) in &self.refused {
            say(format_args!("{count} positions refused: {reason}"));
        }
        if self.repeated > 0 {
            say(format_args!("{} positions were repeated", self.repeated));
        }
    }
}
