use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bus::{Receipt, Record};
use bytes::Bytes;
use events::device::v1::device_event;
use events::device::v1::{DeviceEvent, Offline};
use events::origin::v1::{Origin, Protocol, Transport};
use events::reject::v1::Reject;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use wire::{Time, WireError};

use super::connection::State;
use super::inbox::{Inbox, UNTRACKED};
use super::steps::Steps;
use super::tracer::Tracer;
use crate::config::GatewayConfig;
use crate::emit::{Publishable, Stamp};
use crate::guard::Guard;
use crate::health::LogWatch;
use crate::link::Patience;
use crate::metrics::{Counters, PerProtocol, Reason};
use crate::outlet::{self, Outlet};
use crate::owners::Owners;
use crate::recorder::Recorder;
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
    pub(crate) guard: Guard,
    /// Bytes of frames that have not come whole.
    pub(crate) partial_bytes: AtomicU64,
    /// Connections and datagram peers.
    pub(crate) connections: AtomicU64,
    /// What the log did last.
    pub(crate) log: LogWatch,
    /// Captures that may still begin.
    pub(crate) captures: Arc<Semaphore>,
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
    pub(super) recorder: Recorder,
    pub(super) tracer: Tracer,
    pub(super) now_ms: i64,
    pub(super) now: Timestamp,
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
        let receipt = Receipt::new(self.inbox.clone(), token);
        outlet::publish(&self.shared.outlet, &self.shared.node, record, receipt);
    }

    /// Publishes what no answer waits for.
    pub(super) fn tell(&self, state: &State, event: &impl Publishable) {
        self.publish(event.record(state.key(), &state.stamp, self.now), UNTRACKED);
    }

    /// Takes steps that are over off the front of the connection's queue and moves their answers to what is to be
    /// written.
    pub(super) fn release(&mut self, slot: usize, state: &mut State, protocol: Protocol) {
        while let Some(done) = self.steps.pop(&mut state.queue) {
            if let Some(traced) = &done.step.traced {
                traced.end(self.now_ms, done.durable);
            }
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
        self.said(state, &answer);
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
    pub(super) fn publish_all<E: Publishable>(&self, events: &[E], key: &Bytes, stamp: &Stamp, token: u64) {
        for event in events {
            self.publish(event.record(key.clone(), stamp, self.now), token);
        }
    }
}

/// As many bytes that say nothing: of a damaged frame nobody knows where its header ends.
fn masked(raw: &[u8]) -> Bytes {
    Bytes::from(vec![b'*'; raw.len()])
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
