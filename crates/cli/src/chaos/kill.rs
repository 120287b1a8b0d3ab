use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use bus::{Backend, BusConfig, TopicsFile};
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use sim::chaos::{Plan, Results, Target};
use sim::load::{Protocol, Settings};
use sim::oracle::Verdict;

use crate::exit::{FAILED, Outcome};
use crate::process;

/// Longest time to listen, to answer and to stop.
const LIMIT: Duration = Duration::from_secs(60);
/// Silence after which the devices connect anew.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// Example: milepost chaos kill --target up --kills 50 --seed 1
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// What is killed: everything in one process on the local log, or the gateway on Kafka
    #[arg(long, value_enum, default_value = "up")]
    pub(super) target: What,
    /// How many kills
    #[arg(long, default_value_t = 10)]
    pub(super) kills: u32,
    /// Begin no kill later than this, however many are left
    #[arg(long, default_value = "24h", value_parser = crate::sim::duration)]
    pub(super) within: Duration,
    /// Decides when the kills come
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Simulated devices, half of them JT/T 808 and half GT06
    #[arg(long, default_value_t = 50)]
    pub(super) connections: u64,
    /// Messages of a device that may wait for their answer
    #[arg(long, default_value_t = 4)]
    pub(super) in_flight: usize,
    /// Messages a second over all devices
    #[arg(long, default_value_t = 2000.0)]
    pub(super) rate: f64,
    /// Brokers for --target gateway
    #[arg(long, required_if_eq("target", "gateway"))]
    pub(super) brokers: Option<String>,
    /// Folder for the log and what the program says; kept [default: one that is removed]
    #[arg(long, value_name = "DIR")]
    pub(super) keep: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    /// `milepost up`
    Up,
    /// `milepost gateway`
    Gateway,
}

/// The line that is printed.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    target: What,
    seed: u64,
    pub(super) kills: u32,
    kills_under_load: u32,
    recovery_ms_median: u64,
    recovery_ms_max: u64,
    stopped_well: bool,
    #[serde(flatten)]
    pub(super) verdict: Verdict,
}

impl Line {
    pub(super) fn holds(&self) -> bool {
        self.verdict.holds() && self.verdict.acked > 0 && self.stopped_well
    }
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let line = process::runtime()?.block_on(measure(arguments, |number, acked| {
        tracing::info!(number, acked, "killed and back");
    }))?;
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &line)?;
    writeln!(out)?;
    Ok(if line.holds() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}

/// Makes the run and judges it.
pub(super) async fn measure(arguments: &Arguments, tell: impl FnMut(u32, u64)) -> anyhow::Result<Line> {
    let temporary;
    let folder = match &arguments.keep {
        Some(folder) => {
            std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
            folder.as_path()
        }
        None => {
            temporary = tempfile::tempdir().context("make a temporary folder")?;
            temporary.path()
        }
    };
    let (log, target, gt06) = match arguments.target {
        What::Up => up(folder)?,
        What::Gateway => gateway(folder, arguments.brokers.as_deref().unwrap_or_default()).await?,
    };
    let load = |protocol, gateway| Settings {
        protocol,
        gateway,
        connections: arguments.connections.div_ceil(2),
        in_flight: arguments.in_flight,
        rate: Some(arguments.rate / 2.0),
        duration: Duration::MAX,
        answer_timeout: ANSWER_TIMEOUT,
        first_device: 0,
        echo: false,
        now: Timestamp::now(),
        obligations: None,
    };
    let plan = Plan {
        seed: arguments.seed,
        kills: arguments.kills,
        within: arguments.within,
        life_ms: (50, 1500),
        limit: LIMIT,
        loads: vec![load(Protocol::Jt808, target.listens), load(Protocol::Gt06, gt06)],
    };
    let Results {
        kills,
        kills_under_load,
        recovery_ms,
        obligations,
        stopped_well,
    } = sim::chaos::run(&target, &plan, tell).await?;
    Ok(Line {
        target: arguments.target,
        seed: arguments.seed,
        kills,
        kills_under_load,
        recovery_ms_median: recovery_ms.median,
        recovery_ms_max: recovery_ms.max,
        stopped_well,
        verdict: super::verdict::judge(log, &obligations).await?,
    })
}

/// `milepost up` on a log in the folder.
fn up(folder: &Path) -> anyhow::Result<(BusConfig, Target, SocketAddr)> {
    let data = folder.join("data");
    let mut log = BusConfig::default();
    log.local.path = data.join("log");
    let (target, gt06) = target(folder, vec!["up".into(), "--data".into(), text(&data)])?;
    Ok((log, target, gt06))
}

/// `milepost gateway` on Kafka, with topics of its own.
async fn gateway(folder: &Path, brokers: &str) -> anyhow::Result<(BusConfig, Target, SocketAddr)> {
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
    let wanted = TopicsFile::parse("[defaults]\npartitions = 8\n")?;
    for change in admin.plan(&wanted).await? {
        admin.apply(&change).await?;
    }
    let (mut target, gt06) = target(
        folder,
        vec!["gateway".into(), "--brokers".into(), brokers.to_owned()],
    )?;
    for (name, value) in [
        ("MILEPOST__BUS__KAFKA__PREFIX", prefix),
        (
            "MILEPOST__GATEWAY__DEVICES__AUTH_KEY_FILE",
            text(&folder.join("auth.key")),
        ),
    ] {
        target.environment.push((name.to_owned(), value));
    }
    Ok((log, target, gt06))
}

/// This program with these arguments, on ports of its own.
fn target(folder: &Path, arguments: Vec<String>) -> anyhow::Result<(Target, SocketAddr)> {
    // Both are held until both are known, so that they differ.
    let (jt808, gt06) = (free_port()?, free_port()?);
    let (jt808, gt06) = (jt808.local_addr()?, gt06.local_addr()?);
    let environment = [
        ("ADMIN__LISTEN", "127.0.0.1:0".to_owned()),
        ("GATEWAY__LISTEN__JT808_TCP", format!("[\"{jt808}\"]")),
        ("GATEWAY__LISTEN__JT808_UDP", "[]".to_owned()),
        ("GATEWAY__LISTEN__GT06_TCP", format!("[\"{gt06}\"]")),
        ("GATEWAY__LISTEN__GT06_UDP", "[]".to_owned()),
        ("GATEWAY__DEVICES__ADMISSION", "learn".to_owned()),
        ("GATEWAY__DEVICES__LEARN_PER_MINUTE", "1000000".to_owned()),
        ("GATEWAY__DRAIN_SECONDS", "2".to_owned()),
    ];
    let target = Target {
        program: std::env::current_exe().context("find this program")?,
        arguments,
        environment: environment
            .map(|(name, value)| (format!("{}{name}", runtime::config::ENV_PREFIX), value))
            .to_vec(),
        listens: jt808,
        log: folder.join("program.log"),
    };
    Ok((target, gt06))
}

fn free_port() -> anyhow::Result<TcpListener> {
    TcpListener::bind("127.0.0.1:0").context("find a free port")
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
