use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bus::{Receipt, Record};
use bytes::Bytes;
use events::device::v1::device_event;
use events::device::v1::{DeviceEvent, Offline, Online, Takeover};
use events::frame::v1::RawFrame;
use events::origin::v1::{Origin, Protocol, Transport};
use events::reject::v1::Reject;
use jiff::Timestamp;
use wire::{ErrorKind, Time, When, WireError};

use super::connection::State;
use super::inbox::{Inbox, Note, UNTRACKED};
use super::steps::{Step, Steps};
use crate::config::GatewayConfig;
use crate::emit::{Publishable, Stamp};
use crate::link::{Patience, Sink, Taken};
use crate::metrics::{Counters, PerProtocol, Reason};
use crate::outlet::Outlet;
use crate::owners::{Owner, Owners};
use crate::registry::Registry;
use crate::translate::timestamp;

/// Longest stretch of bytes in a reject.
const MAX_REJECTED: usize = 64 << 10;

/// What the shards of a gateway share.
pub(crate) struct Shared {
    pub(crate) config: GatewayConfig,
    pub(crate) patience: Patience,
    pub(crate) node: Bytes,
    pub(crate) outlet: Arc<dyn Outlet>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) owners: Owners,
    /// Bytes of frames that have not come whole.
    pub(crate) partial_bytes: AtomicU64,
    /// Connections and datagram peers.
    pub(crate) connections: AtomicU64,
    /// A shard's index is its place.
    pub(crate) inboxes: Vec<Arc<Inbox>>,
}

/// What a shard has besides its connections and sockets.
pub(super) struct Core {
    pub(super) index: u32,
    pub(super) shared: Arc<Shared>,
    pub(super) inbox: Arc<Inbox>,
    pub(super) steps: Steps,
    /// Connections with answers to write.
    pub(super) to_write: Vec<usize>,
    pub(super) counters: Counters,
    pub(super) now_ms: i64,
    pub(super) now: Timestamp,
}

/// One connection's frames, as they are taken.
pub(super) struct Taking<'a> {
    pub(super) core: &'a mut Core,
    pub(super) state: &'a mut State,
    pub(super) slot: usize,
    pub(super) transport: Transport,
    /// Events of the gateway's own that come before those of the next step.
    pub(super) before: Vec<DeviceEvent>,
}

impl Core {
    pub(super) fn counters(&mut self, protocol: Protocol) -> &mut PerProtocol {
        match protocol {
            Protocol::Gt06 => &mut self.counters.gt06,
            Protocol::Jt808 => &mut self.counters.jt808,
            Protocol::Unspecified => &mut self.counters.unknown,
        }
    }

    pub(super) fn publish(&self, record: Record, token: u64) {
        self.shared
            .outlet
            .publish(record, Receipt::new(self.inbox.clone(), token));
    }

    /// Publishes what no answer waits for.
    pub(super) fn tell(&self, state: &State, event: &impl Publishable) {
        self.publish(event.record(state.key(), &state.stamp, self.now), UNTRACKED);
    }

    /// Takes steps that are over off the front of the connection's queue and moves their answers to what is to be
    /// written.
    pub(super) fn release(&mut self, slot: usize, state: &mut State, protocol: Protocol) {
        while let Some(done) = self.steps.pop(&mut state.queue) {
            if done.step.count == 0 {
                continue;
            }
            let latency = (self.now_ms - done.step.read_ms).max(0) as f64 / 1000.0;
            let counters = self.counters(protocol);
            if done.durable {
                counters.acks_durable.increment(u64::from(done.step.count));
                counters.ack_latency.record(latency);
                self.write(slot, state, done.step.answers);
            } else {
                counters.acks_withheld.increment(u64::from(done.step.count));
                state.totals.withheld += u64::from(done.step.count);
            }
        }
    }

    /// Puts an answer behind those that are to be written.
    pub(super) fn write(&mut self, slot: usize, state: &mut State, answer: Vec<u8>) {
        if state.unsent.is_empty() {
            state.unsent = answer;
        } else {
            state.unsent.extend_from_slice(&answer);
        }
        if !state.listed {
            state.listed = true;
            self.to_write.push(slot);
        }
    }

    /// An event that the gateway itself saw.
    pub(super) fn seen(&self, state: &State, origin: Origin, what: device_event::Event) -> DeviceEvent {
        DeviceEvent {
            event_id: events::id::observed().to_string(),
            device: String::from_utf8_lossy(&state.device).into_owned(),
            device_time: None,
            received_at: Some(timestamp(Time(self.now_ms))),
            origin: Some(origin),
            event: Some(what),
        }
    }

    pub(super) fn origin(&self, state: &State, protocol: Protocol, transport: Transport) -> Origin {
        Origin {
            protocol: protocol.into(),
            transport: transport.into(),
            node: self.shared.config.node.clone(),
            generation: state.generation,
            ..Origin::default()
        }
    }

