use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use bus::Bus;
use bytes::Bytes;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::canary::Flight;
use crate::capture;
use crate::config::{millis, seconds};
use crate::guard::Guard;
use crate::health::{self, LogWatch};
use crate::link::Patience;
use crate::metrics;
use crate::outlet::Spooled;
use crate::owners::Owners;
use crate::registry::{self, Registry};
use crate::shard::{Ports, Seat, Shard, ShardNote, Shared};
use crate::{Error, GatewayConfig, Outlet, SpoolMode};

/// Where a gateway listens, with the ports that the system chose where port 0 was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Addresses {
    pub jt808_tcp: Vec<SocketAddr>,
    pub jt808_udp: Vec<SocketAddr>,
    pub gt06_tcp: Vec<SocketAddr>,
    pub gt06_udp: Vec<SocketAddr>,
    pub any_tcp: Vec<SocketAddr>,
    pub any_udp: Vec<SocketAddr>,
    /// Behind a load balancer, whatever the protocol.
    pub proxied_tcp: Vec<SocketAddr>,
    /// With TLS, whatever the protocol.
    pub tls_tcp: Vec<SocketAddr>,
}

/// Tells about a running gateway. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    addresses: Addresses,
    pub(crate) shared: Arc<Shared>,
}

impl Handle {
    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Connections and datagram peers now.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Devices that are served now.
    #[must_use]
    pub fn devices_online(&self) -> usize {
        self.shared.owners.len()
    }

    /// Devices that are known.
    #[must_use]
    pub fn devices_known(&self) -> usize {
        self.shared.registry.len()
    }

    /// Bytes of frames that have not come whole.
    #[must_use]
    pub fn partial_frame_bytes(&self) -> u64 {
        self.shared.partial_bytes.load(Ordering::Relaxed)
    }
}

impl Handle {
    /// Whether more devices should be sent here, and what there is to say about it.
    ///
    /// # Errors
    /// Why not: neither the log nor the spool takes what devices send.
    pub fn readiness(&self) -> Result<String, &'static str> {
        if !self.shared.outlet.has_room() {
            Err("takes nothing: as much waits for the log as may")
        } else if self.shared.log.refuses(runtime::clock::now_ms()) {
            Err("the log did not take the last record")
        } else if !self.shared.outlet.is_reachable() {
            Err("no broker can be reached, and there is no spool: gateway.spool.mode")
        } else {
            Ok(match self.shared.outlet.waiting() {
                0 => String::new(),
                waiting => format!("{waiting} records wait in the spool for the log"),
            })
        }
    }

    /// Whether all threads that serve connections do so.
    ///
    /// # Errors
    /// Which one has done nothing for how long.
    pub fn liveness(&self) -> Result<(), String> {
        let now = runtime::clock::now_ms();
        let most = millis(self.shared.config.deadlines.stall_seconds);
        let inboxes = self.shared.inboxes.iter();
        for (index, since) in inboxes.map(|inbox| inbox.beaten_ms()).enumerate() {
            if now - since > most {
                let seconds = (now - since) / 1000;
                return Err(format!("thread {index} has done nothing for {seconds} s"));
            }
        }
        Ok(())
    }

    /// What it is doing, for the admin port.
    pub(crate) fn state(&self) -> serde_json::Value {
        serde_json::json!({
            "addresses": format!("{:?}", self.addresses),
            "connections": self.connections(),
            "devices_online": self.devices_online(),
            "devices_known": self.devices_known(),
            "partial_frame_bytes": self.partial_frame_bytes(),
            "in_flight_bytes": self.shared.outlet.in_flight_bytes(),
            "has_room": self.shared.outlet.has_room(),
            "waiting_in_spool": self.shared.outlet.waiting(),
        })
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

/// Ends of the threads that serve.
type Shards = JoinSet<Result<io::Result<()>, oneshot::error::RecvError>>;

/// What runs until the shutdown or a failure.
type Background = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// A gateway that serves.
pub struct Gateway {
    handle: Handle,
    shards: Shards,
    /// What goes on beside the threads: the registry follows its topic, the spool drains.
    background: Background,
    shutdown: CancellationToken,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway")
            .field("handle", &self.handle)
            .finish_non_exhaustive()
    }
}

impl Gateway {
    /// Reads the topic `devices`, opens the ports and serves until `shutdown`.
    ///
    /// # Errors
    /// When a port cannot be opened, a file that the configuration names cannot be used, or the spool is in use.
    pub async fn start(config: GatewayConfig, bus: &Bus, shutdown: CancellationToken) -> Result<Self, Error> {
        let log = bus.publisher();
        if config.spool.mode == SpoolMode::Off {
            return Self::start_with(config, bus, Arc::new(log), shutdown).await;
        }
        let (spool, node) = (config.spool.clone(), config.node.clone());
        let spooled = tokio::task::spawn_blocking(move || Spooled::open(&spool, &node, log)).await;
        let spooled = Arc::new(spooled.map_err(|_| Error::Panicked)??);
        let mut gateway = Self::start_with(config, bus, spooled.clone(), shutdown.clone()).await?;
        let follow = gateway.background;
        gateway.background = Box::pin(async move {
            let watch = async {
                spooled.watch(shutdown.clone()).await;
                Ok(())
            };
            tokio::try_join!(follow, watch, spooled.drain(shutdown.clone())).map(|_| ())
        });
        Ok(gateway)
    }

