//! The processes of a run, and what befalls them.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use sim::chaos::Target;
use tokio::process::{Child, Command};

use crate::chaos::figures;
use crate::chaos::scene::Scene;

/// Longest time to start, to stop, and for a broker to come back.
const LIMIT: Duration = Duration::from_secs(120);
/// Wait between two looks.
const LOOK: Duration = Duration::from_millis(200);
/// So long nothing may be left to be read before a consumer counts as done: what is due by the clock comes within.
const STILL: Duration = Duration::from_secs(6);
/// Most processes of one consumer.
const MOST: usize = 3;

/// What a process of the run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Up,
    Gateway,
    Geofence,
    Trips,
    Attendance,
    Broker,
}

impl Role {
    pub(super) const CONSUMERS: [Self; 3] = [Self::Geofence, Self::Trips, Self::Attendance];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Gateway => "gateway",
            Self::Geofence => "geofence",
            Self::Trips => "trips",
            Self::Attendance => "attendance",
            Self::Broker => "broker",
        }
    }

    /// Consumer groups that it runs.
    const fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Up => &["geofence", "trips", "attendance-evidence", "attendance"],
            Self::Gateway | Self::Broker => &[],
            Self::Geofence => &["geofence"],
            Self::Trips => &["trips"],
            Self::Attendance => &["attendance-evidence", "attendance"],
        }
    }
}

/// A process.
#[derive(Debug)]
struct Member {
    role: Role,
    name: String,
    target: Target,
    admin: SocketAddr,
    child: Child,
}

impl Member {
    /// Asks the process to stop; what was wrong with how it ended.
    async fn end(mut self) -> anyhow::Result<Option<String>> {
        let status = self.target.terminate(&mut self.child, LIMIT).await?;
        if status.success() {
            return Ok(None);
        }
        let log = std::fs::read_to_string(&self.target.log).unwrap_or_default();
        let last = log.trim_end().lines().next_back().unwrap_or_default();
        Ok(Some(format!("{} ended with {status}: {last}", self.name)))
    }
}

/// All processes of a run.
#[derive(Debug)]
pub(super) struct Troupe {
    members: Vec<Member>,
    /// Files with the process ids of brokers that somebody else starts again when they die.
    brokers: Vec<PathBuf>,
    /// Processes started so far; each has a name of its own.
    started: u32,
}

impl Troupe {
    pub(super) fn new(brokers: Vec<PathBuf>) -> Self {
        Self {
            members: Vec::new(),
            brokers,
            started: 0,
        }
    }

    /// Starts `milepost up` or `milepost gateway` as the scene has it.
    pub(super) async fn begin(&mut self, role: Role, scene: &Scene) -> anyhow::Result<()> {
        let child = scene.target.start(LIMIT).await?;
        self.members.push(Member {
            role,
            name: role.name().to_owned(),
            target: scene.target.clone(),
            admin: scene.admin,
            child,
        });
        Ok(())
    }

    /// Starts a consumer in a process of its own on the log of the scene.
    pub(super) async fn join(&mut self, role: Role, scene: &Scene) -> anyhow::Result<()> {
        self.started += 1;
        let admin = TcpListener::bind("127.0.0.1:0")
            .and_then(|held| held.local_addr())
            .context("find a free port")?;
        let name = format!("{}-{}", role.name(), self.started);
        let mut target = scene.target.clone();
        target.log.set_file_name(format!("{name}.log"));
        role.name().clone_into(&mut target.arguments[0]);
        let prefix = runtime::config::ENV_PREFIX;
        target
            .environment
            .push((format!("{prefix}ADMIN__LISTEN"), admin.to_string()));
        target
            .environment
            .push((format!("{prefix}BUS__KAFKA__INSTANCE"), name.clone()));
        target.listens = admin;
        let child = target.start(LIMIT).await?;
        self.members.push(Member {
            role,
            name,
            target,
            admin,
            child,
        });
        Ok(())
    }

    /// How many processes a role has.
    pub(super) fn count(&self, role: Role) -> usize {
        self.members.iter().filter(|member| member.role == role).count()
    }

    /// True while one more process of a consumer may join.
    pub(super) fn has_room(&self, role: Role) -> bool {
        self.count(role) < MOST
    }

    /// Asks the oldest process of a consumer to stop; what was wrong with how it ended.
    pub(super) async fn leave(&mut self, role: Role) -> anyhow::Result<Option<String>> {
        match self.members.iter().position(|member| member.role == role) {
            Some(at) => self.members.remove(at).end().await,
            None => Ok(None),
        }
    }

    /// Kills the process of that role, the `nth` where there are several, with SIGKILL and starts it again.
    pub(super) async fn kill(&mut self, role: Role, nth: usize) -> anyhow::Result<()> {
        if role == Role::Broker {
            return kill_broker(&self.brokers[nth % self.brokers.len()]).await;
        }
        let count = self.count(role).max(1);
        let members = self.members.iter_mut().filter(|member| member.role == role);
        if let Some(member) = members.into_iter().nth(nth % count) {
            member.target.kill(&mut member.child).await?;
            member.child = member.target.start(LIMIT).await?;
        }
        Ok(())
    }

    /// Stops all processes in order; what was wrong with how they ended.
    pub(super) async fn end(&mut self) -> anyhow::Result<Vec<String>> {
        let mut wrong = Vec::new();
        for member in self.members.drain(..) {
            wrong.extend(member.end().await?);
        }
        Ok(wrong)
    }

    /// Waits until the consumers have read all there is and nothing came of the clock for a while; how long that took.
    pub(super) async fn still(&self, limit: Duration) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let mut since = None;
        loop {
            if self.has_read_all().await? {
                let since = *since.get_or_insert_with(Instant::now);
                if since.elapsed() >= STILL {
                    return Ok(since.duration_since(begun));
                }
            } else {
                since = None;
            }
            anyhow::ensure!(
                begun.elapsed() < limit,
                "the consumers have not read all there is within {} s; their metrics say so",
                limit.as_secs()
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn has_read_all(&self) -> anyhow::Result<bool> {
        for member in &self.members {
            let figures = figures::of(member.admin).await?;
            for group in member.role.groups() {
                let lags = figures.of_group("milepost_kafka_consumer_lag", group);
                if lags.is_empty() || lags.iter().any(|lag| *lag > 0.0) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

/// Kills the process whose id stands in the file, and waits until another id stands there.
async fn kill_broker(file: &Path) -> anyhow::Result<()> {
    let read = || std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()));
    let killed = read()?;
    let id: u32 = killed
        .trim()
        .parse()
        .with_context(|| format!("{}: expected the process id of a broker", file.display()))?;
    let status = Command::new("kill")
        .args(["-KILL", &id.to_string()])
        .status()
        .await?;
    anyhow::ensure!(
        status.success(),
        "process {id}, named in {}, cannot be killed",
        file.display()
    );
    let deadline = Instant::now() + LIMIT;
    while read()? == killed {
        anyhow::ensure!(
            Instant::now() < deadline,
            "nobody has started the broker of {} again within {} s",
            file.display(),
            LIMIT.as_secs()
        );
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}
