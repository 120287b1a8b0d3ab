use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Arc, PoisonError, RwLock};

use bus::{Received, Refusal};
use bytes::Bytes;
use events::binding::v1::Binding;
use events::calendar::v1::Calendar;
use events::fence::v1::Fence;
use events::roster::v1 as pb;
use events::{Message as _, Topic};
use pb::definition::Entity;
use rustc_hash::FxHasher;

use crate::metrics;
use crate::roster::{Definitions as Written, Roster, Shape, fence_shape, resolve};

/// The topics that persons are judged by.
pub(super) const TOPICS: &[Topic] = &[Topic::Rosters, Topic::Calendars, Topic::Bindings, Topic::Fences];

/// What the compacted topics say.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// By key, each as it was written.
    records: BTreeMap<(Topic, String), Bytes>,
    fences: HashMap<String, Bytes>,
    stale: bool,
    world: Arc<World>,
}

/// The definitions as they hold now.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) roster: Roster,
    /// Presences by person.
    pub(super) told: HashMap<String, Vec<pb::Presence>>,
    /// Devices that a binding names.
    bound: BTreeSet<String>,
    /// Fences that a site names.
    named: BTreeSet<String>,
    /// Of everything that concerns all: policies, shifts, sites.
    shared: u64,
    /// Of what concerns one person, or one device.
    own: HashMap<String, u64>,
}

impl World {
    /// Changes when a definition changes that the person (or the device that nobody carries) is judged by.
    pub(super) fn print(&self, id: &str) -> u64 {
        let own = self.own.get(id).copied().unwrap_or(0);
        digest(&(self.shared, own))
    }

    /// True when some binding names the device.
    pub(super) fn is_bound(&self, device: &str) -> bool {
        self.bound.contains(device)
    }
}

impl Definitions {
    /// Takes a record of one of the [`TOPICS`].
    pub(super) fn define(&self, record: &Received) -> Result<(), Refusal> {
        let refuse = |detail: String| Refusal {
            reason: "definition",
            detail,
        };
        let key = std::str::from_utf8(&record.key)
            .map_err(|_| refuse("expected the id as UTF-8 in the key, found other bytes".into()))?;
        let readable = record.value.as_ref().map_or(Ok(()), |value| {
            let value = value.clone();
            match record.topic {
                Topic::Calendars => Calendar::decode(value).map(|_| ()),
                Topic::Bindings => Binding::decode(value).map(|_| ()),
                Topic::Fences => Fence::decode(value).map(|_| ()),
                _ => pb::Definition::decode(value).map(|_| ()),
            }
        });
        readable.map_err(|error| refuse(format!("expected a {}: {error}", record.topic.schema())))?;
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let kept = &mut *kept;
        if record.topic == Topic::Fences {
            kept.stale |= kept.world.named.contains(key);
            match &record.value {
                Some(value) => kept.fences.insert(key.to_owned(), value.clone()),
                None => kept.fences.remove(key),
            };
            return Ok(());
        }
        let key = (record.topic, key.to_owned());
        kept.stale |= match &record.value {
            Some(value) => kept.records.insert(key, value.clone()).as_ref() != Some(value),
            None => kept.records.remove(&key).is_some(),
        };
        Ok(())
    }

    /// The definitions as of now.
    pub(super) fn world(&self) -> Arc<World> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if !kept.stale {
            return Arc::clone(&kept.world);
        }
        drop(kept);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.stale {
            kept.world = Arc::new(kept.resolve());
            kept.stale = false;
        }
        Arc::clone(&kept.world)
    }
}

impl Kept {
    fn resolve(&self) -> World {
        let mut world = World::default();
        let mut written = Written::default();
        let mut shared = FxHasher::default();
        let mut own: HashMap<String, FxHasher> = HashMap::new();
        let mut groups: HashMap<String, FxHasher> = HashMap::new();
        for ((topic, key), value) in &self.records {
            if written.take(*topic, key, value).is_err() {
                continue;
            }
            match topic {
                Topic::Calendars => value.hash(&mut shared),
                Topic::Bindings => {
                    if let Some(binding) = written.bindings.last() {
                        let device = &binding.value.device;
                        world.bound.insert(device.clone());
                        value.hash(own.entry(device_key(device)).or_default());
                    }
                }
                _ => {
                    let entity = pb::Definition::decode(value.clone())
                        .ok()
                        .and_then(|it| it.entity);
                    let hasher = match &entity {
                        Some(Entity::Person(person)) => own.entry(person.id.clone()).or_default(),
                        Some(Entity::Approval(approval)) => own.entry(approval.person.clone()).or_default(),
                        Some(Entity::Balance(balance)) => own.entry(balance.person.clone()).or_default(),
                        Some(Entity::Presence(presence)) => own.entry(presence.person.clone()).or_default(),
                        Some(Entity::Assignment(given)) if given.person.is_empty() => {
                            groups.entry(given.group.clone()).or_default()
                        }
                        Some(Entity::Assignment(given)) => own.entry(given.person.clone()).or_default(),
                        _ => &mut shared,
                    };
                    value.hash(hasher);
                }
            }
        }
        let fences = written.sites.iter().map(|site| &site.value.fence);
        world
            .named
            .extend(fences.filter(|fence| !fence.is_empty()).cloned());
        let mut shapes: HashMap<String, Arc<Shape>> = HashMap::new();
        for name in &world.named {
            let Some(bytes) = self.fences.get(name) else {
                continue;
            };
            bytes.hash(&mut shared);
            match Fence::decode(bytes.clone()).map(|fence| fence_shape(&fence)) {
                Ok(Ok(shape)) => {
                    shapes.insert(name.clone(), Arc::new(shape));
                }
                Ok(Err(error)) => tracing::warn!(fence = name, %error, "a site cannot have this fence"),
                Err(error) => tracing::warn!(fence = name, %error, "a site cannot have this fence"),
            }
        }
        let resolved = resolve(&written, &shapes);
        metrics::problems(resolved.problems.len());
        for problem in &resolved.problems {
            tracing::warn!(%problem, "a definition is not used");
        }
        for entry in written.presences {
            let person = entry.value.person.clone();
            world.told.entry(person).or_default().push(entry.value);
        }
        // Numbers of sites are their places among those that can be used.
        for site in &resolved.roster.sites {
            site.id.hash(&mut shared);
        }
        // Whoever shares a device, or once had it, is concerned by every binding of it.
        let devices: HashMap<String, u64> = world
            .bound
            .iter()
            .filter_map(|device| Some((device.clone(), own.get(&device_key(device))?.finish())))
            .collect();
        for entry in &written.bindings {
            if let Some(print) = devices.get(&entry.value.device) {
                print.hash(own.entry(entry.value.person.clone()).or_default());
            }
        }
        for person in resolved.roster.people.values() {
            let hasher = own.entry(person.id.to_string()).or_default();
            devices.get(&*person.id).hash(hasher);
            for group in &person.groups {
                groups.get(group).map(FxHasher::finish).hash(hasher);
            }
        }
        world.shared = shared.finish();
        world.own = own.into_iter().map(|(id, hash)| (id, hash.finish())).collect();
        world.roster = resolved.roster;
        world
    }
}

/// Key of what is kept for a device that nobody carries.
pub(super) fn device_key(device: &str) -> String {
    format!("device:{device}")
}

fn digest(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}
