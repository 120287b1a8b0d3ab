use std::collections::BTreeMap;
use std::time::Instant;

use bus::Out;
use bytes::Bytes;
use events::{Message as _, Topic, headers};
use jiff::Timestamp;
use rustc_hash::FxHashMap;

use super::definitions::Definitions;
use crate::engine::{Change, Context, FenceKey, FenceSet, Settings, Track};
use crate::metrics;

/// Parts into which the devices are divided for what is due without a fix: each tick looks after one.
const SWEEPS: usize = 10;

/// One fix in so many is timed: reading the clock twice costs as much as a cheap fix.
const TIMED_EVERY: u32 = 64;

/// Milliseconds without a record after which there is no backlog.
const QUIET_MS: i64 = 30_000;

/// The devices of one partition.
#[derive(Debug, Default)]
pub(super) struct Partition {
    pub(super) number: u32,
    places: FxHashMap<Box<str>, usize>,
    pub(super) devices: Vec<Device>,
    /// Places of the devices that may have something to save.
    unsaved: Vec<usize>,
    /// Time of the newest record, and when it was taken, Unix milliseconds.
    heard: Option<(i64, i64)>,
    sweep: usize,
    /// Fixes since one was timed.
    untimed: u32,
}

#[derive(Debug)]
pub(super) struct Device {
    pub(super) id: Box<str>,
    pub(super) track: Track,
    /// It stands among the unsaved ones.
    unsaved: bool,
}

impl Partition {
    /// Rebuilds the partition from saved entries; entries that cannot be read are told and left out.
    pub(super) fn restore(number: u32, entries: Vec<(Bytes, Bytes)>) -> Self {
        let mut heads: BTreeMap<Bytes, Bytes> = BTreeMap::new();
        let mut chunks: BTreeMap<Bytes, Vec<(u32, Vec<u8>)>> = BTreeMap::new();
        for (key, value) in entries {
            match split_key(&key) {
                (device, None) => {
                    heads.insert(key.slice_ref(device), value);
                }
                (device, Some(chunk)) => {
                    chunks
                        .entry(key.slice_ref(device))
                        .or_default()
                        .push((chunk, value.to_vec()));
                }
            }
        }
        let mut partition = Self {
            number,
            ..Self::default()
        };
        for (device, head) in heads {
            let parts = chunks.remove(&device).unwrap_or_default();
            match (std::str::from_utf8(&device), Track::restore(&head, parts)) {
                (Ok(id), Some(track)) => partition.add(id, track),
                (id, _) => {
                    tracing::error!(partition = number, device = ?id, "state of a device cannot be read and begins anew");
                }
            }
        }
        partition
    }

    /// The time now, for one fix in so many.
    pub(super) fn clocked(&mut self) -> Option<Instant> {
        let due = self.untimed == 0;
        self.untimed = (self.untimed + 1) % TIMED_EVERY;
        due.then(Instant::now)
    }

    fn add(&mut self, id: &str, track: Track) {
        self.places.insert(id.into(), self.devices.len());
        self.devices.push(Device {
            id: id.into(),
            track,
            unsaved: false,
        });
    }

    pub(super) fn find(&self, id: &str) -> Option<&Device> {
        self.devices.get(*self.places.get(id)?)
    }

    /// The device, made when it was not there; it is saved with the next commit.
    pub(super) fn device(&mut self, id: &str) -> Option<&mut Device> {
        let place = match self.places.get(id) {
            Some(place) => *place,
            None => {
                self.add(id, Track::default());
                self.devices.len() - 1
            }
        };
        let device = self.devices.get_mut(place)?;
        device.note(place, &mut self.unsaved);
        Some(device)
    }

    /// Notes that a record of that time was taken.
    pub(super) fn hear(&mut self, written: Timestamp, now: Timestamp) {
        self.heard = Some((written.as_millisecond(), now.as_millisecond()));
    }

    /// The time up to which silence is known, Unix milliseconds. While a backlog is worked off that is the time of its records:
    /// by the clock every device would be silent, and each of its next fixes late.
    fn known_until(&self, now: i64) -> i64 {
        match self.heard {
            Some((written, at)) if now - at < QUIET_MS => now.min(written.saturating_add(now - at)),
            _ => now,
        }
    }

    /// Writes the state of the devices that have changed since the last time.
    pub(super) fn save(&mut self, out: &mut Out) {
        for place in self.unsaved.drain(..) {
            if let Some(device) = self.devices.get_mut(place) {
                device.unsaved = false;
                let id = &device.id;
                device
                    .track
                    .save(|chunk, value| out.save(key(id, chunk), value.map(Bytes::from)));
            }
        }
    }

