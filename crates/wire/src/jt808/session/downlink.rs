//! Messages to the terminal that wait for an answer: sent again when none comes, and part by part when it asks.

use crate::jt808::message::{Answering, Message};
use crate::session::Time;

/// How long and how often answers are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Seconds until the first repetition; the N-th wait is the wait before it times N.
    pub first_s: i64,
    /// How often a message is sent again.
    pub resends: u8,
    /// Messages that may wait at once.
    pub messages: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_s: 10,
            resends: 3,
            messages: 16,
        }
    }
}

/// Messages that wait for an answer.
#[derive(Debug, Default)]
pub(super) struct Downlink {
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    id: u16,
    /// Serial of the first frame.
    serial: u16,
    frames: Vec<Vec<u8>>,
    /// Times it was sent.
    sent: u8,
    wait_s: i64,
    again_at: Time,
}

impl Downlink {
    /// Keeps the frames of a message that expects an answer; false when too many wait already.
    pub(super) fn keep(
        &mut self,
        id: u16,
        serial: u16,
        frames: &[Vec<u8>],
        patience: &Patience,
        now: Time,
    ) -> bool {
        let silent = Message::row(id).is_some_and(|row| row.answering == Answering::Silent);
        if silent {
            return true;
        }
        if self.waiting.len() >= patience.messages {
            return false;
        }
        self.waiting.push(Waiting {
            id,
            serial,
            frames: frames.to_vec(),
            sent: 1,
            wait_s: patience.first_s,
            again_at: now.after_s(patience.first_s),
        });
        true
    }

    /// Takes an answer to a serial; `id` where the answer names it. For a message in several frames the serial of any
    /// of them counts.
    pub(super) fn answered(&mut self, id: Option<u16>, serial: u16) {
        let place = self.waiting.iter().position(|waiting| {
            let span = u16::try_from(waiting.frames.len()).unwrap_or(u16::MAX).max(1);
            id.is_none_or(|id| id == waiting.id) && serial.wrapping_sub(waiting.serial) < span
        });
        if let Some(place) = place {
            self.waiting.remove(place);
        }
    }

    /// Takes an answer that names no serial: the oldest message of the id was answered.
    pub(super) fn answered_id(&mut self, id: u16) {
        if let Some(place) = self.waiting.iter().position(|waiting| waiting.id == id) {
            self.waiting.remove(place);
        }
    }

    /// The parts that a terminal asks for with 0x0005.
    pub(super) fn parts(&self, first_serial: u16, indices: impl Iterator<Item = u16>) -> Vec<Vec<u8>> {
        let Some(waiting) = self.waiting.iter().find(|waiting| waiting.serial == first_serial) else {
            return Vec::new();
        };
        indices
            .filter_map(|index| waiting.frames.get(usize::from(index.checked_sub(1)?)).cloned())
            .collect()
    }

    /// Frames that are due again at `now`; a message that was sent often enough is forgotten.
    pub(super) fn due(&mut self, patience: &Patience, now: Time) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        self.waiting.retain_mut(|waiting| {
            if now < waiting.again_at {
                return true;
            }
            if waiting.sent > patience.resends {
                return false;
            }
            frames.extend(waiting.frames.iter().cloned());
            waiting.sent = waiting.sent.saturating_add(1);
            waiting.wait_s = waiting.wait_s.saturating_mul(i64::from(waiting.sent));
            waiting.again_at = now.after_s(waiting.wait_s);
            true
        });
        frames
    }

    /// When [`Downlink::due`] has something next.
    pub(super) fn deadline(&self) -> Option<Time> {
        self.waiting.iter().map(|waiting| waiting.again_at).min()
    }
}
