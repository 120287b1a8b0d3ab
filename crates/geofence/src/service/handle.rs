use std::sync::{Arc, Mutex};

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
    /// There is no fix that is fresh enough to tell.
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
                None => Whereabouts::Outside { seen },
            };
        }
        Whereabouts::Unknown
    }

    fn partitions(&self) -> Vec<Arc<Mutex<Partition>>> {
        let mut partitions = lock(&self.shared.partitions);
        // Partitions that were given back are gone.
        partitions.retain(|_, partition| partition.strong_count() > 0);
        partitions.values().filter_map(std::sync::Weak::upgrade).collect()
    }
}
