use bytes::Bytes;
use events::device::v1::{DeviceEvent, Online, Takeover, device_event};
use events::frame::v1::RawFrame;
use events::origin::v1::{Origin, Protocol, Transport};
use wire::{ErrorKind, Time, When, WireError};

use super::connection::State;
use super::core::Core;
use super::inbox::Note;
use super::steps::Step;
use crate::link::{Served, Sink, Taken, holds_code};
use crate::metrics::{self, Reason};
use crate::owners::Owner;
use crate::translate::timestamp;

/// One connection's frames, as they are taken.
pub(super) struct Taking<'a> {
    pub(super) core: &'a mut Core,
    pub(super) state: &'a mut State,
    pub(super) slot: usize,
    pub(super) transport: Transport,
    /// Events of the gateway's own that come before those of the next step.
    pub(super) before: Vec<DeviceEvent>,
}

impl Taking<'_> {
    /// Origin of a message of this connection.
    fn origin_of(&self, protocol: Protocol, taken: &Taken<'_>) -> Origin {
        Origin {
            message_id: taken.message_id,
            serial: taken.serial,
            ..self.core.origin(self.state, protocol, self.transport)
        }
    }

    fn refuse(&mut self, protocol: Protocol, taken: &Taken<'_>, error: &WireError) {
        let counters = self.core.counters(protocol);
        counters.frame_error(error.kind.name());
        if error.kind == ErrorKind::NotAdmitted {
            counters.login("refused");
        }
        self.state.totals.rejects += 1;
        self.state.rejects_in_a_row += 1;
        if self.state.rejects_in_a_row >= self.core.shared.config.limits.rejects_in_a_row {
            self.state.ending.get_or_insert(Reason::Flood);
        }
        let guard = &self.core.shared.guard;
        if taken.quiet || !guard.may_reject(&mut self.state.reject_rate, self.core.now_ms) {
            metrics::throttled("rejects");
            return;
        }
        let origin = self.origin_of(protocol, taken);
        let reject = self
            .core
            .reject(self.state, origin, taken.raw, taken.secret, error);
        self.core.tell(self.state, &reject);
    }

    /// The frame as it came, where that is wanted and the frame holds no authentication code.
    fn raw_frame(&self, protocol: Protocol, taken: &Taken<'_>) -> Option<RawFrame> {
        let wanted = self.core.shared.config.raw_frames
            && taken.message.is_some()
            && !holds_code(protocol, taken.message_id);
        (wanted && self.state.online()).then(|| RawFrame {
            device: String::from_utf8_lossy(&self.state.device).into_owned(),
            received_at: Some(timestamp(Time(self.core.now_ms))),
            frame: Bytes::copy_from_slice(taken.raw),
            origin: Some(self.origin_of(protocol, taken)),
        })
    }

    /// Publishes what a frame led to, and holds its answers until that is durable.
    fn hold(&mut self, protocol: Protocol, taken: &Taken<'_>, held: Vec<u8>, count: u32) {
        let before = std::mem::take(&mut self.before);
        let raw_frame = self.raw_frame(protocol, taken);
        let events = taken.events;
        let records = before.len()
            + events.len()
            + usize::from(taken.change.is_some())
            + usize::from(raw_frame.is_some());
        if records == 0 && count == 0 {
            return;
        }
        let (core, state) = (&mut *self.core, &mut *self.state);
        let traced = if records > 0 {
            core.tracer.choose(&state.device, taken.message, core.now_ms)
        } else {
            None
        };
        state.stamp.trace = traced.as_ref().map(|traced| traced.header());
        let step = Step {
            records: u32::try_from(records).unwrap_or(u32::MAX),
            answers: held,
            count,
            read_ms: core.now_ms,
            traced,
        };
        let token = core.steps.push(&mut state.queue, self.slot, step);
        let key = state.key();
        if let Some(change) = &taken.change {
            core.publish_all(
                std::slice::from_ref(change),
                &Bytes::copy_from_slice(change.device.as_bytes()),
                &state.stamp,
                token,
            );
        }
        for position in &events.positions {
            if let Some(fix) = &position.fix_time {
                core.counters.position(core.now.as_second() - fix.seconds);
            }
        }
        core.publish_all(&before, &key, &state.stamp, token);
        core.publish_all(&events.positions, &key, &state.stamp, token);
        core.publish_all(&events.device_events, &key, &state.stamp, token);
        core.publish_all(&events.cell_scans, &key, &state.stamp, token);
        core.publish_all(raw_frame.as_slice(), &key, &state.stamp, token);
        state.stamp.trace = None;
        if records == 0 {
            core.release(self.slot, state, protocol);
        }
    }
}

