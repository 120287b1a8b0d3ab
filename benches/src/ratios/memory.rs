//! Memory that connections cost while nothing is said on them.

use std::time::Duration;

use anyhow::Result;
use benches::process;
use sim::load::Settings;
use tokio_util::sync::CancellationToken;

use crate::child::Child;
use crate::{Arguments, figure, serve, settings};

pub(crate) fn idle(arguments: &Arguments) -> Result<()> {
    let gateway = Child::start(serve::Kind::GatewayAlone, arguments)?;
    // The first connections pay for what all share.
    let warm = settings(arguments, &gateway, 100, 1);
    sim::load::run(&warm, &CancellationToken::new())?;
    let before = process::private(gateway.id())?;
    let stop = CancellationToken::new();
    let idle = Settings {
        duration: Duration::from_secs(3600),
        first_device: 1000,
        ..settings(arguments, &gateway, arguments.idle, 0)
    };
    let held = {
        let stop = stop.clone();
        std::thread::spawn(move || sim::load::run(&idle, &stop))
    };
    gateway.until_online(arguments.idle)?;
    let after = process::private(gateway.id())?;
    stop.cancel();
    let each = (after.saturating_sub(before)) as f64 / arguments.idle as f64;
    figure(
        &format!("user bytes per idle connection, {}", arguments.idle),
        format!("{each:.0}"),
    );
    drop(held);
    Ok(())
}
