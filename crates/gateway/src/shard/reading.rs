use std::io;

use events::origin::v1::Transport;
use wire::Time;

use super::connection::State;
use super::proxied::{self, Greeting};
use super::taking::Taking;
use super::{READS, SCRATCH, Shard};
use crate::guard::Guard;
use crate::link::Turn;
use crate::metrics::{self, Reason};

impl Shard {
    /// Goes on with connections that were left with unread bytes.
    pub(super) fn read_again(&mut self) {
        for door in 0..self.doors.len() {
            if self.doors[door].has_more() {
                self.knock(door);
            }
        }
        for mailbox in 0..self.mailboxes.len() {
            if self.mailboxes[mailbox].more {
                self.mail(mailbox);
            }
        }
        self.read_paused();
        if self.unread.is_empty() || !self.core.shared.outlet.has_room() {
            return;
        }
        self.core
            .counters
            .backpressured
            .decrement(self.unread.len() as f64);
        for slot in std::mem::take(&mut self.unread) {
            self.read(slot, true);
        }
    }

    /// Reads what has come on a connection and takes its frames.
    pub(super) fn read(&mut self, slot: usize, closed: bool) {
        for _ in 0..READS {
            let Some(connection) = self.connections.get_mut(slot) else {
                return;
            };
            if connection.state.half_closed {
                return self.drain_input(slot);
            }
            if connection.state.ending.is_some() {
                return;
            }
            if connection.state.paused_until_ms > self.core.now_ms {
                return;
            }
            if !self.core.shared.outlet.has_room() {
                break;
            }
            let kept = connection.partial.len();
            match connection.read(&mut self.scratch) {
                Ok(0) => return self.end(slot, Reason::Eof),
                Ok(count) => {
                    if self.take(slot, kept, count) {
                        self.paused.push(slot);
                        return self.after_reading(slot);
                    }
                    let full = kept + count == SCRATCH;
                    if !full && !closed {
                        return self.after_reading(slot);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return self.after_reading(slot),
                Err(error) => {
                    tracing::debug!(%error, "a connection broke");
                    return self.close(slot, Reason::Error);
                }
            }
        }
        self.core.counters.backpressured.increment(1);
        self.unread.push(slot);
    }

    pub(super) fn after_reading(&mut self, slot: usize) {
        if let Some(reason) = self
            .connections
            .get(slot)
            .and_then(|connection| connection.state.ending)
        {
            self.end(slot, reason);
        }
    }

    /// Goes on with connections whose pause is over.
    fn read_paused(&mut self) {
        if self.paused.is_empty() {
            return;
        }
        let now = self.core.now_ms;
        for slot in std::mem::take(&mut self.paused) {
            let until = self
                .connections
                .get(slot)
                .map_or(0, |connection| connection.state.paused_until_ms);
            if until > now {
                self.paused.push(slot);
            } else {
                self.read(slot, true);
            }
        }
    }

    /// Takes the frames of `kept + count` bytes in the scratch. True when they came too fast, and no more are to be
    /// read for a moment.
    pub(super) fn take(&mut self, slot: usize, kept: usize, count: usize) -> bool {
        let Some(connection) = self.connections.get_mut(slot) else {
            return false;
        };
        let connection = &mut **connection;
        let transport = connection.channel.transport();
        connection.state.totals.bytes_in += count as u64;
        self.core.counters.bytes_in.increment(count as u64);
        let shared = self.core.shared.clone();
        let incomplete = connection.incomplete();
        let mut input = &self.scratch[..kept + count];
        if connection.state.awaits_header {
            match greet(&shared.guard, &mut connection.state, input, self.core.now_ms) {
                Some(header) => input = &input[header..],
                None => {
                    shared.partial_changed(kept, input.len());
                    connection.partial = input.into();
                    if connection.state.partial_ms == 0 {
                        connection.state.partial_ms = self.core.now_ms;
                    }
                    return false;
                }
            }
        }
        let mut taking = Taking {
            transport,
            slot,
            state: &mut connection.state,
            core: &mut self.core,
            before: Vec::new(),
        };
        let before = taking.state.totals.frames + taking.state.totals.rejects;
        let mut turn = Turn {
            now: Time(taking.core.now_ms),
            node: &shared.config.node,
            transport,
            served: taking.state.served(taking.core.now_ms),
            from: taking.state.peer.ip(),
            registry: &shared.registry,
            guard: &shared.guard,
            room: &mut self.room,
            sink: &mut taking,
        };
        let done = connection.link.feed(input, shared.patience, &mut turn);
        let rest = &input[done..];
        if rest.is_empty() {
            connection.state.partial_ms = 0;
        } else if done > 0 || connection.state.partial_ms == 0 {
            connection.state.partial_ms = self.core.now_ms;
        }
        if connection.partial.len() != rest.len() || done > 0 {
            connection.partial = rest.into();
        }
        shared.partial_changed(incomplete, connection.incomplete());
        let state = &mut connection.state;
        let frames = state.totals.frames + state.totals.rejects - before;
        let pause_ms = shared
            .guard
            .frames(&mut state.frame_rate, self.core.now_ms, frames);
        if pause_ms > 0 {
            metrics::throttled("frames");
            state.paused_until_ms = self.core.now_ms + pause_ms;
        }
        pause_ms > 0
    }
}

/// Takes the header of a load balancer; gives how many bytes it has, or `None` when there is nothing more to take: it
/// has not come whole, or the connection ends.
fn greet(guard: &Guard, state: &mut State, input: &[u8], now_ms: i64) -> Option<usize> {
    let length = match proxied::read(input) {
        Greeting::Unfinished => return None,
        Greeting::Own(length) => length,
        Greeting::For(peer, length) => {
            state.peer = peer;
            if let Err(why) = guard.enter(Transport::Tcp, peer.ip(), now_ms) {
                metrics::throttled(why.name());
                state.ending = Some(Reason::Throttled);
                return None;
            }
            length
        }
        Greeting::Wrong(problem) => {
            metrics::throttled("upstream");
            tracing::warn!(upstream = %state.peer, problem, "expected a header of the PROXY protocol, version 2");
            state.ending = Some(Reason::Error);
            return None;
        }
    };
    state.awaits_header = false;
    Some(length)
}
