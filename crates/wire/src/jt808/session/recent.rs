//! What came a short while ago, to know messages that a terminal sends again because it did not hear the answer.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use crate::jt808::location::Fix;
use crate::jt808::message::Message;

/// Messages that are remembered.
const WINDOW: usize = 32;

/// Hashes of the last messages and fixes; a terminal that makes two of its own collide gains nothing. A lower serial is no sign of a repetition: many terminals start at 0 after
/// each connect.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// Empty until something came.
    seen: Box<[u64]>,
    /// Place of the oldest.
    next: usize,
}

impl Recent {
    /// Notes a message by (id, serial, body); true when it was noted before.
    pub(super) fn message(&mut self, id: u16, serial: u16, body: &[u8]) -> bool {
        let mut hasher = FxHasher::default();
        (0u8, id, serial, body).hash(&mut hasher);
        self.note(hasher.finish())
    }

    /// Notes a fix by its time, place and alarms; true when it was noted before. Fixes without a time are never
    /// repeated.
    pub(super) fn fix(&mut self, fix: &Fix) -> bool {
        if fix.time.civil().is_none() {
            return false;
        }
        let mut hasher = FxHasher::default();
        (
            1u8,
            fix.time,
            fix.latitude_deg.0,
            fix.longitude_deg.0,
            fix.alarms.0,
            fix.status.0,
        )
            .hash(&mut hasher);
        self.note(hasher.finish())
    }

    /// Notes a whole message and the fixes in it; true when it or all of its fixes were noted before.
    pub(super) fn take(&mut self, message: &Message<'_>, serial: u16, body: &[u8]) -> bool {
        let whole = self.message(message.id(), serial, body);
        match message {
            Message::Location(location) => self.fix(&location.fix) || whole,
            _ => whole,
        }
    }

    fn note(&mut self, hash: u64) -> bool {
        if self.seen.is_empty() {
            // Filled with what is noted first, so that nothing counts as seen that was not.
            self.seen = Box::new([hash; WINDOW]);
            return false;
        }
        if self.seen.contains(&hash) {
            return true;
        }
        self.next = self.next.wrapping_add(1) % WINDOW;
        if let Some(oldest) = self.seen.get_mut(self.next) {
            *oldest = hash;
        }
        false
    }
}
