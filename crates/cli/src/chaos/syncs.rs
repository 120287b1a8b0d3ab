use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;
use serde::Serialize;
use sim::chaos::Target;
use sim::oracle::Verdict;
use tokio::process::Command;
use tokio::time::Instant;

use super::beside::LIMIT;
use super::live::Live;
use super::run::folder;
use super::scene::{self, Scene, What};
use super::verdict;
use crate::exit::Outcome;
use crate::process;

/// Time before the fault.
const CALM: Duration = Duration::from_secs(3);
/// What the program says to whoever has to act.
const ADVICE: &str = "keep the folder";

/// The disk says EIO to every sync of a file from some moment on. The program must end at once, with an error status and
/// advice, and all that it had answered must be there when it starts again on a disk that works. The fault is made by
/// libfiu (on Debian: apt-get install fiu-utils).
///
/// Example: milepost chaos syncs
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Everything in one process on the local log, or the gateway on Kafka with a spool that takes everything
    #[arg(long, value_enum, default_value = "up")]
    target: What,
    /// Brokers for --target gateway
    #[arg(long, required_if_eq("target", "gateway"))]
    brokers: Option<String>,
    /// Where libfiu has its libraries for LD_PRELOAD
    #[arg(long, value_name = "DIR", default_value = "/usr/lib/fiu")]
    fiu: PathBuf,
    /// Simulated devices, all JT/T 808
    #[arg(long, default_value_t = 50)]
    connections: u64,
    /// Positions a second over all devices
    #[arg(long, default_value_t = 500.0)]
    rate: f64,
    /// Folder for the log and what the program says; kept [default: one that is removed]
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Line {
    target: What,
    /// From the fault to the end of the program.
    ended_after_ms: u64,
    /// Its exit status, none after a signal.
    status: Option<i32>,
    /// It said what to do.
    advised: bool,
    /// From its start on a disk that works until all that was answered was found in the topic.
    arrived_after_ms: u64,
    #[serde(flatten)]
    verdict: Verdict,
}

impl Line {
    fn holds(&self) -> bool {
        let held = match self.target {
            What::Up => self.verdict.holds(),
            What::Gateway => self.verdict.holds_with_spool(),
        };
        held && self.verdict.acked > 0 && self.status.is_some_and(|status| status != 0) && self.advised
    }
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let line = process::runtime()?.block_on(measure(arguments))?;
    verdict::print(&line, line.holds())
}

async fn measure(arguments: &Arguments) -> anyhow::Result<Line> {
    let (folder, _temporary) = folder(arguments.keep.as_deref())?;
    let scene = set_up(arguments, &folder).await?;
    let (faulty, fifo) = preloaded(&scene.target, &arguments.fiu, &folder)?;
    let mut child = faulty.start(LIMIT).await?;
    let live = Live::jt808(&scene, arguments.connections, arguments.rate);
    live.more_than(0).await?;
    tokio::time::sleep(CALM).await;
    ensure!(
        child.try_wait()?.is_none(),
        "the program ended before the fault; see {}",
        scene.target.log.display()
    );

    let id = child.id().context("the program ended before the fault")?;
    let broken = Instant::now();
    fail_syncs(&fifo, id).await?;
    let status = tokio::time::timeout(LIMIT, child.wait())
        .await
        .with_context(|| {
            format!(
                "the program went on for {} s on a disk that syncs nothing",
                LIMIT.as_secs()
            )
        })??;
    let ended_after_ms = broken.elapsed().as_millis() as u64;
    let (_, obligations) = live.end().await?;
    let said = std::fs::read_to_string(&scene.target.log)?;

    let begun = Instant::now();
    let verdict = match arguments.target {
        What::Up => verdict::judge(scene.log.clone(), &obligations).await?,
        // What stands in the spool only is brought to the topic by the next life.
        What::Gateway => {
            let mut child = scene.target.start(LIMIT).await?;
            let verdict = verdict::settled(&scene.log, &obligations, LIMIT).await?;
            scene.target.terminate(&mut child, LIMIT).await?;
            verdict
        }
    };
    Ok(Line {
        target: arguments.target,
        ended_after_ms,
        status: status.code(),
        advised: said.contains(ADVICE),
        arrived_after_ms: begun.elapsed().as_millis() as u64,
        verdict,
    })
}

async fn set_up(arguments: &Arguments, folder: &Path) -> anyhow::Result<Scene> {
    match &arguments.brokers {
        Some(brokers) if arguments.target == What::Gateway => {
            let mut scene = scene::gateway(folder, brokers, brokers).await?;
            scene.set("GATEWAY__SPOOL__MODE", "always");
            Ok(scene)
        }
        _ => scene::up(folder),
    }
}

/// The program with libfiu in front of the C library, and the name by which it is told what is to fail.
fn preloaded(target: &Target, fiu: &Path, folder: &Path) -> anyhow::Result<(Target, PathBuf)> {
    let libraries = ["fiu_run_preload.so", "fiu_posix_preload.so"].map(|name| fiu.join(name));
    for library in &libraries {
        ensure!(
            library.exists(),
            "{} is not there: install libfiu (apt-get install fiu-utils), or say with --fiu where it is",
            library.display()
        );
    }
    let fifo = folder.join("fiu");
    let mut faulty = target.clone();
    faulty.environment.extend([
        (
            "LD_PRELOAD".to_owned(),
            libraries.map(|path| path.display().to_string()).join(" "),
        ),
        ("FIU_CTRL_FIFO".to_owned(), fifo.display().to_string()),
    ]);
    Ok((faulty, fifo))
}

/// From here on the process gets EIO for each sync.
async fn fail_syncs(fifo: &Path, process: u32) -> anyhow::Result<()> {
    /// EIO on Linux.
    const EIO: i32 = 5;
    let told = Command::new("fiu-ctrl")
        .arg("-f")
        .arg(fifo)
        .args(["-c", &format!("enable name=posix/io/sync/*,failinfo={EIO}")])
        .arg(process.to_string())
        .status()
        .await
        .context("run fiu-ctrl; it comes with fiu-utils")?;
    ensure!(told.success(), "fiu-ctrl could not tell process {process}");
    Ok(())
}
