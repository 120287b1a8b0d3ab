use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// A connection that serves a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    /// Thread that the connection lives on.
    pub(crate) shard: u32,
    /// Its place there.
    pub(crate) slot: u32,
    /// Generation that the device's connection was given.
    pub(crate) generation: u64,
    /// Address of the device.
    pub(crate) peer: SocketAddr,
}

/// Which connection each device is served by. The newest wins.
pub(crate) struct Owners {
    parts: [Mutex<HashMap<Bytes, Owner>>; 16],
    hasher: RandomState,
    last_generation: AtomicU64,
}

impl Owners {
    pub(crate) fn new() -> Self {
        Self {
            parts: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
            last_generation: AtomicU64::new(0),
        }
    }

    /// A generation that is greater than all before, over restarts too: microseconds of the clock, or one more than
    /// the last where the clock stands or goes back.
    pub(crate) fn next_generation(&self, now_ms: i64) -> u64 {
        let clock = u64::try_from(now_ms).unwrap_or(0).saturating_mul(1000);
        let next = |last: u64| Some(clock.max(last + 1));
        let last = self
            .last_generation
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            .unwrap_or_default();
        clock.max(last + 1)
    }

    /// Makes `owner` serve the device; hands out who did before.
    pub(crate) fn take(&self, device: &Bytes, owner: Owner) -> Option<Owner> {
        self.part(device).insert(device.clone(), owner)
    }

    /// Ends the service, unless a newer connection took it over. True when it was still the owner.
    pub(crate) fn release(&self, device: &Bytes, generation: u64) -> bool {
        let mut part = self.part(device);
        let owned = part
            .get(device)
            .is_some_and(|owner| owner.generation == generation);
        if owned {
            part.remove(device);
        }
        owned
    }

    /// Devices that are served.
    pub(crate) fn len(&self) -> usize {
        self.parts.iter().map(|part| lock(part).len()).sum()
    }

    fn part(&self, device: &Bytes) -> MutexGuard<'_, HashMap<Bytes, Owner>> {
        let place = self.hasher.hash_one(device) as usize % self.parts.len();
        lock(&self.parts[place])
    }
}

fn lock(part: &Mutex<HashMap<Bytes, Owner>>) -> MutexGuard<'_, HashMap<Bytes, Owner>> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(generation: u64) -> Owner {
        Owner {
            shard: 0,
            slot: 0,
            generation,
            peer: SocketAddr::from(([127, 0, 0, 1], 1)),
        }
    }

    #[test]
    fn the_newest_wins_and_the_old_one_cannot_release_it() {
        let owners = Owners::new();
        let device = Bytes::from_static(b"1");
        assert_eq!(owners.take(&device, owner(1)), None);
        assert_eq!(owners.take(&device, owner(2)), Some(owner(1)));
        assert!(!owners.release(&device, 1));
        assert!(owners.release(&device, 2) && owners.len() == 0);
    }

    #[test]
    fn generations_grow_when_the_clock_stands_or_goes_back() {
        let owners = Owners::new();
        let first = owners.next_generation(1_000);
        let second = owners.next_generation(1_000);
        let third = owners.next_generation(10);
        let fourth = owners.next_generation(2_000);
        assert!(first < second && second < third && third < fourth);
    }
}