    /// Lets the devices in changed fences follow.
    pub(super) fn follow(
        &mut self,
        changed: &[FenceKey],
        at: i64,
        settings: &Settings,
        definitions: &Definitions,
        out: &mut Out,
    ) {
        let mut changes = Vec::new();
        for (place, device) in self.devices.iter_mut().enumerate() {
            if device.track.touches(|key| changed.binary_search(&key).is_ok()) {
                let context = context(settings, definitions, &device.id);
                device.track.advance(at, &context, &mut changes);
                device.publish(&mut changes, &definitions.fences, instant(at), out);
                device.note(place, &mut self.unsaved);
            }
        }
    }

    /// Does what is due without a fix for a part of the devices.
    pub(super) fn tick(
        &mut self,
        now: Timestamp,
        settings: &Settings,
        definitions: &Definitions,
        out: &mut Out,
    ) {
        metrics::devices(self.number, self.devices.len());
        self.sweep = (self.sweep + 1) % SWEEPS;
        let known_until = self.known_until(now.as_millisecond());
        let mut changes = Vec::new();
        for (place, device) in self
            .devices
            .iter_mut()
            .enumerate()
            .skip(self.sweep)
            .step_by(SWEEPS)
        {
            let context = context(settings, definitions, &device.id);
            device.track.tick(known_until, &context, &mut changes);
            device.publish(&mut changes, &definitions.fences, now, out);
            if device.track.has_unsaved() {
                device.note(place, &mut self.unsaved);
            }
        }
    }
}

impl Device {
    /// Puts it among the unsaved ones.
    fn note(&mut self, place: usize, unsaved: &mut Vec<usize>) {
        if !std::mem::replace(&mut self.unsaved, true) {
            unsaved.push(place);
        }
    }

    /// Writes events.
    pub(super) fn publish(
        &mut self,
        changes: &mut Vec<Change>,
        fences: &FenceSet,
        at: Timestamp,
        out: &mut Out,
    ) {
        for change in changes.drain(..) {
            metrics::event(change.transition.kind, change.withdrawn);
            let Some((fence, name)) = fences.name_of(change.transition.fence) else {
                continue;
            };
            let event = change.to_event(&self.id, fence, name);
            let headers = vec![
                (
                    headers::EVENT_ID,
                    Bytes::from(event.event_id.clone().into_bytes()),
                ),
                (
                    headers::SCHEMA,
                    Bytes::from_static(Topic::FenceEvents.schema().as_bytes()),
                ),
            ];
            let value = Bytes::from(event.encode_to_vec());
            out.emit(
                Topic::FenceEvents,
                Bytes::copy_from_slice(self.id.as_bytes()),
                Some(value),
                headers,
                at,
            );
        }
    }
}

pub(super) fn context<'a>(
    settings: &'a Settings,
    definitions: &'a Definitions,
    device: &'a str,
) -> Context<'a> {
    Context {
        settings,
        fences: &definitions.fences,
        members: &definitions.members,
        device,
    }
}

/// Key of a state entry: the device, and for a chunk a zero byte and its number.
fn key(device: &str, chunk: Option<u32>) -> Vec<u8> {
    let mut key = device.as_bytes().to_vec();
    if let Some(chunk) = chunk {
        key.push(0);
        key.extend_from_slice(&chunk.to_be_bytes());
    }
    key
}

fn split_key(key: &[u8]) -> (&[u8], Option<u32>) {
    match key.split_last_chunk::<4>() {
        Some(([device @ .., 0], chunk)) => (device, Some(u32::from_be_bytes(*chunk))),
        _ => (key, None),
    }
}

pub(super) fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_silent_while_a_backlog_is_worked_off() {
        let mut partition = Partition::default();
        assert_eq!(partition.known_until(1_000_000), 1_000_000);
        partition.hear(instant(100_000), instant(1_000_000));
        assert_eq!(partition.known_until(1_002_000), 102_000);
        assert_eq!(partition.known_until(1_000_000 + QUIET_MS), 1_000_000 + QUIET_MS);
        // Records of now, and records whose time is ahead.
        partition.hear(instant(2_000_000), instant(2_000_100));
        assert_eq!(partition.known_until(2_000_200), 2_000_100);
        partition.hear(instant(9_000_000), instant(3_000_000));
        assert_eq!(partition.known_until(3_000_500), 3_000_500);
    }
}
