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
use wire::{When, WireError};

use super::connection::State;
use super::inbox::{Inbox, Note, UNTRACKED};
use super::steps::Steps;
use crate::config::GatewayConfig;
use crate::emit::Event;
use crate::link::{Patience, Sink, Taken, timestamp};
use crate::metrics::{Counters, PerProtocol, Reason};
use crate::outlet::Outlet;
use crate::owners::{Owner, Owners};
use crate::registry::Registry;

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
    pub(super) protocol: Protocol,
    /// Events that come before those of the next step.
    pub(super) before: Vec<Event>,
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
        self.shared.outlet.publish(record, Receipt::new(self.inbox.clone(), token));
    }

    /// Publishes what no answer waits for.
    pub(super) fn tell(&self, state: &State, event: &Event) {
        self.publish(event.record(state.key(), &state.stamp, self.now), UNTRACKED);
    }

    /// Takes steps that are over off the front of the connection's queue and moves their answers to what is to be
    /// written.
    pub(super) fn release(&mut self, slot: usize, state: &mut State, protocol: Protocol) {
        while let Some(done) = self.steps.pop(&mut state.queue) {
            if done.count == 0 {
                continue;
            }
            let latency = (self.now_ms - done.read_ms).max(0) as f64 / 1000.0;
            let counters = self.counters(protocol);
            if done.durable {
                counters.acks_durable.increment(u64::from(done.count));
                counters.ack_latency.record(latency);
                self.write(slot, state, done.answers);
            } else {
                counters.acks_withheld.increment(u64::from(done.count));
                state.totals.withheld += u64::from(done.count);
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
    pub(super) fn seen(&self, state: &State, origin: Origin, what: device_event::Event) -> Event {
        Event::Device(Box::new(DeviceEvent {
            event_id: events::id::observed().to_string(),
            device: String::from_utf8_lossy(&state.device).into_owned(),
            device_time: None,
            received_at: Some(timestamp(self.now_ms)),
            origin: Some(origin),
            event: Some(what),
        }))
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
    pub(super) fn offline(&mut self, state: &mut State, protocol: Protocol, transport: Transport, reason: Reason) {
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
        state.device = Bytes::new();
    }

    /// The reject of something that was not understood.
    fn reject(&self, state: &State, origin: Origin, raw: &[u8], secret: bool, error: &WireError) -> Event {
        let content = &raw[..raw.len().min(MAX_REJECTED)];
        Event::Reject(Box::new(Reject {
            event_id: events::id::observed().to_string(),
            device: String::from_utf8_lossy(&state.device).into_owned(),
            peer: state.peer.to_string(),
            received_at: Some(timestamp(self.now_ms)),
            stage: "gateway".to_owned(),
            reason: error.kind.name().to_owned(),
            detail: error.message.to_string(),
            offset: u32::try_from(error.offset).unwrap_or(u32::MAX),
            content: if secret { masked(content) } else { Bytes::copy_from_slice(content) },
            origin: Some(origin),
        }))
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

impl Sink for Taking<'_> {
    fn admitted(&mut self, device: &str) -> u64 {
        let core = &mut *self.core;
        // One connection may speak for several devices in turn.
        core.offline(self.state, self.protocol, self.transport, Reason::Takeover);
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
        let origin = core.origin(state, self.protocol, self.transport);
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
            self.before.push(core.seen(state, origin.clone(), device_event::Event::Takeover(takeover)));
        }
        let online = Online { peer: state.peer.to_string() };
        self.before.push(core.seen(state, origin, device_event::Event::Online(online)));
        core.counters(self.protocol).online.increment(1);
        core.counters(self.protocol).login("accepted");
        generation
    }

    fn taken(&mut self, taken: Taken<'_>) {
        let core = &mut *self.core;
        let state = &mut *self.state;
        let counters = core.counters(self.protocol);
        match taken.message {
            Some(message) => counters.frame(message),
            None => {}
        }
        state.totals.frames += u64::from(taken.message.is_some());
        if let Some(error) = &taken.reject {
            counters.frame_error(error.kind.name());
            if error.kind == wire::ErrorKind::NotAdmitted {
                counters.login("refused");
            }
            state.totals.rejects += 1;
            let reject = core.reject(state, taken.origin.clone(), taken.raw, taken.secret, error);
            core.tell(state, &reject);
        }
        let mut events = std::mem::take(&mut self.before);
        events.extend(taken.events);
        if core.shared.config.raw_frames && state.online() && taken.message.is_some() && !taken.secret {
            events.push(Event::RawFrame(Box::new(RawFrame {
                device: String::from_utf8_lossy(&state.device).into_owned(),
                received_at: Some(timestamp(core.now_ms)),
                frame: Bytes::copy_from_slice(taken.raw),
                origin: Some(taken.origin),
            })));
        }
        let mut held = Vec::new();
        let mut count = 0;
        for answer in taken.answers {
            match answer.when {
                When::AtOnce => {
                    core.counters(self.protocol).acks_at_once.increment(1);
                    core.write(self.slot, state, answer.bytes);
                }
                When::Durable => {
                    count += 1;
                    if held.is_empty() {
                        held = answer.bytes;
                    } else {
                        held.extend_from_slice(&answer.bytes);
                    }
                }
            }
        }
        if !events.is_empty() || count > 0 {
            let records = u32::try_from(events.len()).unwrap_or(u32::MAX);
            let token = core.steps.push(&mut state.queue, self.slot, records, held, count, core.now_ms);
            let key = state.key();
            for event in &events {
                let key = match event {
                    Event::Registry(device) => Bytes::copy_from_slice(device.device.as_bytes()),
                    _ => key.clone(),
                };
                core.publish(event.record(key, &state.stamp, core.now), token);
            }
            if records == 0 {
                core.release(self.slot, state, self.protocol);
            }
        }
        if let Some(close) = taken.close {
            state.ending = Some(match close {
                wire::Close::LoginTimeout => Reason::Login,
                wire::Close::Idle => Reason::Idle,
                wire::Close::NotAdmitted => Reason::NotAdmitted,
                wire::Close::Unregistered => Reason::Unregistered,
            });
        }
    }
}

impl Shared {
    /// Notes that the bytes kept of incomplete frames changed.
    pub(super) fn partial_changed(&self, before: usize, after: usize) {
        if after >= before {
            self.partial_bytes.fetch_add((after - before) as u64, Ordering::Relaxed);
        } else {
            self.partial_bytes.fetch_sub((before - after) as u64, Ordering::Relaxed);
        }
    }
}
