//! Closed-loop load: many connections, each with a bounded number of messages that wait for their answer.

mod answers;
mod connection;
mod frames;
mod stats;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::LocalSet;
use tokio_util::sync::CancellationToken;

pub use frames::{FrameMaker, Protocol};
pub use stats::{Latency, Report};

use crate::obligations::Obligations;
use connection::Connection;
use stats::Stats;

/// Connections that are set up at the same time.
const CONNECTING: usize = 200;
/// Days that the first fix lies back, so that counting on by a second per message stays in the past.
const BACK_DAYS: i64 = 40;

/// What a load run does.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Protocol to speak.
    pub protocol: Protocol,
    /// Where the gateway listens.
    pub gateway: SocketAddr,
    /// Where devices try when they cannot connect there: the backup server of their settings (JT/T 808 parameter 0x0017).
    pub backup: Option<SocketAddr>,
    /// Connections, one device each.
    pub connections: u64,
    /// Messages per connection that may wait for their answer; 0 keeps connections idle.
    pub in_flight: usize,
    /// The next messages of a connection are sent when all that wait were answered, in one piece, as a device does that
    /// sends what it has kept; else each answer makes room for one.
    pub whole_windows: bool,
    /// Messages a second over all connections; none: as many as are answered.
    pub rate: Option<f64>,
    /// How long, from the moment when all connections are served; it waits as long again for that. Rates and answer times are
    /// of this time alone: what logins cost is not in them.
    pub duration: Duration,
    /// Seconds without an answer after which a device connects anew and sends again.
    pub answer_timeout: Duration,
    /// Number of the first device; runs that share a gateway take different ones.
    pub first_device: u64,
    /// The other side is an echo server: no login, what comes back is the answer.
    pub echo: bool,
    /// Time of the run's begin; fix times count from well before it.
    pub now: Timestamp,
    /// Where to write the obligations.
    pub obligations: Option<PathBuf>,
    /// Multimedia that JT/T 808 devices send beside their messages.
    pub uploads: Option<Uploads>,
}

impl Settings {
    /// Devices that send at that rate until they are stopped, a few messages ahead of the answers.
    #[must_use]
    pub fn steady(
        protocol: Protocol,
        gateway: SocketAddr,
        connections: u64,
        rate: f64,
        now: Timestamp,
    ) -> Self {
        Self {
            protocol,
            gateway,
            backup: None,
            connections,
            in_flight: 4,
            whole_windows: false,
            rate: Some(rate),
            duration: Duration::MAX,
            answer_timeout: Duration::from_secs(5),
            first_device: 0,
            echo: false,
            now,
            obligations: None,
            uploads: None,
        }
    }
}

/// Multimedia items, one after another.
#[derive(Debug, Clone, Copy)]
pub struct Uploads {
    /// Bytes of data of an item.
    pub bytes: usize,
    /// Sub-packets that go out in front of each message.
    pub packets: usize,
}

/// A load run could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No runtime.
    #[error("cannot start the runtime of the load")]
    Runtime(#[source] std::io::Error),
    /// The obligations could not be written.
    #[error("cannot write the obligations to {path}")]
    Obligations {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// What others see of a run while it goes on.
pub struct Watch {
    /// Acknowledged messages so far; runs may share it.
    pub acked: Arc<AtomicU64>,
    /// Called when all connections are served and the duration begins.
    pub begun: Box<dyn FnOnce() + Send>,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            acked: Arc::default(),
            begun: Box::new(|| ()),
        }
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch")
            .field("acked", &self.acked)
            .finish_non_exhaustive()
    }
}

/// Runs the load on this thread until its duration is over or `stop` is cancelled, then waits up to the answer timeout
/// for answers that are still due.
///
/// # Errors
/// When the obligations cannot be written.
pub fn run(settings: &Settings, stop: &CancellationToken) -> Result<(Report, Vec<Obligations>), Error> {
    run_watched(settings, stop, Watch::default())
}

/// As [`run`], for whoever watches.
///
/// # Errors
/// As [`run`].
pub fn run_watched(
    settings: &Settings,
    stop: &CancellationToken,
    watch: Watch,
) -> Result<(Report, Vec<Obligations>), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let (report, obligations) = LocalSet::new().block_on(&runtime, drive(settings, stop, watch));
    if let Some(path) = &settings.obligations {
        Obligations::write_all(&obligations, path).map_err(|source| Error::Obligations {
            path: path.clone(),
            source,
        })?;
    }
    Ok((report, obligations))
}

async fn drive(settings: &Settings, stop: &CancellationToken, watch: Watch) -> (Report, Vec<Obligations>) {
    let stats = Rc::new(Stats::new(watch.acked));
    let gate = Rc::new(Semaphore::new(CONNECTING));
    let settings = Rc::new(settings.clone());
    let stop = stop.child_token();
    let tasks: Vec<_> = (0..settings.connections)
        .map(|number| {
            let connection = Connection::new(Rc::clone(&settings), number, Rc::clone(&stats), stop.clone());
            tokio::task::spawn_local(connection.run(Rc::clone(&gate)))
        })
        .collect();
    tokio::select! {
        () = stats.all_online(settings.connections) => {}
        () = tokio::time::sleep(settings.duration) => {}
        () = stop.cancelled() => {}
    }
    stats.begin();
    (watch.begun)();
    tokio::select! {
        () = tokio::time::sleep(settings.duration) => {}
        () = stop.cancelled() => {}
    }
    stats.end();
    stop.cancel();
    let mut obligations = Vec::with_capacity(tasks.len());
    for task in tasks {
        if let Ok(one) = task.await {
            obligations.push(one);
        }
    }
    (stats.report(&obligations), obligations)
}

fn base(now: Timestamp) -> i64 {
    now.as_second() - BACK_DAYS * 86_400
}
