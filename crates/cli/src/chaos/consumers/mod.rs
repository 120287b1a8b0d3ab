//! `milepost chaos consumers`: everything is killed while people and vehicles live their day, and what consumers make of
//! it in the end is held against a run that nobody disturbed.

mod closing;
mod derived;
mod strikes;
mod troupe;
mod undisturbed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sim::fleet::Fleet;
use sim::world::{Settings, World, midnight_before};
use tokio_util::sync::CancellationToken;

use super::run::{self};
use super::scene::{self, Scene};
use super::verdict;
use crate::exit::Outcome;
use crate::process::{self, definitions};
use crate::sim::town;
use derived::{Comparison, Derived};
use strikes::{Strikes, Struck};
use troupe::{Role, Troupe};

/// Longest time for consumers to read all there is.
const READ_LIMIT: Duration = Duration::from_secs(600);
/// First waiting time of devices for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// The day is so long ago that what consumers say of it is final once they hear of today.
const DAYS_AGO: i64 = 5;
/// What is said of attendance is final at once, so that whatever changes of it is said again.
const FINAL_AFTER_H: u32 = 0;
/// How often the results are looked at before a difference counts: something may have been due by the clock between the
/// end of one run and the end of the other.
const LOOKS: u32 = 3;

/// A seeded town lives a day against the gateway, its devices report as they do in life: late, twice, from memory. At
/// random moments processes are killed with SIGKILL and started again: `milepost up`, or with --brokers the gateway
/// and each consumer in a process of its own, and the brokers too where files with their process ids are named (whoever
/// looks after them has to start them again and write the new id). With --storm, consumers also join and leave all
/// the time. In the end fence events, trips, stops and attendance must be those of a run without faults on the same positions.
///
/// Example: milepost chaos consumers --kills 20 --seed 1
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// How many kills; the day goes on to its end without them
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// Everything in processes of its own on these brokers, instead of all in one on the local log
    #[arg(long)]
    brokers: Option<String>,
    /// A file with the process id of a broker that is to be killed too
    #[arg(long, value_name = "FILE", requires = "brokers")]
    broker_pid: Vec<PathBuf>,
    /// Replicas of topics
    #[arg(long, default_value_t = 1, requires = "brokers")]
    replication: u16,
    /// Consumers join and leave between kills
    #[arg(long, requires = "brokers")]
    storm: bool,
    /// Decides the town, its day and all faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Devices of the town
    #[arg(long, default_value_t = 20)]
    devices: usize,
    /// How many times faster than real time the day passes
    #[arg(long, default_value_t = 1200.0)]
    speed: f64,
    /// Hour of the day at which the devices are switched on
    #[arg(long, default_value_t = 7.5)]
    from_hour: f64,
    /// When the devices are switched off, counted from the start [default: when the day is over]
    #[arg(long, value_parser = crate::sim::duration)]
    duration: Option<Duration>,
    /// Folder for the logs and what the programs say; kept [default: one that is removed]
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// The line that is printed.
#[derive(Debug, Serialize)]
struct Line {
    target: &'static str,
    seed: u64,
    devices: usize,
    #[serde(flatten)]
    struck: Struck,
    acked: u64,
    positions: u64,
    lost: u64,
    duplicates_before: u64,
    duplicates_after: u64,
    /// Derived records in their topics, every revision counted.
    written: u64,
    /// Of these, the ones that stand there twice.
    repeated: u64,
    #[serde(flatten)]
    comparison: Comparison,
    caught_up_ms: u64,
    /// Processes that were asked to stop and did not end with 0, with their last words.
    ended_badly: Vec<String>,
}

impl Line {
    fn holds(&self) -> bool {
        self.acked > 0
            && self.lost == 0
            && self.duplicates_after == 0
            && self.repeated == 0
            && self.comparison.different == 0
            && self.comparison.derived.len() == 4
            && self.ended_badly.is_empty()
    }
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let line = process::runtime()?.block_on(measure(arguments))?;
    verdict::print(&line, line.holds())
}

