//! Simulated people and vehicles for `milepost up --demo`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use gateway::Addresses;
use jiff::{SignedDuration, Timestamp};
use sim::fleet::Fleet;
use sim::world::{Settings, World, midnight_before};
use tokio_util::sync::CancellationToken;

use crate::process::definitions::Definition;
use crate::sim::town;

/// Hour at which the simulated day begins: people are about to leave their homes.
const FROM_HOUR: f64 = 8.3;
/// Yesterday, today and tomorrow: the day begins yesterday, catches up with the clock and goes on with it.
const DAYS: u32 = 3;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Add simulated people and vehicles around Wuhan, with fences and rosters that fit them
    #[arg(long)]
    demo: bool,
    /// Decides everything that is chance in the demo
    #[arg(long, default_value_t = 1, requires = "demo")]
    seed: u64,
    /// Devices of the demo
    #[arg(long, default_value_t = 20, requires = "demo")]
    devices: usize,
    /// How many times faster than real time the demo's day passes, until it has caught up with real time
    #[arg(long, default_value_t = 60.0, requires = "demo")]
    speed: f64,
}

/// A simulated town that is ready to begin.
pub(super) struct Demo {
    world: Arc<World>,
    speed: f64,
}

impl Demo {
    pub(super) fn new(options: &Options) -> Option<Self> {
        let yesterday = Timestamp::now() - SignedDuration::from_hours(24);
        options.demo.then(|| Self {
            world: Arc::new(World::generate(Settings {
                seed: options.seed,
                start: midnight_before(yesterday),
                days: DAYS,
                devices: options.devices,
            })),
            speed: options.speed,
        })
    }

    /// Ids of the devices.
    pub(super) fn devices(&self) -> impl Iterator<Item = String> + '_ {
        self.world
            .actors
            .iter()
            .map(|actor| actor.identity.device.clone())
    }

    /// What the consumers have to know about the town.
    pub(super) fn definitions(&self) -> anyhow::Result<Vec<Definition>> {
        town::definitions(&self.world, World::FINAL_AFTER_H)
    }

    /// Switches the devices on.
    pub(super) fn start(self, gateway: &Addresses, stop: &CancellationToken) -> anyhow::Result<Fleet> {
        let settings = sim::fleet::Settings {
            gateway_gt06: reachable(gateway.gt06_tcp.first().or(gateway.any_tcp.first()), "gt06_tcp")?,
            gateway_jt808: reachable(gateway.jt808_tcp.first().or(gateway.any_tcp.first()), "jt808_tcp")?,
            gateway_jt808_udp: reachable(gateway.jt808_udp.first().or(gateway.any_udp.first()), "jt808_udp")?,
            from: FROM_HOUR * 3600.0,
            speed: self.speed,
            now: Timestamp::now(),
            answer_timeout: Duration::from_secs(5),
            lose_answers: 0.0,
            split_bytes: false,
        };
        Ok(Fleet::start(&self.world, settings, stop))
    }
}

/// The address under which this machine reaches a listener.
fn reachable(listening: Option<&SocketAddr>, key: &str) -> anyhow::Result<SocketAddr> {
    let mut address = *listening
        .with_context(|| format!("the demo needs `gateway.listen.{key}`, which is switched off"))?;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    Ok(address)
}
