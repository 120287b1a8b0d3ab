//! A real Apache Kafka for one test run: of [one node](KafkaServer) or of [several](KafkaCluster).

mod broker;
mod cluster;
mod keeper;
mod secured;
mod settings;

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::{Context, Result};
use tempfile::TempDir;

use self::broker::Broker;
use crate::ports;

pub use self::cluster::KafkaCluster;
pub use self::keeper::Keeper;
pub use self::secured::{MECHANISM, PASSWORD, Secured, USER};

/// Folder with the broker's jars; `tests/services` fills it and prints this variable.
pub const JARS: &str = "MILEPOST_KAFKA_JARS";

/// A broker that is also its own controller. It listens on 127.0.0.1, keeps its data in a temporary folder and is
/// stopped when dropped.
#[derive(Debug)]
pub struct KafkaServer {
    broker: Broker,
    spoilable: Option<Spoilable>,
    secured: Option<Secured>,
    /// Goes last.
    folder: TempDir,
}

/// A second way to a broker, through a proxy.
#[derive(Debug, Clone, Copy)]
pub struct Spoilable {
    /// Where the broker listens for what the proxy passes on.
    pub listens: SocketAddr,
    /// Where the broker says that this listener is: the proxy is to listen there.
    pub advertised: SocketAddr,
}

impl KafkaServer {
    /// True when the environment names the broker's jars. Says loudly when not: the caller then skips its tests.
    #[must_use]
    pub fn is_available() -> bool {
        let available = std::env::var_os(JARS).is_some();
        if !available {
            tell(&format!(
                "SKIPPED: the tests on a real Kafka need {JARS}; run `eval \"$(tests/services)\"` first"
            ));
        }
        available
    }

    /// The broker that the tests of one binary share: started by the first that asks, stopped with the last that
    /// lets go. Use names that no other test uses.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn shared() -> Result<Arc<Self>> {
        static SHARED: Mutex<Weak<KafkaServer>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Ok(server);
        }
        let server = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&server);
        Ok(server)
    }

    /// Starts a broker and waits until it takes connections.
    ///
    /// # Errors
    /// When there are no jars, no Java, or the broker does not come up; with the end of its log.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// Like [`start`](Self::start), with a second listener for clients that come through a proxy, see
    /// [`spoilable`](Self::spoilable).
    ///
    /// # Errors
    /// As there.
    pub fn start_spoilable() -> Result<Self> {
        let [listens, advertised] = ports::free()?.map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        Self::launch_first(&[], Some(Spoilable { listens, advertised }), &[])
    }

    /// Like [`start`](Self::start), with a second listener that wants TLS and a password, see [`secured`](Self::secured).
    ///
    /// # Errors
    /// As there.
    pub fn start_secured() -> Result<Self> {
        Self::launch_first(&[], None, &[USER])
    }

    /// Like [`start_secured`](Self::start_secured), with these users in place of the one. They may do only what they are
    /// allowed to; who comes without a password may do everything.
    ///
    /// # Errors
    /// As there.
    pub fn start_with_rights(users: &[&str]) -> Result<Self> {
        Self::launch_first(secured::RIGHTS, None, users)
    }

    /// The way by TLS, of a broker that has one.
    #[must_use]
    pub const fn secured(&self) -> Option<&Secured> {
        self.secured.as_ref()
    }

    /// The way through a proxy, of a broker that has one.
    #[must_use]
    pub fn spoilable(&self) -> Option<Spoilable> {
        self.spoilable
    }

    /// Like [`start`](Self::start), with further lines for the broker's configuration.
    ///
    /// # Errors
    /// As there.
    pub fn start_with(settings: &[(&str, &str)]) -> Result<Self> {
        Self::launch_first(settings, None, &[])
    }

    fn launch_first(settings: &[(&str, &str)], spoilable: Option<Spoilable>, users: &[&str]) -> Result<Self> {
        let folder = TempDir::with_prefix("milepost-kafka-").context("make a folder for the broker")?;
        let [port, controller, by_tls] = ports::free()?;
        let (mut listens, mut advertised) = spoilable.map_or_else(Default::default, |way| {
            (
                format!(",SPOILED://{}", way.listens),
                format!(",SPOILED://{}", way.advertised),
            )
        });
        let secured = match users {
            [] => None,
            _ => Some(Secured::new(folder.path(), by_tls)?),
        };
        if let Some(secured) = &secured {
            listens += &format!(",SECURED://127.0.0.1:{by_tls}");
            advertised += &format!(",SECURED://{}", secured.brokers);
        }
        let mut lines = settings::common(&folder.path().join("data"));
        lines.extend(settings::replicas(1, 1));
        lines.extend([
            "node.id=1".to_owned(),
            format!("controller.quorum.voters=1@127.0.0.1:{controller}"),
            format!("listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}{listens}"),
            format!("advertised.listeners=PLAINTEXT://127.0.0.1:{port}{advertised}"),
        ]);
        lines.extend(settings::lines(settings));
        lines.extend(secured.iter().flat_map(|secured| secured.lines(folder.path())));
        let users: Vec<String> = users.iter().map(|name| Secured::user(name)).collect();
        let mut broker = Broker::format(folder.path(), port, &lines, &users)?;
        broker.launch()?;
        broker.wait_until_up()?;
        Ok(Self {
            broker,
            spoilable,
            secured,
            folder,
        })
    }

    /// `host:port` for clients.
    #[must_use]
    pub fn brokers(&self) -> String {
        self.broker.address()
    }

    /// Folder that holds the broker's settings, data and log.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends the broker at once, as kill -9 does.
    ///
    /// # Errors
    /// When the process cannot be signalled.
    pub fn kill_hard(&mut self) -> Result<()> {
        self.broker.kill()
    }

    /// Starts the broker again on the same port and data, after ending it if it runs.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn restart(&mut self) -> Result<()> {
        self.broker.stop()?;
        self.broker.launch()?;
        self.broker.wait_until_up()
    }

    /// Ends the broker in order.
    ///
    /// # Errors
    /// When the process cannot be signalled.
    pub fn stop(&mut self) -> Result<()> {
        self.broker.stop()
    }
}

/// Writes to the standard error itself: what a passing test prints is not shown.
fn tell(line: &str) {
    // There is nobody else to tell.
    let _ = writeln!(std::io::stderr(), "{line}");
}
