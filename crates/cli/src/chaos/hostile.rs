use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use sim::chaos::Target;
use sim::hostile::{Attack, Attacked};
use sim::load::{Protocol, Settings};
use sim::oracle::Verdict;
use tokio::task::JoinSet;

use super::live::Live;
use super::run::{self, Load};
use super::scene::{self, Scene};
use super::{figures, verdict};
use crate::exit::Outcome;
use crate::{process, say};

/// Longest time to listen and to stop.
const LIMIT: Duration = Duration::from_secs(60);
/// A healthy device that hears nothing for so long connects anew, which counts as a connection lost.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Number of the first healthy device: attackers change bytes of the ids that they claim, and whoever claims the id of
/// another takes it over by right. From none of theirs do one or two changed bytes lead here.
const HEALTHY: u64 = 31_415_926;

/// Devices that behave report to `milepost up` with its default limits, while others send it bytes without sense,
/// frames with changed content, lengths that lie, damaged and torn frames, over connections and as datagrams, from many
/// addresses of this machine. None of the healthy may lose its connection, an answer or a record.
///
/// Example: milepost chaos hostile --inputs 1000000 --seed 1
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Hostile inputs in total
    #[arg(long, default_value_t = 1_000_000)]
    inputs: u64,
    /// Attackers at the same time; each has one connection after the other
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=100))]
    attackers: u8,
    /// Folder with frames to make hostile input from: folders `jt808` and `gt06` with files of hexadecimal digits
    #[arg(long, value_name = "DIR")]
    examples: Option<PathBuf>,
    #[command(flatten)]
    load: Load,
}

/// The line that is printed.
#[derive(Debug, Serialize)]
struct Line {
    target: &'static str,
    seed: u64,
    seconds: f64,
    #[serde(flatten)]
    attacked: Attacked,
    /// Good frames and refused ones that the program counted, those of the healthy devices included.
    frames: u64,
    rejects: u64,
    bans: u64,
    crashes: u32,
    memory_bytes_max: Option<u64>,
    healthy: u64,
    healthy_connections_lost: u64,
    healthy_refused: u64,
    healthy_p99_ms: f64,
    stopped_well: bool,
    #[serde(flatten)]
    verdict: Verdict,
}

impl Line {
    fn holds(&self) -> bool {
        self.verdict.holds()
            && self.verdict.acked > 0
            && self.crashes == 0
            && self.healthy_connections_lost == 0
            && self.healthy_refused == 0
            && self.stopped_well
    }
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let line = process::runtime()?.block_on(measure(arguments))?;
    verdict::print(&line, line.holds())
}

async fn measure(arguments: &Arguments) -> anyhow::Result<Line> {
    let load = &arguments.load;
    let (folder, _temporary) = run::folder(load.keep.as_deref())?;
    let mut scene = scene::up(&folder)?;
    for (name, address) in [("JT808", scene.jt808), ("GT06", scene.gt06)] {
        scene.set(
            &format!("GATEWAY__LISTEN__{name}_UDP"),
            format!("[\"{address}\"]"),
        );
    }
    let attacks = attacks(arguments, &scene)?;
    let mut child = scene.target.start(LIMIT).await?;
    let begun = Instant::now();
    let healthy = [(Protocol::Jt808, scene.jt808), (Protocol::Gt06, scene.gt06)];
    let live = Live::start(healthy.map(|(protocol, gateway)| Settings {
        in_flight: load.in_flight,
        answer_timeout: ANSWER_TIMEOUT,
        first_device: HEALTHY,
        ..load.half(protocol, gateway)
    }));

    let mut running: JoinSet<_> = attacks
        .into_iter()
        .map(|attack| async move { attack.run().await })
        .collect();
    let mut attacked = Attacked::default();
    let mut crashes = 0;
    while let Some(one) = tokio::select! {
        one = running.join_next() => one,
        status = child.wait() => {
            let (status, log) = (status?, scene.target.log.display());
            say(format_args!("the program ended by itself ({status}); its last words are in {log}"));
            crashes += 1;
            None
        }
    } {
        attacked = attacked.and(one?.context("send hostile input")?);
        let (inputs, left) = (attacked.inputs, running.len());
        say(format_args!(
            "{inputs} inputs by those who are done, {left} attackers go on"
        ));
    }
    let seconds = begun.elapsed().as_secs_f64();
    let (reports, obligations) = live.end().await?;
    let counted = figures::of(scene.admin).await.unwrap_or_default();
    let memory_bytes_max = Target::peak_memory(&child);
    let stopped_well = crashes == 0 && scene.target.terminate(&mut child, LIMIT).await?.success();
    Ok(Line {
        target: "up",
        seed: load.seed,
        seconds,
        attacked,
        frames: counted.sum("milepost_gateway_frames_received_total"),
        rejects: counted.sum("milepost_gateway_frame_errors_total"),
        bans: counted.sum("milepost_gateway_bans_total"),
        crashes,
        memory_bytes_max,
        healthy: reports.iter().map(|report| report.connections).sum(),
        healthy_connections_lost: reports
            .iter()
            .map(|report| report.connects.abs_diff(report.connections))
            .sum(),
        healthy_refused: reports.iter().map(|report| report.refused).sum(),
        healthy_p99_ms: reports
            .iter()
            .map(|report| report.ack_latency_ms.p99)
            .fold(0.0, f64::max),
        stopped_well,
        verdict: verdict::judge(scene.log.clone(), &obligations).await?,
    })
}

/// One attack per attacker, on every door in turn.
fn attacks(arguments: &Arguments, scene: &Scene) -> anyhow::Result<Vec<Attack>> {
    let examples = |name| match &arguments.examples {
        Some(folder) => frames(&folder.join(name)),
        None => Ok(Vec::new()),
    };
    let (jt808, gt06) = (examples("jt808")?, examples("gt06")?);
    let count = u64::from(arguments.attackers);
    Ok((0..arguments.attackers)
        .map(|attacker| {
            let (protocol, to, examples) = if attacker % 2 == 0 {
                (Protocol::Jt808, scene.jt808, &jt808)
            } else {
                (Protocol::Gt06, scene.gt06, &gt06)
            };
            let rest = u64::from(u64::from(attacker) < arguments.inputs % count);
            Attack {
                protocol,
                to,
                datagrams: attacker % 4 == 3 || attacker % 8 == 2,
                attacker,
                seed: arguments.load.seed,
                inputs: arguments.inputs / count + rest,
                examples: examples.clone(),
            }
        })
        .collect())
}

/// The files of hexadecimal digits in a folder, in the order of their names.
fn frames(folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "hex"));
    paths.sort();
    let bytes = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        let digits: String = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(str::split_whitespace)
            .collect();
        hex::decode(digits).with_context(|| format!("{}: expected hexadecimal digits", path.display()))
    };
    paths.iter().map(bytes).collect()
}
