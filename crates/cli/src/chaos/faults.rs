use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use sim::chaos::{Fault, Faults, Proxy, Ways};
use tokio_util::sync::CancellationToken;

use super::run::{self, Course, Line, Load};
use super::scene::{self, What};
use crate::exit::Outcome;
use crate::{process, say};

/// Beside kills: devices that do not hear their answers, are cut off, or are slow. With --brokers the target is the
/// gateway on Kafka instead of everything in one process; with --broker-proxy the way to Kafka is spoiled in the same
/// manner. For that the broker needs a second listener that advertises the address of the proxy:
///     listeners=PLAIN://127.0.0.1:9092,SPOILED://127.0.0.1:9093
///     advertised.listeners=PLAIN://127.0.0.1:9092,SPOILED://127.0.0.1:9094
///     listener.security.protocol.map=PLAIN:PLAINTEXT,SPOILED:PLAINTEXT
///
/// Example: milepost chaos faults --brokers 127.0.0.1:9092 --broker-proxy 127.0.0.1:9094=127.0.0.1:9093
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// How many faults
    #[arg(long, default_value_t = 20)]
    rounds: u32,
    /// Strike the gateway on these brokers
    #[arg(long)]
    brokers: Option<String>,
    /// Listen at the first address, pass on to the second, and spoil what passes
    #[arg(long, value_name = "ADDRESS=ADDRESS", requires = "brokers", value_parser = proxied)]
    broker_proxy: Option<(SocketAddr, SocketAddr)>,
    /// What the gateway does while the brokers take nothing: with a spool it goes on answering
    #[arg(long, requires = "brokers")]
    spool: bool,
    #[command(flatten)]
    load: Load,
}

pub(super) fn proxied(text: &str) -> Result<(SocketAddr, SocketAddr), String> {
    let wanted = "expected ADDRESS=ADDRESS, such as 127.0.0.1:9094=127.0.0.1:9093";
    let (at, to) = text.split_once('=').ok_or(wanted)?;
    let address = |text: &str| {
        text.parse()
            .map_err(|_| format!("{wanted}; `{text}` is no IP address with a port"))
    };
    Ok((address(at)?, address(to)?))
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    process::runtime()?.block_on(measure(arguments))?.print()
}

async fn measure(arguments: &Arguments) -> anyhow::Result<Line> {
    let (folder, _temporary) = run::folder(arguments.load.keep.as_deref())?;
    let stop = CancellationToken::new();
    let _guard = stop.clone().drop_guard();
    let mut ways = Ways::default();
    let mut faults = Fault::NEAR.to_vec();
    if let Some((at, to)) = arguments.broker_proxy {
        faults.extend(Fault::BROKERS);
        ways.brokers.push(spoiled(at, to, &stop).await?.1);
    }
    let (what, mut scene) = match &arguments.brokers {
        None => (What::Up, scene::up(&folder)?),
        Some(brokers) => {
            let seen_at = arguments
                .broker_proxy
                .map_or_else(|| brokers.clone(), |(at, _)| at.to_string());
            (What::Gateway, scene::gateway(&folder, brokers, &seen_at).await?)
        }
    };
    if arguments.spool {
        scene.set("GATEWAY__SPOOL__MODE", "overflow");
    }
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let (jt808, jt808_way) = spoiled(any, scene.jt808, &stop).await?;
    let (gt06, gt06_way) = spoiled(any, scene.gt06, &stop).await?;
    ways.devices.extend([jt808_way, gt06_way]);
    let course = Course {
        what,
        spool: arguments.spool,
        rounds: arguments.rounds,
        faults,
        ways,
        doors: (jt808, gt06),
    };
    run::measure(&scene, &arguments.load, course, |number, fault, acked| {
        say(format_args!(
            "fault {number} ({fault:?}): over, {acked} answers so far"
        ));
    })
    .await
}

/// A proxy in front of an address, and its faults.
pub(super) async fn spoiled(
    at: SocketAddr,
    to: SocketAddr,
    stop: &CancellationToken,
) -> anyhow::Result<(SocketAddr, Arc<Faults>)> {
    let proxy = Proxy::bind(at, to)
        .await
        .with_context(|| format!("listen at {at} to spoil what passes"))?;
    let (address, faults) = (proxy.address()?, proxy.faults());
    tokio::spawn(proxy.run(stop.clone()));
    Ok((address, faults))
}
