use std::sync::atomic::Ordering;

use wire::Time;

use super::Shard;
use super::connection::{Connection, State};
use super::core::Core;
use super::leaving::Leaving;
use crate::config::{Deadlines, millis};
use crate::metrics::{self, Reason};

/// Connections ended at a stroke, and milliseconds until the next ones go: those who are served do not wait until
/// thousands of others that miss the same deadline are gone. Each costs a few system calls and a line of the log.
const ENDINGS: usize = 16;
const ENDINGS_APART_MS: i64 = 5;

/// When deadlines are looked at.
#[derive(Debug)]
pub(super) struct Sweep {
    every_ms: i64,
    /// When it began last.
    begun_ms: i64,
    /// The connection to go on with, and when; none when all were looked at.
    next: Option<(usize, i64)>,
}

impl Sweep {
    pub(super) const fn new(every_ms: i64) -> Self {
        Self {
            every_ms,
            begun_ms: 0,
            next: None,
        }
    }

    /// Milliseconds until it is to begin, or to go on.
    pub(super) fn left_ms(&self, now_ms: i64) -> i64 {
        let begin_ms = self.begun_ms + self.every_ms;
        let due_ms = self.next.map_or(begin_ms, |(_, due_ms)| due_ms.min(begin_ms));
        (due_ms - now_ms).clamp(0, self.every_ms)
    }

    /// Begins when it is time to. A clock that was put back does not keep it.
    fn begin(&mut self, now_ms: i64) -> bool {
        if now_ms - self.begun_ms < self.every_ms && now_ms >= self.begun_ms {
            return false;
        }
        self.begun_ms = now_ms;
        self.next.get_or_insert((0, now_ms));
        true
    }

    /// The first connection to be looked at now.
    fn first(&self, now_ms: i64) -> Option<usize> {
        let (first, due_ms) = self.next?;
        (now_ms >= due_ms || due_ms - now_ms > ENDINGS_APART_MS).then_some(first)
    }
}

impl Shard {
    /// Looks at all deadlines when it is time to.
    pub(super) fn sweep(&mut self) {
        let now = self.core.now_ms;
        if self.sweep.begin(now) {
            self.core.recorder.sweep(now);
            self.evict_partial();
            self.tell_levels();
        }
        self.let_go(now);
        let first = self.sweep.first(now).or(self.drain_ms.map(|_| 0));
        if let Some(first) = first {
            self.sweep.next = self.end_due(first, now);
        }
    }

    fn tell_levels(&self) {
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

    /// Ends connections that are past a deadline, from `first` on. Says where and when to go on, if not all were looked at.
    fn end_due(&mut self, first: usize, now: i64) -> Option<(usize, i64)> {
        let overdue = self.drain_ms.is_some_and(|deadline| now >= deadline);
        let enough = if self.drain_ms.is_some() {
            usize::MAX
        } else {
            ENDINGS
        };
        let shared = self.core.shared.clone();
        let deadlines = &shared.config.deadlines;
        let mut ended = 0;
        for slot in first..self.connections.capacity() {
            if ended == enough {
                return Some((slot, now + ENDINGS_APART_MS));
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
        None
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_that_had_ended_enough_goes_on_a_little_later_and_where_it_stopped() {
        let mut sweep = Sweep::new(1000);
        assert!(sweep.begin(5000));
        assert_eq!(sweep.first(5000), Some(0));
        sweep.next = Some((40, 5000 + ENDINGS_APART_MS));
        assert_eq!((sweep.first(5004), sweep.left_ms(5004)), (None, 1));
        assert_eq!(sweep.first(5005), Some(40));
        assert!(
            sweep.begin(6000),
            "the budget of half frames is looked at in time"
        );
        assert_eq!(sweep.first(6000), Some(40), "and the sweep does not begin anew");
        sweep.next = None;
        assert_eq!((sweep.first(6001), sweep.left_ms(6001)), (None, 999));
        assert!(!sweep.begin(6999));
    }

    #[test]
    fn a_clock_that_was_put_back_does_not_keep_it() {
        let mut sweep = Sweep::new(1000);
        assert!(sweep.begin(5000));
        sweep.next = Some((40, 5005));
        assert_eq!(sweep.first(100), Some(40));
        assert!(sweep.begin(100));
    }
}
