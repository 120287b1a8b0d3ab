use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::obligations::Obligations;

/// Counters that all devices share.
#[derive(Debug, Default)]
pub(super) struct Stats {
    pub(super) connects: AtomicU64,
    pub(super) online: AtomicU64,
    pub(super) messages: AtomicU64,
    pub(super) fixes: AtomicU64,
    pub(super) stored: AtomicU64,
    pub(super) answered: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) repeated: AtomicU64,
}

pub(super) fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}

impl Stats {
    pub(super) fn progress(&self) -> Progress {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Progress {
            connects: read(&self.connects),
            online: read(&self.online),
            messages: read(&self.messages),
            fixes: read(&self.fixes),
            stored_fixes: read(&self.stored),
            answered: read(&self.answered),
            refused: read(&self.refused),
            repeated: read(&self.repeated),
        }
    }
}

/// Counts of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Times that a device connected and was let in.
    pub connects: u64,
    /// Devices that are connected now.
    pub online: u64,
    /// Messages sent, each counted once.
    pub messages: u64,
    /// Fixes sent.
    pub fixes: u64,
    /// Of these, fixes that were kept and sent later.
    pub stored_fixes: u64,
    /// Messages that were answered as received.
    pub answered: u64,
    /// Messages that were answered otherwise.
    pub refused: u64,
    /// Messages that were sent again for want of an answer.
    pub repeated: u64,
}

/// What a fleet came to.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Report {
    /// Devices.
    pub devices: usize,
    /// Fixes that were acknowledged.
    pub acked_fixes: u64,
    /// All counts.
    #[serde(flatten)]
    pub progress: Progress,
}

impl Report {
    pub(super) fn new(progress: Progress, obligations: &[Obligations]) -> Self {
        Self {
            devices: obligations.len(),
            acked_fixes: obligations.iter().map(|one| one.acked.len()).sum(),
            progress,
        }
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let progress = &self.progress;
        writeln!(
            f,
            "devices        {:>9}   {} connects",
            self.devices, progress.connects
        )?;
        writeln!(
            f,
            "fixes          {:>9}   {} of them kept and sent later, {} acknowledged",
            progress.fixes, progress.stored_fixes, self.acked_fixes
        )?;
        write!(
            f,
            "messages       {:>9}   {} answered, {} refused, {} sent again",
            progress.messages, progress.answered, progress.refused, progress.repeated
        )
    }
}
