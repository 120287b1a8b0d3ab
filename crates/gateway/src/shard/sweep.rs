use std::sync::atomic::Ordering;
use std::time::Duration;

use wire::Time;

use super::Shard;
use super::connection::{Connection, State};
use super::core::Core;
use super::leaving::Leaving;
use crate::config::{Deadlines, millis};
use crate::metrics::{self, Reason};

/// Connections ended in a turn, so that those who are served do not wait until thousands of others are gone.
const ENDINGS: usize = 32;

/// Where the looking at all deadlines stands.
#[derive(Debug)]
pub(super) struct Sweep {
    every_ms: i64,
    /// When the newest one began.
    begun_ms: i64,
    /// Where it goes on in the next turn; none when all were looked at.
    next: Option<usize>,
}

impl Sweep {
    pub(super) const fn new(every_ms: i64) -> Self {
        Self {
            every_ms,
            begun_ms: 0,
            next: None,
        }
    }

    /// How long it has time, when it is to come after at most so many milliseconds.
    pub(super) fn patience(&self, now_ms: i64, at_most_ms: i64) -> Duration {
        if self.next.is_some() {
            return Duration::ZERO;
        }
        let every = self.every_ms.min(at_most_ms);
        let left = (self.begun_ms + every - now_ms).clamp(0, every);
        Duration::from_millis(left.unsigned_abs())
    }

    /// True when it is to begin anew. A clock that was put back does not keep it.
    fn is_due(&self, now_ms: i64) -> bool {
        now_ms - self.begun_ms >= self.every_ms || now_ms < self.begun_ms
    }
}

impl Shard {
    /// Looks at the deadlines of all connections when it is time to, and at more of them where the last turn had ended
    /// enough.
    pub(super) fn sweep(&mut self) {
        let now = self.core.now_ms;
        if self.sweep.next.is_none() {
            if self.drain_ms.is_none() && !self.sweep.is_due(now) {
                return;
            }
            self.sweep.begun_ms = now;
            self.sweep.next = Some(0);
            self.core.recorder.sweep(now);
            for door in &mut self.doors {
                door.reopen(now);
            }
        }
        self.let_go(now);
        self.end_due(now);
        if self.sweep.next.is_some() {
            return;
        }
        self.evict_partial();
        if self.core.index == 0 {
            let shared = &self.core.shared;
            metrics::in_flight(&*shared.outlet);
            metrics::levels(
                shared.partial_bytes.load(Ordering::Relaxed),
                shared.registry.len(),
                shared.owners.len(),
            );
        }
    }

    /// Ends connections that are past a deadline, from where the last turn stopped.
    fn end_due(&mut self, now: i64) {
        let overdue = self.drain_ms.is_some_and(|deadline| now >= deadline);
        let shared = self.core.shared.clone();
        let deadlines = &shared.config.deadlines;
        let mut ended = 0;
        for slot in self.sweep.next.take().unwrap_or(0)..self.connections.capacity() {
            if ended == ENDINGS {
                self.sweep.next = Some(slot);
                return;
            }
            let Some(connection) = self.connections.get_mut(slot) else {
                continue;
            };
            let due = if overdue {
                Some((Reason::Drain, true))
            } else if let Some(ending) = connection.state.ending {
                (now >= connection.state.given_up_ms).then_some((ending, true))
            } else {
                passed(&connection.state, now, deadlines)
                    .or_else(|| self.core.expire(slot, connection))
                    .map(|reason| (reason, false))
            };
            let Some((reason, at_once)) = due else {
                continue;
            };
            ended += 1;
            if at_once {
                self.close(slot, reason);
            } else {
                self.end(slot, reason);
            }
        }
    }

    /// Ends the connections whose frames or messages have been incomplete longest while all of them together hold too
    /// much. Other shards do the same at the same time, so what is held is asked again before each.
    fn evict_partial(&mut self) {
        let limit = self.core.shared.config.limits.partial_frame_bytes;
        let shared = self.core.shared.clone();
        let too_much = || shared.partial_bytes.load(Ordering::Relaxed) > limit;
        if !too_much() {
            return;
        }
        let mut waiting: Vec<(i64, usize)> = self
            .connections
            .iter()
            .filter(|(_, connection)| connection.incomplete() > 0)
            .map(|(slot, connection)| (connection.incomplete_ms(), slot))
            .collect();
        waiting.sort_unstable();
        for (_, slot) in waiting {
            if !too_much() {
                break;
            }
            metrics::throttled("partial_frames");
            self.close(slot, Reason::Flood);
        }
    }

    /// Stops taking connections and datagrams; connections end one after the other, each when its answers are written.
    pub(super) fn begin_drain(&mut self, deadline_ms: i64) {
        self.drain_ms = Some(deadline_ms);
        self.doors.clear();
        let slots = self.connections.iter().map(|(slot, _)| slot).collect();
        self.leaving = Some(Leaving::new(slots, self.core.now_ms, deadline_ms));
        self.let_go(self.core.now_ms);
    }

    /// Ends the connections whose turn it is since the stop has begun. No other connection has taken their places: none
    /// are accepted any more.
    fn let_go(&mut self, now: i64) {
        let deadline_ms = self.drain_ms.unwrap_or_default();
        while let Some(slot) = self.leaving.as_mut().and_then(|leaving| leaving.next(now)) {
            self.end(slot, Reason::Drain);
            if let Some(connection) = self.connections.get_mut(slot) {
                connection.state.given_up_ms = connection.state.given_up_ms.max(deadline_ms);
            }
        }
    }
}

impl Core {
    /// Lets time pass for a session: writes what it asks for again, rejects what it gives up.
    fn expire(&mut self, slot: usize, connection: &mut Connection) -> Option<Reason> {
        let before = connection.incomplete();
        let expired = connection.link.expire(Time(self.now_ms));
        self.shared.partial_changed(before, connection.incomplete());
        let state = &mut connection.state;
        if !expired.answers.is_empty() {
            self.write(slot, state, expired.answers);
        }
        if let Some(error) = expired.reject {
            let protocol = connection.link.protocol();
            let origin = self.origin(state, protocol, connection.channel.transport());
            let reject = self.reject(state, origin, &[], false, &error);
            self.tell(state, &reject);
        }
        expired.close.map(Reason::from)
    }
}

/// The deadline that a connection has passed, if any.
fn passed(state: &State, now: i64, deadlines: &Deadlines) -> Option<Reason> {
    if let Some(reason) = passed_before_login(state, now, deadlines) {
        return Some(reason);
    }
    let partial = state.partial_ms;
    (partial != 0 && now - partial >= millis(deadlines.frame_seconds)).then_some(Reason::FrameTimeout)
}

fn passed_before_login(state: &State, now: i64, deadlines: &Deadlines) -> Option<Reason> {
    let open = now - state.opened_ms;
    if state.totals.bytes_in == 0 && open >= millis(deadlines.first_byte_seconds) {
        Some(Reason::FirstByte)
    } else if !state.online() && open >= millis(deadlines.login_seconds) {
        Some(Reason::Login)
    } else {
        None
    }
}
