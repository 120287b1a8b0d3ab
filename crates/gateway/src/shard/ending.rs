use std::io;
use std::sync::atomic::Ordering;

use events::origin::v1::Transport;

use super::connection::{Channel, State};
use super::{LINGER_MS, READS, Shard};
use crate::metrics::{self, Reason};

impl Shard {
    /// Ends a connection after its answers.
    pub(super) fn end(&mut self, slot: usize, reason: Reason) {
        let Some(connection) = self.connections.get_mut(slot) else {
            return;
        };
        let ending = *connection.state.ending.get_or_insert(reason);
        if connection.state.given_up_ms == 0 {
            connection.state.given_up_ms = self.core.now_ms + LINGER_MS;
        }
        if reason == Reason::Takeover || ending == Reason::Takeover {
            return self.close(slot, Reason::Takeover);
        }
        if connection.settled() {
            self.finish(slot);
        }
    }

    /// All answers are written: says so to the other side, and closes when it has closed too.
    pub(super) fn finish(&mut self, slot: usize) {
        let Some(connection) = self.connections.get_mut(slot) else {
            return;
        };
        let reason = connection.state.ending.unwrap_or(Reason::Eof);
        let gone = matches!(connection.channel, Channel::Udp { .. }) || reason == Reason::Eof;
        if gone {
            return self.close(slot, reason);
        }
        if !connection.state.half_closed {
            connection.half_close();
            connection.state.given_up_ms = self.core.now_ms + LINGER_MS.min(1000);
            self.drain_input(slot);
        }
    }

    /// Throws away what still comes: a close with unread bytes would destroy answers on their way.
    pub(super) fn drain_input(&mut self, slot: usize) {
        let Some(connection) = self.connections.get_mut(slot) else {
            return;
        };
        let reason = connection.state.ending.unwrap_or(Reason::Eof);
        self.core.shared.partial_changed(connection.partial.len(), 0);
        connection.partial = Box::default();
        for _ in 0..READS {
            match connection.read(&mut self.scratch) {
                Ok(0) => return self.close(slot, reason),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => return self.close(slot, reason),
            }
        }
        self.close(slot, reason);
    }

    /// Closes a connection now.
    pub(super) fn close(&mut self, slot: usize, reason: Reason) {
        let Some(mut connection) = self.connections.try_remove(slot) else {
            return;
        };
        let protocol = connection.link.protocol();
        let online = connection.state.online();
        let device = connection.state.device.clone();
        let transport = connection.channel.transport();
        let stream = match &mut connection.channel {
            Channel::Tcp(stream) => Some(stream),
            Channel::Tls(tls) => Some(&mut tls.stream),
            Channel::Udp { port, .. } => {
                self.mailboxes[*port].forget(&connection.state.peer);
                None
            }
        };
        if let Some(stream) = stream
            && let Err(error) = self.poll.registry().deregister(stream)
        {
            tracing::debug!(%error, "a socket was not registered");
        }
        self.core
            .offline(&mut connection.state, protocol, transport, reason);
        let lost = self.core.steps.orphan(&mut connection.state.queue);
        self.core.counters(protocol).acks_withheld.increment(lost);
        if !online {
            self.core.counters.unknown.handshake.decrement(1);
        }
        self.core.shared.partial_changed(connection.incomplete(), 0);
        self.judge(&connection.state, transport, reason);
        self.core.shared.connections.fetch_sub(1, Ordering::Relaxed);
        self.core.counters.closed(reason);
        if online || connection.state.admitted {
            let length = self.core.now_ms - connection.state.opened_ms;
            self.core.counters.session(length);
        }
        let totals = connection.state.totals;
        tracing::info!(
            reason = reason.name(),
            protocol = protocol.as_str_name(),
            transport = transport.as_str_name(),
            device = &*String::from_utf8_lossy(&device),
            peer = %connection.state.peer,
            generation = connection.state.generation,
            seconds = (self.core.now_ms - connection.state.opened_ms) as f64 / 1000.0,
            frames = totals.frames,
            rejects = totals.rejects,
            bytes_in = totals.bytes_in,
            bytes_out = totals.bytes_out,
            withheld = totals.withheld + lost,
            "session ended"
        );
    }

    /// Tells the guard how a connection behaved, where its address is proven.
    fn judge(&self, state: &State, transport: Transport, reason: Reason) {
        // A load balancer that has not said for whom it came is not to blame.
        if transport != Transport::Tcp || state.awaits_header {
            return;
        }
        let (guard, address) = (&self.core.shared.guard, state.peer.ip());
        let hostile = matches!(
            reason,
            Reason::FirstByte | Reason::Login | Reason::FrameTimeout | Reason::Flood | Reason::NotAdmitted
        );
        if state.admitted {
            guard.serves_no_more(address);
        } else if (hostile || state.totals.rejects > 0) && guard.offence(address, self.core.now_ms) {
            metrics::ban();
            tracing::warn!(%address, "an address is banned for a while");
        }
    }
}