    /// As [`Gateway::start`], with another way to the log.
    ///
    /// # Errors
    /// As [`Gateway::start`].
    pub async fn start_with(
        mut config: GatewayConfig,
        bus: &Bus,
        outlet: Arc<dyn Outlet>,
        shutdown: CancellationToken,
    ) -> Result<Self, Error> {
        let canary = config.canary.clone();
        config
            .devices
            .list
            .extend((!canary.is_off()).then(|| canary.device.clone()));
        let registry = Arc::new(Registry::new(&config.devices)?);
        let caught_up = CancellationToken::new();
        let mut follow = Box::pin(registry::follow(
            registry.clone(),
            bus.clone(),
            caught_up.clone(),
            shutdown.clone(),
        ));
        tokio::select! {
            () = caught_up.cancelled() => {}
            ended = &mut follow => ended?,
            () = tokio::time::sleep(seconds(config.devices.wait_seconds)) => tracing::warn!(
                "the topic devices cannot be read yet; devices that the configuration does not name are not answered"
            ),
        }
        let (handle, shards) = open(config, registry, outlet)?;
        let background: Background = match Flight::new(&canary, &handle.addresses, bus) {
            Some(flight) => {
                let flight = flight.run(shutdown.clone());
                Box::pin(async move {
                    tokio::select! {
                        ended = &mut follow => ended,
                        () = flight => follow.await,
                    }
                })
            }
            None => follow,
        };
        Ok(Self {
            handle,
            shards,
            background,
            shutdown,
        })
    }

    /// Tells about the gateway.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// As [`Gateway::run`], and tells the admin port how it is meanwhile, and what it asks.
    ///
    /// # Errors
    /// As [`Gateway::run`].
    pub async fn serve(
        self,
        reporter: &runtime::admin::Reporter,
        queries: &runtime::admin::Queries,
    ) -> Result<(), Error> {
        capture::serve(&self.handle, queries);
        let (handle, shutdown) = (self.handle(), self.shutdown.clone());
        let told = async {
            tokio::select! {
                () = health::report(handle, reporter) => {}
                () = shutdown.cancelled() => {}
            }
            reporter.not_ready("stops: takes nothing new and answers what is on its way");
            std::future::pending::<()>().await;
        };
        tokio::select! {
            ended = self.run() => ended,
            () = told => Ok(()),
        }
    }

    /// Waits for the token that the gateway was started with; then takes nothing new, waits for what is on its way,
    /// answers it and closes, all within `drain_seconds`.
    ///
    /// # Errors
    /// When a thread fails, or the log cannot be read any more.
    pub async fn run(mut self) -> Result<(), Error> {
        let early = tokio::select! {
            ended = &mut self.background => ended,
            ended = next_end(&mut self.shards) => ended,
            () = self.shutdown.cancelled() => Ok(()),
        };
        let deadline_ms = runtime::clock::now_ms() + millis(self.handle.shared.config.drain_seconds);
        for inbox in &self.handle.shared.inboxes {
            inbox.tell(ShardNote::Drain { deadline_ms });
        }
        while !self.shards.is_empty() {
            next_end(&mut self.shards).await?;
        }
        early
    }
}

/// Runs a gateway until `shutdown`, with its health on the admin port.
///
/// # Errors
/// As [`Gateway::start`] and [`Gateway::run`].
pub async fn run(
    config: GatewayConfig,
    bus: Bus,
    health: &runtime::admin::Health,
    queries: &runtime::admin::Queries,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    let reporter = health.part("gateway");
    reporter.starting("reads the topic devices");
    let gateway = Gateway::start(config, &bus, shutdown.clone()).await?;
    gateway.serve(&reporter, queries).await
}

/// Opens the ports and starts the threads.
fn open(
    config: GatewayConfig,
    registry: Arc<Registry>,
    outlet: Arc<dyn Outlet>,
) -> Result<(Handle, Shards), Error> {
    let ports = Ports::open(&config)?;
    metrics::begin();
    let addresses = ports.addresses().map_err(Error::Start)?;
    let threads = match config.threads {
        0 => thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    let seats: Vec<Seat> = (0..threads)
        .map(|_| Seat::new())
        .collect::<Result<_, _>>()
        .map_err(Error::Start)?;
    let shared = Arc::new(Shared {
        patience: Patience {
            login_ms: millis(config.deadlines.login_seconds),
            idle_ms: millis(config.deadlines.idle_seconds),
        },
        node: Bytes::from(config.node.clone()),
        owners: Owners::new(),
        guard: Guard::new(&config),
        partial_bytes: AtomicU64::new(0),
        connections: AtomicU64::new(0),
        log: LogWatch::default(),
        captures: Arc::new(Semaphore::new(config.recorder.captures)),
        inboxes: seats.iter().map(|seat| seat.inbox.clone()).collect(),
        config,
        outlet,
        registry,
    });
    let mut ends = JoinSet::new();
    for ((index, seat), ports) in (0u32..).zip(seats).zip(ports.spread(threads)) {
        let shard = Shard::new(index, seat, shared.clone(), ports).map_err(Error::Start)?;
        let (done, end) = oneshot::channel();
        thread::Builder::new()
            .name(format!("gateway-{index}"))
            .spawn(move || {
                // Nobody waits for the end of a gateway that was dropped.
                let _ = done.send(shard.run());
            })
            .map_err(Error::Start)?;
        ends.spawn(end);
    }
    tracing::info!(?addresses, threads, "the gateway listens");
    Ok((Handle { addresses, shared }, ends))
}

/// How the next thread that ends ended.
async fn next_end(ends: &mut Shards) -> Result<(), Error> {
    match ends.join_next().await {
        None => Ok(()),
        Some(Ok(Ok(end))) => end.map_err(Error::Start),
        // The thread dropped its end without a word.
        Some(_) => Err(Error::Panicked),
    }
}
