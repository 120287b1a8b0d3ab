use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};

use bytes::Bytes;
use events::origin::v1::Transport;
use mio::net::TcpStream;

use super::steps::Queue;
use super::tls::Tls;
use crate::emit::Stamp;
use crate::guard::Bucket;
use crate::link::{Link, Served};
use crate::metrics::Reason;

/// How a connection's bytes travel.
pub(super) enum Channel {
    Tcp(TcpStream),
    Tls(Box<Tls>),
    /// Datagrams through the shard's port of that index.
    Udp {
        port: usize,
        /// Bytes that were received and not answered: nobody is sent more than it sent, so that a forged sender's
        /// address gains nothing.
        credit: usize,
    },
}

impl Channel {
    pub(super) const fn transport(&self) -> Transport {
        match self {
            Self::Tcp(_) | Self::Tls(_) => Transport::Tcp,
            Self::Udp { .. } => Transport::Udp,
        }
    }
}

/// A connection, or the peer of a port for datagrams.
pub(super) struct Connection {
    pub(super) channel: Channel,
    pub(super) link: Link,
    /// Bytes of a frame that has not come whole.
    pub(super) partial: Box<[u8]>,
    pub(super) state: State,
}

/// What is known about a connection besides its protocol.
pub(super) struct State {
    pub(super) peer: SocketAddr,
    /// Device that is served; empty before the admission.
    pub(super) device: Bytes,
    /// Device that it claims to be, before the admission and while frames are recorded.
    pub(super) claims: Option<Box<str>>,
    /// Where its frames are recorded.
    pub(super) tape: u32,
    pub(super) stamp: Stamp,
    pub(super) generation: u64,
    /// Steps whose records are on their way.
    pub(super) queue: Queue,
    /// Answers that are to be written.
    pub(super) unsent: Vec<u8>,
    pub(super) opened_ms: i64,
    /// Time since when a frame has been incomplete; 0 when none is.
    pub(super) partial_ms: i64,
    /// Time at which a connection that is ending is given up; 0 when it is not ending.
    pub(super) given_up_ms: i64,
    pub(super) totals: Totals,
    pub(super) frame_rate: Bucket,
    pub(super) reject_rate: Bucket,
    /// Rejects since the last good frame.
    pub(super) rejects_in_a_row: u32,
    /// Time before which nothing is read, since it came too fast.
    pub(super) paused_until_ms: i64,
    /// Time until which the device's positions are flagged.
    pub(super) suspect_until_ms: i64,
    /// The header that says whom the connection is for has not come yet.
    pub(super) awaits_header: bool,
    /// A device was admitted once, and counts for the address.
    pub(super) admitted: bool,
    /// Why it is ending.
    pub(super) ending: Option<Reason>,
    /// In the list of connections with something to write.
    pub(super) listed: bool,
    /// Our half is closed: all answers are written.
    pub(super) half_closed: bool,
}

/// What a connection's log line and its `Offline` event tell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Totals {
    pub(super) frames: u64,
    pub(super) rejects: u64,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
    pub(super) withheld: u64,
}

impl Connection {
    /// Bytes of frames and of messages in sub-packets that have not come whole.
    pub(super) fn incomplete(&self) -> usize {
        self.partial.len().saturating_add(self.link.held().0)
    }

    /// Since when the older of them waits.
    pub(super) fn incomplete_ms(&self) -> i64 {
        let partial = Some(self.state.partial_ms).filter(|since| *since != 0);
        let held = self.link.held().1.map(|since| since.0);
        partial.into_iter().chain(held).min().unwrap_or_default()
    }

    /// Reads behind what is left of a frame; gives where the bytes end in `room`.
    pub(super) fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let kept = self.partial.len();
        let stream: &mut dyn Read = match &mut self.channel {
            Channel::Tcp(stream) => stream,
            Channel::Tls(tls) => &mut **tls,
            Channel::Udp { .. } => return Err(io::ErrorKind::Unsupported.into()),
        };
        let (front, rest) = room.split_at_mut(kept);
        loop {
            match stream.read(rest) {
                Ok(count) => {
                    front.copy_from_slice(&self.partial);
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes as much of the answers as the socket takes; gives how much that was.
    pub(super) fn write(&mut self) -> io::Result<usize> {
        let stream: &mut dyn Write = match &mut self.channel {
            Channel::Tcp(stream) => stream,
            Channel::Tls(tls) => &mut **tls,
            Channel::Udp { .. } => return Ok(0),
        };
        // What a session of TLS still has; a plain socket has nothing.
        stream.flush()?;
        let mut written = 0;
        while written < self.state.unsent.len() {
            match stream.write(&self.state.unsent[written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if written == self.state.unsent.len() {
            // An idle connection keeps no buffer.
            self.state.unsent = Vec::new();
        } else {
            self.state.unsent.drain(..written);
        }
        Ok(written)
    }

    /// Says that nothing more will be written. What was written still arrives.
    pub(super) fn half_close(&mut self) {
        let ended = match &mut self.channel {
            Channel::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Channel::Tls(tls) => tls.say_end().and_then(|()| tls.stream.shutdown(Shutdown::Write)),
            Channel::Udp { .. } => Ok(()),
        };
        if let Err(error) = ended {
            tracing::trace!(%error, "the other side was gone already");
        }
        self.state.half_closed = true;
    }

    /// True when no answer is on its way any more.
    pub(super) fn settled(&self) -> bool {
        let unsent = match &self.channel {
            Channel::Tls(tls) => tls.unsent(),
            Channel::Tcp(_) | Channel::Udp { .. } => false,
        };
        self.state.queue.is_empty() && self.state.unsent.is_empty() && !unsent
    }
}

impl State {
    pub(super) fn new(peer: SocketAddr, node: Bytes, now_ms: i64) -> Self {
        Self {
            peer,
            device: Bytes::new(),
            claims: None,
            tape: 0,
            stamp: Stamp {
                node,
                generation: Bytes::new(),
                trace: None,
            },
            generation: 0,
            queue: Queue::default(),
            unsent: Vec::new(),
            opened_ms: now_ms,
            partial_ms: 0,
            given_up_ms: 0,
            totals: Totals::default(),
            frame_rate: Bucket::default(),
            reject_rate: Bucket::default(),
            rejects_in_a_row: 0,
            paused_until_ms: 0,
            suspect_until_ms: 0,
            awaits_header: false,
            admitted: false,
            ending: None,
            listed: false,
            half_closed: false,
        }
    }

    /// How the events of its device are marked.
    pub(super) fn served(&self, now_ms: i64) -> Served {
        Served {
            generation: self.generation,
            suspect: self.suspect_until_ms > now_ms,
        }
    }

    pub(super) fn online(&self) -> bool {
        !self.device.is_empty()
    }

    /// Key of records that are about this connection.
    pub(super) fn key(&self) -> Bytes {
        if self.online() {
            self.device.clone()
        } else {
            Bytes::from(self.peer.ip().to_string())
        }
    }
}
