//! A binary of its own: the signal reaches everybody in the process who watches for it.

#![allow(clippy::unwrap_used)]

use std::process::Command;
use std::time::Duration;

use runtime::service::{Phase, Supervisor};

#[tokio::test]
async fn a_signal_that_comes_during_the_start_stops_the_roles_in_order() {
    let mut supervisor = Supervisor::new().unwrap();
    let sent = Command::new("kill")
        .args(["-TERM", &std::process::id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    supervisor.spawn("role", Phase::Work, |stop| async move {
        stop.cancelled().await;
        Ok::<(), std::io::Error>(())
    });
    supervisor.run(Duration::from_secs(60)).await.unwrap();
}
