use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use bus::Bus;
use bytes::Bytes;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::config::{millis, seconds};
use crate::link::Patience;
use crate::owners::Owners;
use crate::registry::{self, Registry};
use crate::shard::{Ports, Seat, Shard, ShardNote, Shared};
use crate::{Error, GatewayConfig, Outlet};

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
}

/// Tells about a running gateway. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    addresses: Addresses,
    shared: Arc<Shared>,
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

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

/// A gateway with open ports.
pub struct Gateway {
    handle: Handle,
    ends: Vec<oneshot::Receiver<io::Result<()>>>,
}

impl Gateway {
    /// Waits for the topic `devices`, opens the ports and serves. The registry follows the topic until `shutdown`.
    ///
    /// # Errors
    /// When a port cannot be opened, or a file that the configuration names cannot be used.
    pub async fn start(
        config: GatewayConfig,
        bus: &Bus,
        shutdown: &CancellationToken,
    ) -> Result<(Self, impl Future<Output = Result<(), Error>> + Send + use<>), Error> {
        let outlet = Arc::new(bus.publisher());
        Self::start_with(config, bus, outlet, shutdown).await
    }

    /// As [`Gateway::start`], with another way to the log.
    ///
    /// # Errors
    /// As [`Gateway::start`].
    pub async fn start_with(
        config: GatewayConfig,
        bus: &Bus,
        outlet: Arc<dyn Outlet>,
        shutdown: &CancellationToken,
    ) -> Result<(Self, impl Future<Output = Result<(), Error>> + Send + use<>), Error> {
        let registry = Arc::new(Registry::new(&config.devices)?);
        let caught_up = CancellationToken::new();
        let follow = registry::follow(registry.clone(), bus.clone(), caught_up.clone(), shutdown.clone());
        let mut follow = Box::pin(follow);
        tokio::select! {
            () = caught_up.cancelled() => {}
            ended = &mut follow => ended?,
            () = tokio::time::sleep(seconds(config.devices.wait_seconds)) => tracing::warn!(
                "the topic devices cannot be read yet; devices that the configuration does not name are not answered"
            ),
        }
        let gateway = Self::open(config, registry, outlet)?;
        Ok((gateway, follow))
    }

    fn open(config: GatewayConfig, registry: Arc<Registry>, outlet: Arc<dyn Outlet>) -> Result<Self, Error> {
        let ports = Ports::open(&config.listen)?;
        let addresses = ports.addresses().map_err(Error::Start)?;
        let threads = match config.threads {
            0 => thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let seats: Vec<Seat> = (0..threads).map(|_| Seat::new()).collect::<Result<_, _>>().map_err(Error::Start)?;
        let shared = Arc::new(Shared {
            patience: Patience {
                login_ms: millis(config.deadlines.login_seconds),
                idle_ms: millis(config.deadlines.idle_seconds),
            },
            node: Bytes::from(config.node.clone()),
            config,
            outlet,
            registry,
            owners: Owners::new(),
            partial_bytes: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            inboxes: seats.iter().map(|seat| seat.inbox.clone()).collect(),
        });
        let mut ends = Vec::new();
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
            ends.push(end);
        }
        tracing::info!(?addresses, threads, "the gateway listens");
        Ok(Self { handle: Handle { addresses, shared }, ends })
    }

    /// Tells about the gateway.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Serves until `shutdown`; then takes nothing new, waits for what is on its way, answers it and closes, all
    /// within `drain_seconds`.
    ///
    /// # Errors
    /// When a thread fails.
    pub async fn run(
        self,
        follow: impl Future<Output = Result<(), Error>> + Send,
        shutdown: CancellationToken,
    ) -> Result<(), Error> {
        let mut ends = futures_of(self.ends);
        tokio::pin!(follow);
        let early = tokio::select! {
            followed = &mut follow => followed,
            ended = next_end(&mut ends) => ended,
            () = shutdown.cancelled() => Ok(()),
        };
        let deadline_ms = runtime::clock::now_ms() + millis(self.handle.shared.config.drain_seconds);
        for inbox in &self.handle.shared.inboxes {
            inbox.tell(ShardNote::Drain { deadline_ms });
        }
        while !ends.is_empty() {
            next_end(&mut ends).await?;
        }
        early
    }
}
