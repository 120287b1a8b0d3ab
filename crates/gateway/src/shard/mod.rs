//! A thread with an event loop that owns its connections.
//!
//! Each turn: read what has come, publish it, take what the log has settled since, then write all answers, one write
//! per connection. A connection is a slot; it costs no task, no lock and, while it is idle, no buffer.

mod accept;
mod connection;
mod core;
mod datagrams;
mod inbox;
mod port;
mod steps;
mod sweep;

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use events::origin::v1::Transport;
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token, Waker};
use slab::Slab;
use wire::Time;

use self::accept::Door;
use self::connection::{Channel, Connection};
use self::core::{Core, Taking};
use self::datagrams::Mailbox;
use self::inbox::{Note, Settled};
use crate::link::{Room, Turn};
use crate::metrics::{Counters, Reason};

pub(crate) use self::core::Shared;
pub(crate) use self::inbox::{Inbox, Note as ShardNote};
pub(crate) use self::port::{Port, Ports};

/// Bytes read at once; more than a socket's usual receive buffer holds of small frames.
const SCRATCH: usize = 64 << 10;
/// Events taken from the system at once.
const EVENTS: usize = 1024;
/// Reads of one connection in a turn, so that a fast one does not starve the others.
const READS: usize = 4;
/// How long a shard sleeps when the log has no room: other shards may make some.
const CROWDED: Duration = Duration::from_millis(5);
/// How often deadlines are looked at, at most.
const SWEEP_MS: i64 = 1000;
/// How long an ended connection may take to fetch its last answers.
const LINGER_MS: i64 = 5000;

const WAKE: Token = Token(usize::MAX);
/// Tokens from here down are ports for datagrams, and below them listeners.
const MAILBOX: usize = usize::MAX - 1;
const DOOR: usize = usize::MAX - 4096;

/// A shard that can be told things and does not run yet.
pub(crate) struct Seat {
    poll: Poll,
    pub(crate) inbox: Arc<Inbox>,
}

impl Seat {
    pub(crate) fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKE)?;
        Ok(Self {
            poll,
            inbox: Arc::new(Inbox::new(waker)),
        })
    }
}

pub(crate) struct Shard {
    poll: Poll,
    core: Core,
    connections: Slab<Box<Connection>>,
    doors: Vec<Door>,
    mailboxes: Vec<Mailbox>,
    /// Connections that have more to read than a turn allows, or that wait for room.
    unread: Vec<usize>,
    scratch: Vec<u8>,
    room: Room,
    swept_ms: i64,
    sweep_every_ms: i64,
    /// Set when the gateway is stopping: the time by which the shard ends.
    drain_ms: Option<i64>,
    /// Shard that gets the next accepted connection.
    next_shard: usize,
}

impl Shard {
    /// A shard with the ports that it looks after.
    pub(crate) fn new(index: u32, seat: Seat, shared: Arc<Shared>, ports: Ports) -> io::Result<Self> {
        let deadlines = &shared.config.deadlines;
        let shortest = [
            deadlines.first_byte_seconds,
            deadlines.login_seconds,
            deadlines.frame_seconds,
            deadlines.idle_seconds,
        ]
        .into_iter()
        .fold(f64::MAX, f64::min);
        let sweep_every_ms = (crate::config::millis(shortest) / 4).clamp(1, SWEEP_MS);
        let mut shard = Self {
            core: Core {
                index,
                shared,
                inbox: seat.inbox,
                steps: steps::Steps::default(),
                to_write: Vec::new(),
                counters: Counters::new(),
                now_ms: runtime::clock::now_ms(),
                now: runtime::clock::now(),
            },
            poll: seat.poll,
            connections: Slab::new(),
            doors: Vec::new(),
            mailboxes: Vec::new(),
            unread: Vec::new(),
            scratch: vec![0; SCRATCH],
            room: Room::default(),
            swept_ms: 0,
            sweep_every_ms,
            drain_ms: None,
            next_shard: 0,
        };
        for (listener, port) in ports.tcp {
            shard.add_door(listener, port)?;
        }
        for (socket, port) in ports.udp {
            shard.add_mailbox(socket, port)?;
        }
        Ok(shard)
    }

