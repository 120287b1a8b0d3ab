use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use bus::{Outcome, ReceiptSink};
use bytes::Bytes;
use mio::Waker;
use mio::net::TcpStream;
use tokio::sync::mpsc::Sender;

use super::port::Port;
use crate::metrics::Reason;
use crate::recorder::{Head, Tap};

/// Token of records that no answer waits for.
pub(crate) const UNTRACKED: u64 = u64::MAX;

/// What other threads tell a shard.
pub(crate) enum Note {
    /// A connection to serve.
    Accepted(TcpStream, SocketAddr, Port),
    /// End the connection, if its device still has that generation there.
    Close {
        slot: u32,
        generation: u64,
        reason: Reason,
    },
    /// Serve nothing new, and end by this time in milliseconds.
    Drain { deadline_ms: i64 },
    /// Tell the newest frames of a device or an address.
    Recent {
        key: Bytes,
        frames: Sender<Vec<(Head, Vec<u8>)>>,
    },
    /// Begin a capture.
    Tap(Tap),
}

/// What became of a record that was published with the token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settled {
    pub(crate) token: u64,
    pub(crate) durable: bool,
}

/// Where a shard is told things from outside. It is woken once for as much as comes while it is busy.
pub(crate) struct Inbox {
    waker: Waker,
    woken: AtomicBool,
    /// When the shard began its newest turn.
    beat_ms: AtomicI64,
    settled: Mutex<Vec<Settled>>,
    notes: Mutex<Vec<Note>>,
}

impl Inbox {
    pub(crate) fn new(waker: Waker) -> Self {
        Self {
            waker,
            woken: AtomicBool::new(false),
            beat_ms: AtomicI64::new(runtime::clock::now_ms()),
            settled: Mutex::default(),
            notes: Mutex::default(),
        }
    }

    /// The shard begins a turn.
    pub(super) fn beat(&self, now_ms: i64) {
        self.beat_ms.store(now_ms, Ordering::Relaxed);
    }

    /// When the shard began its newest turn, or was made.
    pub(crate) fn beaten_ms(&self) -> i64 {
        self.beat_ms.load(Ordering::Relaxed)
    }

    pub(crate) fn tell(&self, note: Note) {
        self.notes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(note);
        self.wake();
    }

    /// Moves what has come into the caller's lists, which are empty.
    pub(super) fn take(&self, settled: &mut Vec<Settled>, notes: &mut Vec<Note>) {
        if !self.woken.swap(false, Ordering::AcqRel) {
            return;
        }
        std::mem::swap(
            settled,
            &mut *self.settled.lock().unwrap_or_else(PoisonError::into_inner),
        );
        std::mem::swap(
            notes,
            &mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner),
        );
    }

    /// To be called behind whatever the shard is to find. The look that comes before the exchange is enough where the
    /// shard is awake already: it says so before it takes the lock under which the caller left something.
    fn wake(&self) {
        if self.woken.load(Ordering::Acquire) {
            return;
        }
        if !self.woken.swap(true, Ordering::AcqRel)
            && let Err(error) = self.waker.wake()
        {
            tracing::error!(%error, "a thread that serves connections cannot be woken");
        }
    }
}

impl ReceiptSink for Inbox {
    fn settled(&self, token: u64, outcome: Outcome) {
        let durable = outcome.is_ok();
        if let Err(error) = outcome {
            tracing::debug!(%error, "a record was not taken");
            if token == UNTRACKED && !error.is_retryable() {
                tracing::warn!(%error, "the log refuses a record");
            }
        }
        self.settled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Settled { token, durable });
        self.wake();
    }
}