    /// Ends the service of the connection's device, if it still is the one that serves it.
    pub(super) fn offline(
        &mut self,
        state: &mut State,
        protocol: Protocol,
        transport: Transport,
        reason: Reason,
    ) {
        if !state.online() {
            return;
        }
        self.shared.owners.release(&state.device, state.generation);
        let origin = self.origin(state, protocol, transport);
        let offline = Offline {
            reason: reason.name().to_owned(),
            frames: state.totals.frames,
            bytes: state.totals.bytes_in,
        };
        let event = self.seen(state, origin, device_event::Event::Offline(offline));
        self.tell(state, &event);
        self.counters(protocol).online.decrement(1);
        self.counters.unknown.handshake.increment(1);
        state.device = Bytes::new();
    }

    /// The reject of something that was not understood.
    pub(super) fn reject(
        &self,
        state: &State,
        origin: Origin,
        raw: &[u8],
        secret: bool,
        error: &WireError,
    ) -> Reject {
        let content = &raw[..raw.len().min(MAX_REJECTED)];
        Reject {
            event_id: events::id::observed().to_string(),
            device: String::from_utf8_lossy(&state.device).into_owned(),
            peer: state.peer.to_string(),
            received_at: Some(timestamp(Time(self.now_ms))),
            stage: "gateway".to_owned(),
            reason: error.kind.name().to_owned(),
            detail: error.message.to_string(),
            offset: u32::try_from(error.offset).unwrap_or(u32::MAX),
            content: if secret {
                masked(content)
            } else {
                Bytes::copy_from_slice(content)
            },
            origin: Some(origin),
        }
    }

    /// Publishes events under the connection's key and a step's token.
    fn publish_all<E: Publishable>(&self, events: &[E], key: &Bytes, stamp: &Stamp, token: u64) {
        for event in events {
            self.publish(event.record(key.clone(), stamp, self.now), token);
        }
    }
}

/// The bytes without the body of the frame: what follows the shortest header is replaced.
fn masked(raw: &[u8]) -> Bytes {
    const HEADER: usize = 13;
    raw.iter()
        .enumerate()
        .map(|(place, byte)| if place < HEADER { *byte } else { b'*' })
        .collect()
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
        let origin = self.origin_of(protocol, taken);
        let reject = self
            .core
            .reject(self.state, origin, taken.raw, taken.secret, error);
        self.core.tell(self.state, &reject);
    }

    /// The frame as it came, where that is wanted and the frame holds no secret.
    fn raw_frame(&self, protocol: Protocol, taken: &Taken<'_>) -> Option<RawFrame> {
        let wanted = self.core.shared.config.raw_frames && taken.message.is_some() && !taken.secret;
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
        let step = Step {
            records: u32::try_from(records).unwrap_or(u32::MAX),
            answers: held,
            count,
            read_ms: core.now_ms,
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
        core.publish_all(&before, &key, &state.stamp, token);
        core.publish_all(&events.positions, &key, &state.stamp, token);
        core.publish_all(&events.device_events, &key, &state.stamp, token);
        core.publish_all(&events.cell_scans, &key, &state.stamp, token);
        core.publish_all(raw_frame.as_slice(), &key, &state.stamp, token);
        if records == 0 {
            core.release(self.slot, state, protocol);
        }
    }
}

impl Sink for Taking<'_> {
    fn admitted(&mut self, device: &str, protocol: Protocol) -> u64 {
        let core = &mut *self.core;
        // One connection may speak for several devices in turn.
        core.offline(self.state, protocol, self.transport, Reason::Takeover);
        let generation = core.shared.owners.next_generation(core.now_ms);
        let state = &mut *self.state;
        state.device = Bytes::copy_from_slice(device.as_bytes());
        state.generation = generation;
        state.stamp.generation = Bytes::from(generation.to_string());
        let owner = Owner {
            shard: core.index,
            slot: self.slot as u32,
            generation,
            peer: state.peer,
        };
        let origin = core.origin(state, protocol, self.transport);
        if let Some(old) = core.shared.owners.take(&state.device, owner) {
            core.counters.takeovers.increment(1);
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
        generation
    }

    fn taken(&mut self, protocol: Protocol, mut taken: Taken<'_>) {
        if let Some(message) = taken.message {
            self.core.counters(protocol).frame(message);
            self.state.totals.frames += 1;
        }
        if let Some(error) = taken.reject.take() {
            self.refuse(protocol, &taken, &error);
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

impl Shared {
    /// Notes that the bytes kept of incomplete frames changed.
    pub(super) fn partial_changed(&self, before: usize, after: usize) {
        if after >= before {
            self.partial_bytes
                .fetch_add((after - before) as u64, Ordering::Relaxed);
        } else {
            self.partial_bytes
                .fetch_sub((before - after) as u64, Ordering::Relaxed);
        }
    }
}
