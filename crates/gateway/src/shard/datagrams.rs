use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use events::origin::v1::Transport;
use mio::net::UdpSocket;
use wire::{ErrorKind, Time, WireError};

use super::Shard;
use super::connection::{Channel, Connection, State};
use super::port::Port;
use crate::link::Link;
use crate::metrics::{self, Counters};

/// Datagrams taken from a port in a turn.
const DATAGRAMS: usize = 512;
/// Bytes that a peer can be owed at most.
const MAX_CREDIT: usize = 64 << 10;

/// A port for datagrams and who sent some.
pub(super) struct Mailbox {
    socket: UdpSocket,
    port: Port,
    /// Place of each peer's connection.
    peers: HashMap<SocketAddr, usize>,
    /// Datagrams wait that no event will tell of.
    pub(super) more: bool,
}

impl Mailbox {
    pub(super) fn new(socket: UdpSocket, port: Port) -> Self {
        Self {
            socket,
            port,
            peers: HashMap::new(),
            more: false,
        }
    }

    pub(super) fn forget(&mut self, peer: &SocketAddr) {
        self.peers.remove(peer);
    }

    /// Sends the answers that the peer's credit covers; gives how many bytes that were.
    pub(super) fn send(&self, connection: &mut Connection, counters: &Counters) -> usize {
        let answers = std::mem::take(&mut connection.state.unsent);
        let Channel::Udp { credit, .. } = &mut connection.channel else {
            return 0;
        };
        if answers.is_empty() {
            return 0;
        }
        if answers.len() > *credit {
            counters.udp_unsent.increment(1);
            return 0;
        }
        match self.socket.send_to(&answers, connection.state.peer) {
            Ok(sent) => {
                *credit -= sent;
                sent
            }
            Err(error) => {
                // As lost on the way: the device sends again.
                tracing::debug!(%error, "a datagram could not be sent");
                counters.udp_unsent.increment(1);
                0
            }
        }
    }
}

impl Shard {
    /// Takes what waits at a port for datagrams.
    pub(super) fn mail(&mut self, port: usize) {
        for _ in 0..DATAGRAMS {
            if self.drain_ms.is_some() {
                return;
            }
            let Some(mailbox) = self.mailboxes.get_mut(port) else {
                return;
            };
            if !self.core.shared.outlet.has_room() {
                mailbox.more = true;
                return;
            }
            match mailbox.socket.recv_from(&mut self.scratch) {
                Ok((count, peer)) => {
                    let Some(slot) = self.peer(port, peer) else {
                        continue;
                    };
                    self.take(slot, 0, count);
                    self.datagram_taken(slot, count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    mailbox.more = false;
                    return;
                }
                // An answer that could not be delivered is reported on the next read.
                Err(error) => tracing::debug!(%error, "a datagram could not be read"),
            }
        }
        if let Some(mailbox) = self.mailboxes.get_mut(port) {
            mailbox.more = true;
        }
    }

    /// Place of the peer's connection, which is made when it is new; `None` when there
    /// are too many, or it sends too fast.
    fn peer(&mut self, port: usize, peer: SocketAddr) -> Option<usize> {
        let now = self.core.now_ms;
        let mailbox = self.mailboxes.get_mut(port)?;
        if let Some(slot) = mailbox.peers.get(&peer) {
            let slot = *slot;
            let paused = self.connections.get(slot)?.state.paused_until_ms > now;
            if paused {
                metrics::throttled("frames");
            }
            return (!paused).then_some(slot);
        }
        if mailbox.peers.len() >= self.core.shared.config.limits.udp_peers {
            metrics::throttled("udp_peers");
            return None;
        }
        if let Err(why) = self.core.shared.guard.enter(Transport::Udp, peer.ip(), now) {
            metrics::throttled(why.name());
            return None;
        }
        let slot = self.connections.insert(Box::new(Connection {
            channel: Channel::Udp { port, credit: 0 },
            link: Link::new(mailbox.port.speaks, self.core.shared.patience, Time(now)),
            partial: Box::default(),
            state: State::new(peer, self.core.shared.node.clone(), now),
        }));
        mailbox.peers.insert(peer, slot);
        self.core.counters.opened.increment(1);
        self.core.counters.unknown.handshake.increment(1);
        self.core.shared.connections.fetch_add(1, Ordering::Relaxed);
        Some(slot)
    }

    /// What is left of a datagram is no frame; the next one begins anew.
    fn datagram_taken(&mut self, slot: usize, count: usize) {
        let Some(connection) = self.connections.get_mut(slot) else {
            return;
        };
        if let Channel::Udp { credit, .. } = &mut connection.channel {
            *credit = credit.saturating_add(count).min(MAX_CREDIT);
        }
        let rest = std::mem::take(&mut connection.partial);
        self.core.shared.partial_changed(rest.len(), 0);
        connection.state.partial_ms = 0;
        if !rest.is_empty() {
            let protocol = connection.link.protocol();
            let error = WireError::new(
                ErrorKind::Truncated,
                count,
                format!(
                    "expected whole frames in a datagram, found {} bytes of an unfinished one",
                    rest.len()
                ),
            );
            self.core.counters(protocol).frame_error(error.kind.name());
            self.core.unfinished(&mut connection.state, &rest);
            let origin = self.core.origin(&connection.state, protocol, Transport::Udp);
            let reject = self.core.reject(&connection.state, origin, &rest, true, &error);
            self.core.tell(&connection.state, &reject);
        }
        self.after_reading(slot);
    }
}
