use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Serialize;
use tokio::sync::Notify;

use crate::obligations::Obligations;

/// Longest latency that is told apart, in microseconds: ten minutes.
const LONGEST_US: u64 = 600_000_000;

/// Counters of one run, on one thread.
#[derive(Debug)]
pub(super) struct Stats {
    /// Shared with whoever watches the run.
    acked: Arc<AtomicU64>,
    pub(super) refused: Cell<u64>,
    pub(super) uploaded: Cell<u64>,
    pub(super) connects: Cell<u64>,
    online: Cell<u64>,
    comes_online: Notify,
    measured: Cell<Measured>,
    pub(super) latency: RefCell<Histogram<u64>>,
    reconnect: RefCell<Histogram<u64>>,
}

/// The time that rates and answer times are of.
#[derive(Debug, Clone, Copy)]
struct Measured {
    since: Instant,
    /// Acknowledged before it began.
    before: u64,
    took: Duration,
    /// Acknowledged while it lasted.
    acked: u64,
}

impl Stats {
    pub(super) fn new(acked: Arc<AtomicU64>) -> Self {
        Self {
            measured: Cell::new(Measured {
                since: Instant::now(),
                before: acked.load(Ordering::Relaxed),
                took: Duration::ZERO,
                acked: 0,
            }),
            acked,
            refused: Cell::default(),
            uploaded: Cell::default(),
            connects: Cell::default(),
            online: Cell::default(),
            comes_online: Notify::new(),
            latency: RefCell::new(histogram()),
            reconnect: RefCell::new(histogram()),
        }
    }

    pub(super) fn acked(&self) -> u64 {
        self.acked.load(Ordering::Relaxed)
    }

    pub(super) fn count_acked(&self) {
        self.acked.fetch_add(1, Ordering::Relaxed);
    }

    /// A device is served.
    pub(super) fn comes_online(&self) {
        count(&self.online);
        self.comes_online.notify_one();
    }

    /// A device is served no more.
    pub(super) fn goes_offline(&self) {
        self.online.set(self.online.get() - 1);
    }

    /// Waits until so many devices are served at the same time.
    pub(super) async fn all_online(&self, connections: u64) {
        while self.online.get() < connections {
            self.comes_online.notified().await;
        }
    }

    /// From now on is measured; what was before is not.
    pub(super) fn begin(&self) {
        self.latency.borrow_mut().reset();
        self.measured.set(Measured {
            since: Instant::now(),
            before: self.acked(),
            ..self.measured.get()
        });
    }

    /// Nothing that comes from now on counts for the rate; answers that are still due count among the answer times.
    pub(super) fn end(&self) {
        let measured = self.measured.get();
        self.measured.set(Measured {
            took: measured.since.elapsed(),
            acked: self.acked() - measured.before,
            ..measured
        });
    }

    /// A device that had lost its connection is served again.
    pub(super) fn count_reconnect(&self, took: Duration) {
        let us = took.as_micros() as u64;
        self.reconnect.borrow_mut().saturating_record(us.max(1));
    }
}

/// Microseconds.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LONGEST_US, 3)
        .unwrap_or_else(|_| unreachable!("the bounds are constants that fit"))
}

/// Adds one.
pub(super) fn count(cell: &Cell<u64>) {
    cell.set(cell.get() + 1);
}

/// What a run came to.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Seconds that rate and answer times are of: from the moment when all connections were served to the end of the load.
    pub seconds: f64,
    /// Connections asked for.
    pub connections: u64,
    /// Connections that got through to being served, at the end of the run.
    pub online: u64,
    /// Times that a device connected.
    pub connects: u64,
    /// Messages that were given to the network, each counted once.
    pub sent: u64,
    /// Messages that were sent again.
    pub resent: u64,
    /// Messages that were acknowledged.
    pub acked: u64,
    /// Messages that were answered with something else than "received".
    pub refused: u64,
    /// Multimedia items that were answered as whole.
    pub uploaded: u64,
    /// Acknowledged messages a second in that time.
    pub acked_per_second: f64,
    /// From the writing of a message to the reading of its answer, in that time.
    pub ack_latency_ms: Latency,
    /// From the end of a connection that was served to the welcome on the next one; none where no connection ended.
    pub reconnect_ms: Option<Latency>,
}

/// Quantiles in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Latency {
    /// Half are faster.
    pub p50: f64,
    /// 99 of 100 are faster.
    pub p99: f64,
    /// 999 of 1,000 are faster.
    pub p999: f64,
    /// The slowest.
    pub max: f64,
}

impl Stats {
    pub(super) fn report(&self, all: &[Obligations]) -> Report {
        let Measured { took, acked, .. } = self.measured.get();
        let reconnect = self.reconnect.borrow();
        Report {
            seconds: took.as_secs_f64(),
            connections: all.len() as u64,
            online: self.online.get(),
            connects: self.connects.get(),
            sent: all.iter().map(|one| one.sent.len()).sum(),
            resent: all.iter().map(|one| one.resent.len()).sum(),
            acked: self.acked(),
            refused: self.refused.get(),
            uploaded: self.uploaded.get(),
            acked_per_second: acked as f64 / took.as_secs_f64().max(1e-9),
            ack_latency_ms: Latency::of(&self.latency.borrow()),
            reconnect_ms: (!reconnect.is_empty()).then(|| Latency::of(&reconnect)),
        }
    }
}

impl Latency {
    fn of(histogram: &Histogram<u64>) -> Self {
        let ms = |us: u64| us as f64 / 1000.0;
        Self {
            p50: ms(histogram.value_at_quantile(0.5)),
            p99: ms(histogram.value_at_quantile(0.99)),
            p999: ms(histogram.value_at_quantile(0.999)),
            max: ms(histogram.max()),
        }
    }
}

impl std::fmt::Display for Latency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "p50 {:.2} ms   p99 {:.2} ms   p99.9 {:.2} ms   max {:.2} ms",
            self.p50, self.p99, self.p999, self.max
        )
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "connections    {:>12}   {} online at the end, {} connects",
            self.connections, self.online, self.connects
        )?;
        writeln!(f, "sent           {:>12}   {} again", self.sent, self.resent)?;
        writeln!(
            f,
            "acked          {:>12}   {:.0} a second over {:.1} s",
            self.acked, self.acked_per_second, self.seconds
        )?;
        writeln!(f, "refused        {:>12}", self.refused)?;
        write!(f, "ack latency    {}", self.ack_latency_ms)?;
        match &self.reconnect_ms {
            Some(reconnect) => write!(f, "\nreconnect      {reconnect}"),
            None => Ok(()),
        }
    }
}
