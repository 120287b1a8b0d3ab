use clap::Args;
use sim::chaos::{Fault, Ways};

use super::run::{self, Course, Line, Load};
use super::scene::{self, What};
use crate::exit::Outcome;
use crate::{process, say};

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
    /// Brokers for --target gateway
    #[arg(long, required_if_eq("target", "gateway"))]
    pub(super) brokers: Option<String>,
    #[command(flatten)]
    pub(super) load: Load,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    process::runtime()?
        .block_on(measure(arguments, |number, acked| {
            say(format_args!("kill {number}: back, {acked} answers so far"));
        }))?
        .print()
}

/// Makes the run and judges it.
pub(super) async fn measure(arguments: &Arguments, mut tell: impl FnMut(u32, u64)) -> anyhow::Result<Line> {
    let (folder, _temporary) = run::folder(arguments.load.keep.as_deref())?;
    let scene = match arguments.target {
        What::Up => scene::up(&folder)?,
        What::Gateway => {
            let brokers = arguments.brokers.as_deref().unwrap_or_default();
            scene::gateway(&folder, brokers, brokers).await?
        }
    };
    let course = Course {
        what: arguments.target,
        spool: false,
        rounds: arguments.kills,
        faults: vec![Fault::Kill],
        ways: Ways::default(),
        doors: (scene.jt808, scene.gt06),
    };
    run::measure(&scene, &arguments.load, course, |number, _, acked| {
        tell(number, acked);
    })
    .await
}
