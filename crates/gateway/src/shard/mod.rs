//! A thread with an event loop that owns its connections.
//!
//! Each turn: read what has come, publish it, take what the log has settled since, then write all answers, one write
//! per connection. A connection is a slot; it costs no task, no lock and, while it is idle, no buffer.

mod accept;
mod connection;
mod core;
mod datagrams;
mod ending;
mod inbox;
mod leaving;
mod port;
mod proxied;
mod reading;
mod recording;
mod steps;
mod sweep;
mod taking;
mod tls;
mod tracer;
mod writing;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token, Waker};
use slab::Slab;

use self::accept::Door;
use self::connection::Connection;
use self::core::Core;
use self::datagrams::Mailbox;
use self::inbox::Note;
use self::leaving::Leaving;
use self::sweep::Sweep;
use self::tracer::Tracer;
use crate::link::Room;
use crate::metrics::Counters;
use crate::recorder::Recorder;

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
/// How often connections that are paused are looked at, in milliseconds.
const PAUSED_MS: i64 = 5;
/// How often deadlines are looked at while the gateway is stopping, in milliseconds.
const DRAIN_MS: i64 = 20;
/// How often deadlines are looked at, at most, in milliseconds.
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
    /// Connections that are not read for a moment, since they came too fast.
    paused: Vec<usize>,
    scratch: Vec<u8>,
    room: Room,
    sweep: Sweep,
    /// Set when the gateway is stopping: the time by which the shard ends.
    drain_ms: Option<i64>,
    /// The connections that are served until it is their turn to end.
    leaving: Option<Leaving>,
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
            deadlines.stall_seconds,
        ]
        .into_iter()
        .fold(f64::MAX, f64::min);
        let sweep_every_ms = (crate::config::millis(shortest) / 4).clamp(1, SWEEP_MS);
        let recorder = Recorder::new(
            shared.config.recorder.bytes / shared.inboxes.len().max(1),
            shared.config.recorder.secrets,
        );
        let tracer = Tracer::new(&shared.config.traces);
        let mut shard = Self {
            core: Core {
                index,
                shared,
                inbox: seat.inbox,
                steps: steps::Steps::default(),
                to_write: Vec::new(),
                counters: Counters::new(),
                recorder,
                tracer,
                now_ms: runtime::clock::now_ms(),
                now: runtime::clock::now(),
            },
            poll: seat.poll,
            connections: Slab::new(),
            doors: Vec::new(),
            mailboxes: Vec::new(),
            unread: Vec::new(),
            paused: Vec::new(),
            scratch: vec![0; SCRATCH],
            room: Room::default(),
            sweep: Sweep::new(sweep_every_ms),
            drain_ms: None,
            leaving: None,
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
            self.core.inbox.beat(self.core.now_ms);
            for door in &mut self.doors {
                door.reopen(self.core.now_ms);
            }
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
        let now = self.core.now_ms;
        let doors = self.doors.iter().filter_map(|door| door.shut_ms(now));
        let left = doors
            .chain(self.drain_ms.map(|_| DRAIN_MS))
            .chain((!self.paused.is_empty()).then_some(PAUSED_MS))
            .fold(self.sweep.left_ms(now), i64::min);
        Duration::from_millis(left.unsigned_abs())
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
                Note::Recent { key, frames } => {
                    // Who asked may have gone.
                    let _ = frames.try_send(self.core.recorder.frames(&key));
                }
                Note::Tap(tap) => self.core.recorder.tap(tap),
            }
        }
    }
}