    fn add_door(&mut self, mut listener: mio::net::TcpListener, port: Port) -> io::Result<()> {
        let token = Token(DOOR - self.doors.len());
        self.poll
            .registry()
            .register(&mut listener, token, Interest::READABLE)?;
        self.doors.push(Door::new(listener, port));
        Ok(())
    }

    fn add_mailbox(&mut self, mut socket: UdpSocket, port: Port) -> io::Result<()> {
        let token = Token(MAILBOX - self.mailboxes.len());
        self.poll
            .registry()
            .register(&mut socket, token, Interest::READABLE)?;
        self.mailboxes.push(Mailbox::new(socket, port));
        Ok(())
    }

    /// Serves until told to stop.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS);
        let mut settled = Vec::new();
        let mut notes = Vec::new();
        loop {
            match self.poll.poll(&mut events, Some(self.patience())) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            self.core.now = runtime::clock::now();
            self.core.now_ms = self.core.now.as_millisecond();
            self.read_again();
            for event in &events {
                match event.token() {
                    WAKE => {}
                    Token(token) if token > DOOR => self.mail(MAILBOX - token),
                    Token(token) if token > DOOR - 4096 => self.knock(DOOR - token),
                    Token(slot) => {
                        if event.is_readable() || event.is_error() {
                            self.read(slot, event.is_read_closed());
                        }
                        if event.is_writable() {
                            self.write(slot);
                        }
                    }
                }
            }
            self.core.inbox.take(&mut settled, &mut notes);
            self.settle(&mut settled);
            self.heed(&mut notes);
            self.write_all();
            self.sweep();
            if self.drain_ms.is_some() && self.connections.is_empty() {
                return Ok(());
            }
        }
    }

    /// How long nothing has to be done.
    fn patience(&self) -> Duration {
        if !self.core.shared.outlet.has_room() {
            return CROWDED;
        }
        let more = self.doors.iter().any(Door::has_more) || self.mailboxes.iter().any(|mailbox| mailbox.more);
        if more || !self.unread.is_empty() {
            return Duration::ZERO;
        }
        let every = if self.drain_ms.is_some() {
            20.min(self.sweep_every_ms)
        } else {
            self.sweep_every_ms
        };
        let left = (self.swept_ms + every - self.core.now_ms).clamp(0, every);
        Duration::from_millis(left.unsigned_abs())
    }

    /// Goes on with connections that were left with unread bytes.
    fn read_again(&mut self) {
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
    fn read(&mut self, slot: usize, closed: bool) {
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
            if self.drain_ms.is_some() {
                return;
            }
            if !self.core.shared.outlet.has_room() {
                break;
            }
            let kept = connection.partial.len();
            match connection.read(&mut self.scratch) {
                Ok(0) => return self.end(slot, Reason::Eof),
                Ok(count) => {
                    self.take(slot, kept, count);
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

    fn after_reading(&mut self, slot: usize) {
        if let Some(reason) = self
            .connections
            .get(slot)
            .and_then(|connection| connection.state.ending)
        {
            self.end(slot, reason);
        }
    }

    /// Takes the frames of `kept + count` bytes in the scratch.
    fn take(&mut self, slot: usize, kept: usize, count: usize) {
        let Some(connection) = self.connections.get_mut(slot) else {
            return;
        };
        let connection = &mut **connection;
        let transport = connection.channel.transport();
        connection.state.totals.bytes_in += count as u64;
        self.core.counters.bytes_in.increment(count as u64);
        let shared = self.core.shared.clone();
        let before = connection.incomplete();
        let mut taking = Taking {
            transport,
            slot,
            state: &mut connection.state,
            core: &mut self.core,
            before: Vec::new(),
        };
        let generation = taking.state.generation;
        let mut turn = Turn {
            now: Time(taking.core.now_ms),
            node: &shared.config.node,
            transport,
            generation,
            registry: &shared.registry,
            room: &mut self.room,
            sink: &mut taking,
        };
        let input = &self.scratch[..kept + count];
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
        shared.partial_changed(before, connection.incomplete());
    }

    /// Notes what the log did with records and collects the answers that may leave.
    fn settle(&mut self, settled: &mut Vec<Settled>) {
        for Settled { token, durable } in settled.drain(..) {
            if !durable {
                self.core.counters.records_failed.increment(1);
            }
            let Some(slot) = self.core.steps.settle(token, durable) else {
                continue;
            };
            if let Some(connection) = self.connections.get_mut(slot) {
                let protocol = connection.link.protocol();
                self.core.release(slot, &mut connection.state, protocol);
                if connection.state.ending.is_some() && !connection.state.listed {
                    connection.state.listed = true;
                    self.core.to_write.push(slot);
                }
            }
        }
    }

    /// Does what other threads say.
    fn heed(&mut self, notes: &mut Vec<Note>) {
        for note in notes.drain(..) {
            match note {
                Note::Accepted(stream, peer, port) => self.open(stream, peer, port),
                Note::Close {
                    slot,
                    generation,
                    reason,
                } => {
                    let slot = slot as usize;
                    let current = self
                        .connections
                        .get(slot)
                        .map(|connection| connection.state.generation);
                    if current == Some(generation) {
                        self.end(slot, reason);
                    }
                }
                Note::Drain { deadline_ms } => self.begin_drain(deadline_ms),
            }
        }
    }

    /// Writes the answers of all connections that have some.
    fn write_all(&mut self) {
        for slot in std::mem::take(&mut self.core.to_write) {
            if let Some(connection) = self.connections.get_mut(slot) {
                connection.state.listed = false;
                self.write(slot);
            }
        }
    }

    fn write(&mut self, slot: usize) {
        let Some(connection) = self.connections.get_mut(slot) else {
            return;
        };
        let written = match connection.channel {
            Channel::Tcp(_) => connection.write(),
            Channel::Udp { port, .. } => Ok(self.mailboxes[port].send(connection, &self.core.counters)),
        };
        match written {
            Ok(count) => {
                connection.state.totals.bytes_out += count as u64;
                self.core.counters.bytes_out.increment(count as u64);
                if connection.state.unsent.len() > self.core.shared.config.limits.unsent_bytes {
                    return self.close(slot, Reason::Flood);
                }
                if connection.state.ending.is_some() && connection.settled() {
                    self.finish(slot);
                }
            }
            Err(error) => {
                tracing::debug!(%error, "answers could not be written");
                self.close(slot, Reason::Error);
            }
        }
    }

    /// Ends a connection after its answers.
    fn end(&mut self, slot: usize, reason: Reason) {
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
    fn finish(&mut self, slot: usize) {
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
    fn drain_input(&mut self, slot: usize) {
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
    fn close(&mut self, slot: usize, reason: Reason) {
        let Some(mut connection) = self.connections.try_remove(slot) else {
            return;
        };
        let protocol = connection.link.protocol();
        let online = connection.state.online();
        let device = connection.state.device.clone();
        let transport = match &mut connection.channel {
            Channel::Tcp(stream) => {
                if let Err(error) = self.poll.registry().deregister(stream) {
                    tracing::debug!(%error, "a socket was not registered");
                }
                Transport::Tcp
            }
            Channel::Udp { port, .. } => {
                self.mailboxes[*port].forget(&connection.state.peer);
                Transport::Udp
            }
        };
        self.core
            .offline(&mut connection.state, protocol, transport, reason);
        let lost = self.core.steps.orphan(&mut connection.state.queue);
        self.core.counters(protocol).acks_withheld.increment(lost);
        if !online {
            self.core.counters.unknown.handshake.decrement(1);
        }
        self.core.shared.partial_changed(connection.incomplete(), 0);
        self.core.shared.connections.fetch_sub(1, Ordering::Relaxed);
        self.core.counters.closed(reason);
        let totals = connection.state.totals;
        tracing::info!(
            reason = reason.name(),
            protocol = protocol.as_str_name(),
            transport = transport.as_str_name(),
            device = %String::from_utf8_lossy(&device),
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
}
