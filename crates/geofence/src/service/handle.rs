use std::sync::{Arc, Mutex, PoisonError, RwLockReadGuard};

use super::definitions::Definitions;
use super::partition::Partition;
use super::stage::{Shared, lock};
use crate::engine::FenceKey;

/// Answers who is where, from the state of the partitions that run in this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

/// Someone in a fence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occupant {
    /// Device id.
    pub device: String,
    /// Time of the enter, Unix milliseconds.
    pub since: i64,
    /// Time of the newest fix, Unix milliseconds.
    pub seen: i64,
}

/// A fence that a device is in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stay {
    /// Fence id.
    pub fence: String,
    /// Name of the fence.
    pub name: String,
    /// Time of the enter, Unix milliseconds.
    pub since: i64,
}

/// Where a device is as far as one fence is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// Inside since then, Unix milliseconds.
    Inside {
        /// Time of the enter.
        since: i64,
        /// Time of the newest fix.
        seen: i64,
    },
    /// Outside, by its newest fix.
    Outside {
        /// Time of the newest fix.
        seen: i64,
    },
    /// There is no fix that is fresh enough to tell, or the newest one lies in the fence and has not made an enter: the
    /// fence was drawn later, or the rules ask for more.
    Unknown,
}

impl Handle {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Who is in the fence now, in the order of the device ids.
    #[must_use]
    pub fn occupants(&self, fence: &str) -> Vec<Occupant> {
        let key = FenceKey::of(fence);
        let mut found = Vec::new();
        for partition in self.partitions() {
            for device in &lock(&partition).devices {
                let inside = device.track.inside().find(|(fence, _)| *fence == key);
                if let (Some((_, since)), Some(last)) = (inside, device.track.last()) {
                    found.push(Occupant {
                        device: device.id.to_string(),
                        since,
                        seen: last.time,
                    });
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// Whether the device is in the fence. A newest fix before `fresh_from`, Unix milliseconds, tells nothing.
    #[must_use]
    pub fn whereabouts(&self, device: &str, fence: &str, fresh_from: i64) -> Whereabouts {
        let key = FenceKey::of(fence);
        let definitions = self.definitions();
        for partition in self.partitions() {
            let partition = lock(&partition);
            let Some(device) = partition.find(device) else {
                continue;
            };
            let Some(last) = device.track.last().filter(|last| last.time >= fresh_from) else {
                return Whereabouts::Unknown;
            };
            let seen = last.time;
            return match device.track.inside().find(|(fence, _)| *fence == key) {
                Some((_, since)) => Whereabouts::Inside { since, seen },
                None if definitions.fences.holds_now(fence, last.point) => Whereabouts::Unknown,
                None => Whereabouts::Outside { seen },
            };
        }
        Whereabouts::Unknown
    }

    /// The time of the newest fix of the device, Unix milliseconds, and the fences that it is in, in the order of their
    /// ids. None when no fix of it has come here.
    #[must_use]
    pub fn stays(&self, device: &str) -> Option<(i64, Vec<Stay>)> {
        let definitions = self.definitions();
        self.partitions().iter().find_map(|partition| {
            let partition = lock(partition);
            let track = &partition.find(device)?.track;
            let mut stays: Vec<Stay> = track
                .inside()
                .filter_map(|(key, since)| {
                    let (fence, name) = definitions.fences.name_of(key)?;
                    Some(Stay {
                        fence: fence.to_owned(),
                        name: name.to_owned(),
                        since,
                    })
                })
                .collect();
            stays.sort_unstable();
            Some((track.last()?.time, stays))
        })
    }

    /// The name of a fence that holds now; empty where it has none.
    #[must_use]
    pub fn name(&self, fence: &str) -> Option<String> {
        self.definitions().fences.name_now(fence).map(str::to_owned)
    }

    /// The partitions that run in this process; the others' devices are answered for elsewhere.
    #[must_use]
    pub fn partition_numbers(&self) -> Vec<u32> {
        let partitions = lock(&self.shared.partitions);
        partitions
            .iter()
            .filter(|(_, partition)| partition.strong_count() > 0)
            .map(|(number, _)| *number)
            .collect()
    }

    fn definitions(&self) -> RwLockReadGuard<'_, Definitions> {
        self.shared
            .definitions
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn partitions(&self) -> Vec<Arc<Mutex<Partition>>> {
        let mut partitions = lock(&self.shared.partitions);
        // Partitions that were given back are gone.
        partitions.retain(|_, partition| partition.strong_count() > 0);
        partitions.values().filter_map(std::sync::Weak::upgrade).collect()
    }
}
