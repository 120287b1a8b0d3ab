use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp;
use sim::fleet::{Fleet, Settings};
use sim::obligations::Obligations;

use super::town::Day;
use super::{Format, duration};
use crate::exit::Outcome;

/// Example: milepost sim fleet --gateway-gt06 127.0.0.1:5023 --gateway-jt808 127.0.0.1:5015 --speed 60 --truth day
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Where the gateway speaks GT06
    #[arg(long, value_name = "ADDR")]
    gateway_gt06: SocketAddr,
    /// Where the gateway speaks JT/T 808
    #[arg(long, value_name = "ADDR")]
    gateway_jt808: SocketAddr,
    /// The same over UDP [default: the same port]
    #[arg(long, value_name = "ADDR")]
    gateway_jt808_udp: Option<SocketAddr>,
    #[command(flatten)]
    day: Day,
    /// Time of the first day at which the devices are switched on, as hours after midnight
    #[arg(long, default_value_t = 7.5)]
    from_hour: f64,
    /// How many times faster than real time the day passes, until it has caught up with real time
    #[arg(long, default_value_t = 60.0)]
    speed: f64,
    /// When to stop [default: when the days are over]
    #[arg(long, value_parser = duration)]
    duration: Option<Duration>,
    /// Write the truth and what the devices were promised into this folder
    #[arg(long, value_name = "DIR")]
    truth: Option<PathBuf>,
    /// First waiting time for an answer
    #[arg(long, default_value = "5s", value_parser = duration)]
    answer_timeout: Duration,
    /// Share of answers that get lost on the way, 0 to 1
    #[arg(long, default_value_t = 0.0, value_parser = share)]
    lose_answers: f64,
    /// Send TCP frames in pieces of a few bytes
    #[arg(long)]
    split_bytes: bool,
    /// How to print the result
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

fn share(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| format!("expected a number from 0 to 1, found {text:?}"))
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let world = Arc::new(arguments.day.world());
    let from = arguments.from_hour * 3600.0;
    if let Some(folder) = &arguments.truth {
        sim::truth::write(&world, from, folder).context("write the truth")?;
    }
    let settings = Settings {
        gateway_gt06: arguments.gateway_gt06,
        gateway_jt808: arguments.gateway_jt808,
        gateway_jt808_udp: arguments.gateway_jt808_udp.unwrap_or(arguments.gateway_jt808),
        from,
        speed: arguments.speed,
        now: Timestamp::now(),
        answer_timeout: arguments.answer_timeout,
        lose_answers: arguments.lose_answers,
        split_bytes: arguments.split_bytes,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start the runtime")?;
    let (report, obligations) = runtime.block_on(async {
        let stop = super::stopped_by_signals()?;
        if let Some(duration) = arguments.duration {
            let stop = stop.clone();
            tokio::spawn(async move {
                tokio::time::sleep(duration).await;
                stop.cancel();
            });
        }
        anyhow::Ok(Fleet::start(&world, settings, &stop).join().await)
    })?;
    if let Some(folder) = &arguments.truth {
        let path = folder.join("obligations.jsonl");
        Obligations::write_all(&obligations, &path).with_context(|| format!("write {}", path.display()))?;
    }
    super::print(&report, arguments.format)
}
