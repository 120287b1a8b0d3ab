use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use events::origin::v1::Transport;
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Token};
use socket2::{SockRef, TcpKeepalive};
use wire::Time;

use super::connection::{Channel, Connection, State};
use super::inbox::Note;
use super::port::{Entry, Port};
use super::tls::Tls;
use super::{DOOR, Shard};
use crate::guard::{Guard, TurnedAway};
use crate::link::Link;
use crate::metrics;

/// Connections accepted in a turn, so that a flood of them does not starve those that are served.
const ACCEPTS: usize = 32;
/// First and longest pause after the system refused a connection, in milliseconds.
const PAUSE_MS: (i64, i64) = (10, 1000);

/// A listener.
pub(super) struct Door {
    listener: TcpListener,
    port: Port,
    /// Connections wait that no event will tell of.
    more: bool,
    /// Time before which nothing is accepted, since the system refused.
    shut_until_ms: i64,
    pause_ms: i64,
}

impl Door {
    pub(super) fn new(listener: TcpListener, port: Port) -> Self {
        Self {
            listener,
            port,
            more: false,
            shut_until_ms: 0,
            pause_ms: PAUSE_MS.0,
        }
    }

    pub(super) fn has_more(&self) -> bool {
        self.more && self.shut_until_ms == 0
    }

    /// Milliseconds until it opens again, of one that is shut.
    pub(super) fn shut_ms(&self, now_ms: i64) -> Option<i64> {
        (self.shut_until_ms != 0).then(|| (self.shut_until_ms - now_ms).max(0))
    }

    /// Opens again after a pause.
    pub(super) fn reopen(&mut self, now_ms: i64) {
        if now_ms >= self.shut_until_ms {
            self.shut_until_ms = 0;
        }
    }
}

impl Shard {
    /// Accepts what waits at a listener.
    pub(super) fn knock(&mut self, index: usize) {
        let Some(door) = self.doors.get_mut(index) else {
            return;
        };
        door.more = true;
        if door.shut_until_ms != 0 {
            return;
        }
        for _ in 0..ACCEPTS {
            let Some(door) = self.doors.get_mut(index) else {
                return;
            };
            match door.listener.accept() {
                Ok((stream, peer)) => {
                    door.pause_ms = PAUSE_MS.0;
                    let port = door.port.clone();
                    let guard = &self.core.shared.guard;
                    let pause_ms = guard.accepted(self.core.now_ms);
                    if pause_ms > 0 {
                        metrics::throttled("accepts");
                        door.shut_until_ms = self.core.now_ms + pause_ms;
                    }
                    match entered(guard, &port.entry, peer, self.core.now_ms) {
                        Ok(()) => self.place(stream, peer, port),
                        Err(level) => metrics::throttled(level),
                    }
                    if pause_ms > 0 {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    door.more = false;
                    return;
                }
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted
                    ) => {}
                Err(error) => {
                    metrics::throttled("accept");
                    tracing::warn!(
                        %error, pause_ms = door.pause_ms,
                        "a connection cannot be accepted; when files are too many, raise the limit (`ulimit -n`, LimitNOFILE)"
                    );
                    door.shut_until_ms = self.core.now_ms + door.pause_ms;
                    door.pause_ms = (door.pause_ms * 2).min(PAUSE_MS.1);
                    return;
                }
            }
        }
    }

    /// Gives a connection to the next shard.
    fn place(&mut self, stream: TcpStream, peer: SocketAddr, port: Port) {
        let shards = self.core.shared.inboxes.len();
        self.next_shard = (self.next_shard + 1) % shards;
        if self.next_shard == self.core.index as usize {
            self.open(stream, peer, port);
        } else if let Some(inbox) = self.core.shared.inboxes.get(self.next_shard) {
            inbox.tell(Note::Accepted(stream, peer, port));
        }
    }

    /// Serves a connection.
    pub(super) fn open(&mut self, mut stream: TcpStream, peer: SocketAddr, port: Port) {
        if self.drain_ms.is_some() {
            return;
        }
        let keepalive = TcpKeepalive::new()
            .with_time(Duration::from_secs(120))
            .with_interval(Duration::from_secs(30))
            .with_retries(3);
        let socket = SockRef::from(&stream);
        if let Err(error) = socket
            .set_tcp_nodelay(true)
            .and_then(|()| socket.set_tcp_keepalive(&keepalive))
        {
            tracing::debug!(%error, "a socket keeps the system's settings");
        }
        let entry = self.connections.vacant_entry();
        let slot = entry.key();
        let interest = Interest::READABLE | Interest::WRITABLE;
        if slot >= DOOR - 4096
            || self
                .poll
                .registry()
                .register(&mut stream, Token(slot), interest)
                .is_err()
        {
            metrics::throttled("accept");
            return;
        }
        let channel = match &port.entry {
            Entry::Plain | Entry::Proxied(_) => Channel::Tcp(stream),
            Entry::Tls(settings) => match Tls::new(stream, settings.clone()) {
                Ok(tls) => Channel::Tls(Box::new(tls)),
                Err(error) => {
                    tracing::error!(%error, "a session of TLS cannot be begun");
                    return;
                }
            },
        };
        let now = self.core.now_ms;
        let mut state = State::new(peer, self.core.shared.node.clone(), now);
        state.awaits_header = matches!(port.entry, Entry::Proxied(_));
        entry.insert(Box::new(Connection {
            channel,
            link: Link::new(port.speaks, self.core.shared.patience, Time(now)),
            partial: Box::default(),
            state,
        }));
        self.core.counters.opened.increment(1);
        self.core.counters.unknown.handshake.increment(1);
        self.core.shared.connections.fetch_add(1, Ordering::Relaxed);
    }
}

/// May this peer connect to a port of this kind? Whom a load balancer connects is asked when it has said so. Else
/// gives the limit that is in the way.
fn entered(guard: &Guard, entry: &Entry, peer: SocketAddr, now_ms: i64) -> Result<(), &'static str> {
    match entry {
        Entry::Proxied(upstreams) => {
            let address = peer.ip().to_canonical();
            let trusted = upstreams.iter().any(|network| network.contains(&address));
            if trusted { Ok(()) } else { Err("upstream") }
        }
        Entry::Plain | Entry::Tls(_) => guard
            .enter(Transport::Tcp, peer.ip(), now_ms)
            .map_err(TurnedAway::name),
    }
}
