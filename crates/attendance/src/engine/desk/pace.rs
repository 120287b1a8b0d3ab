//! When facts ask for a judgement, so that not each of them needs one.

use serde::{Deserialize, Serialize};

/// How soon facts are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// Late facts that come within this time of each other are one correction, seconds.
    pub quiet_s: i64,
    /// A correction is not put off for longer than this, seconds.
    pub longest_s: i64,
    /// Facts in their order are judged as well, not only when the clock asks for it.
    pub live: bool,
}

impl Rhythm {
    /// For files: nobody waits for a running shift.
    pub const FILE: Self = Self {
        quiet_s: 120,
        longest_s: i64::MAX,
        live: false,
    };
    /// For the service.
    pub const LIVE: Self = Self {
        quiet_s: 2,
        longest_s: 120,
        live: true,
    };
}

/// Wait after a fix that is elsewhere than the one before, seconds.
const SOON_S: i64 = 5;
/// Fixes within this time of such a change are judged soon as well: it takes two to leave, seconds.
const CHANGING_S: i64 = 180;
/// Wait where nothing changes, seconds.
const STEADY_S: i64 = 600;

/// What waits for a judgement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pace {
    /// Since when a correction is open, and when it ends unless more comes.
    correction: Option<(i64, i64)>,
    live_at: Option<i64>,
    changed_at: Option<i64>,
}

impl Pace {
    /// True while a correction is open.
    pub(super) fn is_correcting(&self) -> bool {
        self.correction.is_some()
    }

    /// A late fact, or a definition, became known.
    pub(super) fn correct(&mut self, known_at: i64, rhythm: Rhythm) {
        let since = self.correction.map_or(known_at, |(since, _)| since);
        let until = (known_at + rhythm.quiet_s).min(since.saturating_add(rhythm.longest_s));
        self.correction = Some((since, until));
    }

    /// A fix came in its order; `changes` when it is elsewhere than the one before.
    pub(super) fn follow(&mut self, known_at: i64, changes: bool) {
        if changes {
            self.changed_at = Some(known_at);
        }
        let changing = self.changed_at.is_some_and(|at| known_at - at <= CHANGING_S);
        let due = known_at + if changing { SOON_S } else { STEADY_S };
        self.live_at = Some(self.live_at.map_or(due, |at| at.min(due)));
    }

    /// When to judge, given when the clock asks for it: not in the middle of a correction.
    pub(super) fn due(&self, by_clock: i64) -> i64 {
        match self.correction {
            Some((_, until)) => until,
            None => by_clock.min(self.live_at.unwrap_or(i64::MAX)),
        }
    }

    /// Everything known by then was judged.
    pub(super) fn settled(&mut self, now: i64) {
        self.correction = self.correction.filter(|(_, until)| *until > now);
        self.live_at = self.live_at.filter(|at| *at > now);
    }
}
