//! What every long-lived subcommand needs: settings, log, metrics, admin port, the log of events.

pub(crate) mod definitions;
mod readiness;
mod settings;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use bus::Bus;
use runtime::admin::{Admin, Health, Panel, Queries};
use runtime::metrics::Metrics;
use runtime::service::{Phase, Supervisor};

use crate::exit::Outcome;
use crate::metrics::catalogue::PARTS;

pub(crate) use settings::{ConfigFile, SECTIONS, Settings};

/// Beyond the gateway's own deadline: a consumer ends with the batch that it has begun.
const BATCH: Duration = Duration::from_secs(15);

/// A process with its roles.
pub(crate) struct Process {
    pub(crate) bus: Bus,
    pub(crate) health: Health,
    /// What the roles can be asked on the admin port.
    pub(crate) queries: Queries,
    pub(crate) roles: Supervisor,
    /// Address of the admin port.
    pub(crate) admin: Option<std::net::SocketAddr>,
    drain: Duration,
}

impl Process {
    /// Opens the log of events and the admin port.
    pub(crate) async fn start(settings: &Settings) -> anyhow::Result<Self> {
        let log = runtime::logging::install(&settings.log, &settings.traces)?;
        let mut roles = Supervisor::new()?;
        let metrics = Metrics::install(PARTS.iter().map(|part| part.metrics))?;
        let config = settings.bus.clone();
        let bus = tokio::task::spawn_blocking(move || Bus::open(&config))
            .await?
            .context("open the log of events")?;
        let health = Health::default();
        let queries = Queries::default();
        let panel = Panel {
            health: health.clone(),
            metrics: Some(metrics),
            log: Some(log),
            queries: queries.clone(),
        };
        let admin = Admin::bind(settings.admin.listen, panel).await?;
        let address = admin.address();
        roles.spawn("admin", Phase::Ground, |stop| admin.run(stop));
        let dumped = health.clone();
        roles.spawn("state", Phase::Ground, |stop| async move {
            dumped.log_on_signal(stop).await
        });
        Ok(Self {
            bus,
            health,
            queries,
            roles,
            admin: address,
            drain: Duration::from_secs_f64(settings.gateway.drain_seconds) + BATCH,
        })
    }

    /// Runs a consumer.
    pub(crate) fn consume(&mut self, consumer: Consumer, settings: &Settings) {
        let bus = self.bus.clone();
        let reporter = self.health.part(consumer.name());
        tokio::spawn(readiness::report(bus.standings(), consumer.stages(), reporter));
        match consumer {
            Consumer::Geofence => {
                let (stage, handle) = geofence::new(&settings.geofence);
                handle.serve(&self.queries);
                self.roles.spawn(consumer.name(), Phase::Work, |stop| {
                    geofence::run(stage, bus, stop)
                });
            }
            Consumer::Trips => {
                let config = settings.trips.clone();
                self.roles.spawn(consumer.name(), Phase::Work, |stop| async move {
                    trips::run(config, &bus, stop).await
                });
            }
            Consumer::Attendance => {
                let config = settings.attendance.clone();
                self.roles.spawn(consumer.name(), Phase::Work, |stop| async move {
                    attendance::run(&config, bus, stop).await
                });
            }
        }
    }

    /// Runs until a signal or a failure, then stops the roles and closes the log.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let ended = self.roles.run(self.drain).await;
        self.bus.flush(self.drain).await;
        let bus = self.bus;
        tokio::task::spawn_blocking(move || {
            bus.close();
            runtime::traces::flush();
        })
        .await?;
        Ok(ended?)
    }
}

/// Roles that turn records into records.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Consumer {
    Geofence,
    Trips,
    Attendance,
}

impl Consumer {
    /// Every consumer.
    pub(crate) const ALL: [Self; 3] = [Self::Geofence, Self::Trips, Self::Attendance];

    /// Name of the role.
    const fn name(self) -> &'static str {
        match self {
            Self::Geofence => "geofence",
            Self::Trips => "trips",
            Self::Attendance => "attendance",
        }
    }

    /// Names of the stages that it runs.
    const fn stages(self) -> &'static [&'static str] {
        match self {
            Self::Geofence => &["geofence"],
            Self::Trips => &["trips"],
            Self::Attendance => &["attendance-evidence", "attendance"],
        }
    }
}

/// Runs the roles of a process to their end.
pub(crate) fn serve(roles: impl Future<Output = anyhow::Result<()>>) -> Outcome {
    let runtime = runtime()?;
    let ended = runtime.block_on(roles);
    // Calls into the Kafka client that still wait for a broker keep nobody: what they were about begins anew at the next start.
    runtime.shutdown_background();
    ended.map(|()| ExitCode::SUCCESS)
}

/// The runtime of a long-lived subcommand.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    // While this is the only thread.
    runtime::systemd::take_sockets().context("take the sockets that systemd passed")?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start the runtime")
}
