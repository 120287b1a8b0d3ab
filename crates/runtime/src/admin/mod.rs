//! The port for those who run the process: metrics, health, state, log level, and what the roles can
//! be asked. It has no authentication; bind it to
//! an address that only they reach.

mod health;
mod queries;
mod routes;

use std::io;
use std::net::SocketAddr;

use serde::Deserialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use health::{Health, Reporter};
pub use queries::{Lines, Parameters, Queries, Unanswered};

use crate::logging::LogLevel;
use crate::metrics::Metrics;

/// The section `[admin]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdminConfig {
    /// Address to listen on.
    pub listen: SocketAddr,
}

impl Default for AdminConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 9600)),
        }
    }
}

/// The section with its defaults.
pub const SECTION: crate::config::Section = crate::config::Section {
    name: "admin",
    defaults: include_str!("admin.toml"),
};

/// The admin port cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {address} for the admin port: {}",
    crate::service::listen_advice(source, "admin.listen")
)]
pub struct Error {
    /// Where.
    pub address: SocketAddr,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// What the admin port shows. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Health of the roles, and their state.
    pub health: Health,
    /// Metrics of the process, where it collects any.
    pub metrics: Option<Metrics>,
    /// Log level of the process, where it has a log.
    pub log: Option<LogLevel>,
    /// What the roles can be asked.
    pub queries: Queries,
}

/// An admin port that listens and does not answer yet.
#[derive(Debug)]
pub struct Admin {
    listener: TcpListener,
    panel: Panel,
}

impl Admin {
    /// Opens the port.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub async fn bind(address: SocketAddr, panel: Panel) -> Result<Self, Error> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| Error { address, source })?;
        Ok(Self { listener, panel })
    }

    /// The address, with the port that the system chose where port 0 was asked for.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Answers until the token is cancelled.
    ///
    /// # Errors
    /// When the system takes the port away.
    pub async fn run(self, shutdown: CancellationToken) -> io::Result<()> {
        let service = routes::router(self.panel).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(self.listener, service)
            .with_graceful_shutdown(async move { shutdown.cancelled().await })
            .await
    }
}