async fn measure(arguments: &Arguments) -> anyhow::Result<Line> {
    let (folder, _temporary) = run::folder(arguments.keep.as_deref())?;
    let world = Arc::new(World::generate(Settings {
        seed: arguments.seed,
        start: midnight_before(Timestamp::now() - SignedDuration::from_hours(DAYS_AGO * 24)),
        days: 1,
        devices: arguments.devices,
    }));
    let scene = set_up(arguments, &folder).await?;
    let bus = undisturbed::open(scene.log.clone()).await?;
    definitions::publish(&bus, town::definitions(&world, FINAL_AFTER_H)?).await?;
    tokio::task::spawn_blocking(move || bus.close()).await?;

    let mut troupe = Troupe::new(arguments.broker_pid.clone());
    gather(&mut troupe, &scene).await?;
    let stop = CancellationToken::new();
    let fleet = Fleet::start(
        &world,
        sim::fleet::Settings {
            gateway_gt06: scene.gt06,
            gateway_jt808: scene.jt808,
            gateway_jt808_udp: scene.jt808,
            from: arguments.from_hour * 3600.0,
            speed: arguments.speed,
            now: Timestamp::now(),
            answer_timeout: ANSWER_TIMEOUT,
            lose_answers: 0.02,
            split_bytes: true,
        },
        &stop,
    );
    let _guard = stop.clone().drop_guard();
    if let Some(duration) = arguments.duration {
        tokio::spawn(async move {
            tokio::time::sleep(duration).await;
            stop.cancel();
        });
    }
    let watch = fleet.watch();
    let living = tokio::spawn(fleet.join());
    let mut struck = Strikes::new(arguments.seed, arguments.storm, !arguments.broker_pid.is_empty())
        .strike(&mut troupe, &scene, arguments.kills, &watch, || {
            living.is_finished()
        })
        .await?;
    let (lived, obligations) = living.await?;
    anyhow::ensure!(
        lived.devices == world.actors.len(),
        "a simulated device ended early"
    );
    let mut ended_badly = std::mem::take(&mut struck.left_badly);
    ended_badly.extend(troupe.end().await?);

    let verdict = verdict::judge(scene.log.clone(), &obligations).await?;
    closing::publish(&scene.log).await?;
    let calm = undisturbed::scene(&folder.join("undisturbed"), scene.log.clone()).await?;
    let mut caught_up_ms = None;
    let mut looks = 0;
    let (disturbed, comparison) = loop {
        let mut other = Troupe::new(Vec::new());
        other.begin(Role::Up, &calm).await?;
        // A consumer that starts again tells what it had not told yet.
        if looks == 0 {
            other.still(READ_LIMIT).await?;
            ended_badly.extend(other.end().await?);
            other.begin(Role::Up, &calm).await?;
        }
        gather(&mut troupe, &scene).await?;
        let took = troupe.still(READ_LIMIT).await?;
        caught_up_ms.get_or_insert(took.as_millis() as u64);
        other.still(READ_LIMIT).await?;
        ended_badly.extend(troupe.end().await?);
        ended_badly.extend(other.end().await?);
        let (disturbed, undisturbed) = (read(&scene).await?, read(&calm).await?);
        let comparison = disturbed.compare(&undisturbed);
        looks += 1;
        if comparison.different == 0 || looks == LOOKS {
            break (disturbed, comparison);
        }
    };
    Ok(Line {
        target: if arguments.brokers.is_some() {
            "apart"
        } else {
            "up"
        },
        seed: arguments.seed,
        devices: arguments.devices,
        struck,
        acked: verdict.acked,
        positions: verdict.found,
        lost: verdict.lost,
        duplicates_before: verdict.duplicates_before,
        duplicates_after: verdict.duplicates_after,
        written: disturbed.written,
        repeated: disturbed.repeated,
        comparison,
        caught_up_ms: caught_up_ms.unwrap_or_default(),
        ended_badly,
    })
}

/// The programs and their log.
async fn set_up(arguments: &Arguments, folder: &Path) -> anyhow::Result<Scene> {
    let mut scene = match &arguments.brokers {
        None => scene::up(folder)?,
        Some(brokers) => scene::gateway_with(folder, brokers, brokers, arguments.replication).await?,
    };
    let udp = format!("[\"{}\"]", scene.jt808);
    scene.set("GATEWAY__LISTEN__JT808_UDP", udp);
    if arguments.brokers.is_some() {
        let file = folder.join("milepost.toml");
        // A consumer that was killed is missed soon.
        let text = "[bus.kafka]\ntransaction_timeout_seconds = 10\n\n[bus.kafka.properties]\n\
             \"session.timeout.ms\" = \"6000\"\n\"heartbeat.interval.ms\" = \"1000\"\n";
        std::fs::write(&file, text).with_context(|| format!("write {}", file.display()))?;
        let arguments = &mut scene.target.arguments;
        arguments.extend(["--config".into(), file.display().to_string()]);
    }
    Ok(scene)
}

/// Starts every role once.
async fn gather(troupe: &mut Troupe, scene: &Scene) -> anyhow::Result<()> {
    if scene.log.backend == bus::Backend::Local {
        return troupe.begin(Role::Up, scene).await;
    }
    troupe.begin(Role::Gateway, scene).await?;
    for role in Role::CONSUMERS {
        troupe.join(role, scene).await?;
    }
    Ok(())
}

/// What the consumers wrote.
async fn read(scene: &Scene) -> anyhow::Result<Derived> {
    let bus = undisturbed::open(scene.log.clone()).await?;
    let derived = Derived::read(&bus).await;
    tokio::task::spawn_blocking(move || bus.close()).await?;
    derived
}

/// Counts by name of a role.
type ByRole = BTreeMap<&'static str, u32>;
