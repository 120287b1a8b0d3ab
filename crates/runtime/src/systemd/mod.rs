//! systemd, where it started the process: tells it how the process is (`Type=notify`) and takes the sockets that it
//! holds open over restarts (socket activation).

mod sockets;

use std::time::Duration;

use sd_notify::NotifyState;

pub use sockets::{datagrams, listener, take_sockets, unclaimed};

pub(crate) fn ready() {
    tell(&[NotifyState::Ready]);
}

pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

pub(crate) fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// How often systemd wants to hear that the process is alive: half of `WatchdogSec`.
pub(crate) fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2)
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd could not be told");
    }
}