impl Sink for Taking<'_> {
    fn admitted(&mut self, device: &str, protocol: Protocol) -> Served {
        let core = &mut *self.core;
        // One connection may speak for several devices in turn.
        core.offline(self.state, protocol, self.transport, Reason::Takeover);
        let generation = core.shared.owners.next_generation(core.now_ms);
        let state = &mut *self.state;
        state.device = Bytes::copy_from_slice(device.as_bytes());
        state.claims = None;
        state.generation = generation;
        state.stamp.generation = Bytes::from(generation.to_string());
        let owner = Owner {
            shard: core.index,
            slot: self.slot as u32,
            generation,
            peer: state.peer,
        };
        let origin = core.origin(state, protocol, self.transport);
        let shared = core.shared.clone();
        let guard = &shared.guard;
        if let Some(old) = core.shared.owners.take(&state.device, owner) {
            core.counters.takeovers.increment(1);
            if guard.taken_over(&state.device, core.now_ms) {
                core.counters.suspects.increment(1);
                tracing::warn!(
                    device, old = %old.peer, new = %state.peer,
                    "connections fight for a device; its positions are flagged for a while"
                );
            }
            if let Some(inbox) = core.shared.inboxes.get(old.shard as usize) {
                inbox.tell(Note::Close {
                    slot: old.slot,
                    generation: old.generation,
                    reason: Reason::Takeover,
                });
            }
            let takeover = Takeover {
                old_peer: old.peer.to_string(),
                new_peer: state.peer.to_string(),
            };
            self.before
                .push(core.seen(state, origin.clone(), device_event::Event::Takeover(takeover)));
        }
        let online = Online {
            peer: state.peer.to_string(),
        };
        self.before
            .push(core.seen(state, origin, device_event::Event::Online(online)));
        core.counters.unknown.handshake.decrement(1);
        let counters = core.counters(protocol);
        counters.online.increment(1);
        counters.login("accepted");
        if !state.admitted && self.transport == Transport::Tcp {
            state.admitted = true;
            guard.serves(state.peer.ip());
        }
        state.suspect_until_ms = guard.suspect_until_ms(&state.device);
        state.served(core.now_ms)
    }

    fn taken(&mut self, protocol: Protocol, mut taken: Taken<'_>) {
        self.core.heard(self.state, &taken);
        if let Some(message) = taken.message {
            self.core.counters(protocol).frame(message);
            self.state.totals.frames += 1;
        }
        match taken.reject.take() {
            Some(error) => self.refuse(protocol, &taken, &error),
            None => self.state.rejects_in_a_row = 0,
        }
        let mut held = Vec::new();
        let mut count = 0;
        for answer in std::mem::take(&mut taken.answers) {
            match answer.when {
                When::AtOnce => {
                    self.core.counters(protocol).acks_at_once.increment(1);
                    self.core.write(self.slot, self.state, answer.bytes);
                }
                When::Durable if held.is_empty() => {
                    count += 1;
                    held = answer.bytes;
                }
                When::Durable => {
                    count += 1;
                    held.extend_from_slice(&answer.bytes);
                }
            }
        }
        self.hold(protocol, &taken, held, count);
        if let Some(close) = taken.close {
            self.state.ending = Some(close.into());
        }
    }
}
