use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use anyhow::Context as _;
use bus::{Backend, BusConfig, TopicsFile};
use jiff::Timestamp;
use serde::Serialize;
use sim::chaos::Target;

/// Which program the faults strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    /// `milepost up`
    Up,
    /// `milepost gateway`
    Gateway,
}

/// The program under test and the log behind it.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) target: Target,
    /// Where it listens for JT/T 808.
    pub(super) jt808: SocketAddr,
    /// Where it listens for GT06.
    pub(super) gt06: SocketAddr,
    /// Where its admin port is.
    pub(super) admin: SocketAddr,
    /// For reading back what it wrote, past all faults.
    pub(super) log: BusConfig,
}

/// `milepost up` on a log in the folder.
pub(super) fn up(folder: &Path) -> anyhow::Result<Scene> {
    let data = folder.join("data");
    let mut log = BusConfig::default();
    log.local.path = data.join("log");
    scene(folder, vec!["up".into(), "--data".into(), text(&data)], log)
}

/// `milepost gateway` with topics of its own on Kafka at `brokers`; the program is told that they are at `seen_at`.
pub(super) async fn gateway(folder: &Path, brokers: &str, seen_at: &str) -> anyhow::Result<Scene> {
    gateway_with(folder, brokers, seen_at, 1).await
}

/// As [`gateway()`], with topics that have so many replicas.
pub(super) async fn gateway_with(
    folder: &Path,
    brokers: &str,
    seen_at: &str,
    replication: u16,
) -> anyhow::Result<Scene> {
    let prefix = format!(
        "chaos-{}-{}.",
        std::process::id(),
        Timestamp::now().as_millisecond()
    );
    let mut log = BusConfig {
        backend: Backend::Kafka,
        ..BusConfig::default()
    };
    log.kafka.brokers = brokers.to_owned();
    log.kafka.prefix.clone_from(&prefix);
    let bus = bus::Bus::open(&log)?;
    let admin = bus.admin();
    log.kafka.state_replication = replication;
    let defaults = format!("[defaults]\npartitions = 8\nreplication = {replication}\n");
    let wanted = TopicsFile::parse(&defaults)?;
    for change in admin.plan(&wanted).await? {
        admin.apply(&change).await?;
    }
    let arguments = vec!["gateway".into(), "--brokers".into(), seen_at.to_owned()];
    on_kafka(folder, "gateway-1", arguments, log)
}

/// One more gateway with the topics, devices and keys of the first.
pub(super) fn another(folder: &Path, first: &Scene, node: &str) -> anyhow::Result<Scene> {
    on_kafka(folder, node, first.target.arguments.clone(), first.log.clone())
}

fn on_kafka(folder: &Path, node: &str, arguments: Vec<String>, log: BusConfig) -> anyhow::Result<Scene> {
    let own = folder.join(node);
    std::fs::create_dir_all(&own).with_context(|| format!("make {}", own.display()))?;
    let kafka = (log.kafka.prefix.clone(), log.kafka.state_replication);
    let mut scene = scene(&own, arguments, log)?;
    scene.set("BUS__KAFKA__PREFIX", kafka.0);
    scene.set("BUS__KAFKA__STATE_REPLICATION", kafka.1.to_string());
    scene.set("GATEWAY__NODE", node);
    scene.set("GATEWAY__DEVICES__AUTH_KEY_FILE", text(&folder.join("auth.key")));
    scene.set("GATEWAY__SPOOL__PATH", text(&own.join("spool")));
    Ok(scene)
}

impl Scene {
    /// Sets a setting of the program.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.target
            .environment
            .push((format!("{}{name}", runtime::config::ENV_PREFIX), value.into()));
    }
}

/// This program with these arguments, on ports of its own.
fn scene(folder: &Path, arguments: Vec<String>, log: BusConfig) -> anyhow::Result<Scene> {
    // All are held until all are known, so that they differ.
    let held = [free_port()?, free_port()?, free_port()?];
    let [jt808, gt06, admin] = held.each_ref().map(TcpListener::local_addr);
    let (jt808, gt06, admin) = (jt808?, gt06?, admin?);
    let mut scene = Scene {
        target: Target {
            program: std::env::current_exe().context("find this program")?,
            arguments,
            environment: Vec::new(),
            listens: jt808,
            log: folder.join("program.log"),
        },
        jt808,
        gt06,
        admin,
        log,
    };
    for (name, value) in [
        ("ADMIN__LISTEN", admin.to_string()),
        ("GATEWAY__LISTEN__JT808_TCP", format!("[\"{jt808}\"]")),
        ("GATEWAY__LISTEN__JT808_UDP", "[]".to_owned()),
        ("GATEWAY__LISTEN__GT06_TCP", format!("[\"{gt06}\"]")),
        ("GATEWAY__LISTEN__GT06_UDP", "[]".to_owned()),
        ("GATEWAY__DEVICES__ADMISSION", "learn".to_owned()),
        ("GATEWAY__DEVICES__LEARN_PER_MINUTE", "1000000".to_owned()),
        ("GATEWAY__DRAIN_SECONDS", "2".to_owned()),
    ] {
        scene.set(name, value);
    }
    Ok(scene)
}

fn free_port() -> anyhow::Result<TcpListener> {
    TcpListener::bind("127.0.0.1:0").context("find a free port")
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
