use std::thread::JoinHandle;

use bus::{Received, Refusal};
use events::{Message as _, Topic};
use spatial::Rebuilt;

use crate::engine::{Edit, FenceKey, FenceSet, Memberships, Settings};
use crate::metrics;

/// What the compacted topics say: fences and bindings.
#[derive(Debug)]
pub(super) struct Definitions {
    pub(super) fences: FenceSet,
    pub(super) members: Memberships,
    /// Fences that were changed or deleted since the partitions last followed, and when.
    changed: Vec<(FenceKey, i64)>,
    /// The partitions are following the changes; the next one begins a new list.
    followed: bool,
    /// As long as everything that exists is being read, nothing is indexed.
    indexed: bool,
    rebuild: Option<JoinHandle<Rebuilt>>,
}

impl Definitions {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            fences: FenceSet::new(settings.fence_retention_ms()),
            members: Memberships::default(),
            changed: Vec::new(),
            followed: false,
            indexed: false,
            rebuild: None,
        }
    }

    /// Takes a record of a compacted topic.
    pub(super) fn define(&mut self, record: &Received) -> Result<(), Refusal> {
        let refuse = |detail: String| {
            metrics::definition_refused(if record.topic == Topic::Fences {
                "fence"
            } else {
                "binding"
            });
            Refusal {
                reason: "definition",
                detail,
            }
        };
        let key = std::str::from_utf8(&record.key)
            .map_err(|_| refuse("expected the id as UTF-8 in the key, found other bytes".into()))?;
        match record.topic {
            Topic::Fences => self.fence(key, record).map_err(refuse),
            _ => self.binding(key, record).map_err(refuse),
        }
    }

    fn fence(&mut self, key: &str, record: &Received) -> Result<(), String> {
        let at = record.timestamp.as_millisecond();
        let edit = match &record.value {
            None => self.fences.delete(key, at),
            Some(value) => {
                let fence = events::fence::v1::Fence::decode(value.clone())
                    .map_err(|error| format!("expected a milepost.fence.v1.Fence: {error}"))?;
                if fence.id != key {
                    return Err(format!(
                        "expected the id {key:?} as in the key, found {:?}",
                        fence.id
                    ));
                }
                let edit = if self.indexed {
                    self.fences.define(&fence, at)
                } else {
                    self.fences.preload(&fence, at)
                };
                edit.map_err(|error| error.to_string())?
            }
        };
        if self.followed {
            self.changed.clear();
            self.followed = false;
        }
        if matches!(edit, Edit::Changed | Edit::Deleted) {
            self.changed.push((FenceKey::of(key), at));
        }
        Ok(())
    }

    fn binding(&mut self, key: &str, record: &Received) -> Result<(), String> {
        let Some(value) = &record.value else {
            self.members.unbind(key);
            return Ok(());
        };
        let binding = events::binding::v1::Binding::decode(value.clone())
            .map_err(|error| format!("expected a milepost.binding.v1.Binding: {error}"))?;
        self.members.bind(&binding)
    }

    /// Indexes what has been read so far. Gives the fences that a partition has to follow, and the latest time at which one
    /// of them changed.
    pub(super) fn follow(&mut self) -> (Vec<FenceKey>, i64) {
        if !self.indexed {
            self.indexed = true;
            self.fences.reindex();
        }
        self.followed = true;
        let mut keys: Vec<FenceKey> = self.changed.iter().map(|(key, _)| *key).collect();
        keys.sort_unstable();
        let latest = self.changed.iter().map(|(_, at)| *at).max().unwrap_or(i64::MIN);
        (keys, latest)
    }

    /// Housekeeping: forgets old versions, and rebuilds the index on a thread of its own after many edits.
    pub(super) fn keep(&mut self, now: i64) {
        self.fences.forget(now);
        match self.rebuild.take() {
            Some(running) if running.is_finished() => match running.join() {
                Ok(rebuilt) => self.fences.install(rebuilt),
                Err(_) => {
                    tracing::error!("rebuilding the fence index failed, the edits stay beside it");
                    self.fences.abandon_rebuild();
                }
            },
            Some(running) => self.rebuild = Some(running),
            None => {
                if let Some(job) = self.fences.rebuild() {
                    self.rebuild = Some(std::thread::spawn(move || job.run()));
                }
            }
        }
        let (_, side, removed) = self.fences.index_sizes();
        metrics::fences(self.fences.len(), side + removed);
    }
}
