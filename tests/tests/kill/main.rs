//! A gateway over the local log is killed with SIGKILL again and again under load. Whatever a device was told to be
//! received must stand in the log afterwards; twice only what the device sent twice.
//!
//! `MILEPOST_KILLS=200 cargo test -p tests --test kill -- --nocapture` kills more often and shows the result line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod target;

use std::path::Path;
use std::time::Duration;

use bus::{Bus, Read};
use events::{Message, Topic};
use sim::load::{Protocol, Settings};
use sim::oracle::{Oracle, Seen, Verdict};
use tokio_util::sync::CancellationToken;

use target::Target;

/// Kills of a run, where `MILEPOST_KILLS` says nothing else.
const KILLS: u32 = 50;
/// Connections of the load.
const CONNECTIONS: u64 = 100;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_acknowledged_is_missing_after_kills() {
    let kills = std::env::var("MILEPOST_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(KILLS);
    let folder = tempfile::tempdir().unwrap();
    let mut target = Target::start(folder.path(), None).await;
    let address = target.address();

    let stop = CancellationToken::new();
    let settings = Settings {
        protocol: Protocol::Jt808,
        gateway: address,
        connections: CONNECTIONS,
        in_flight: 4,
        rate: None,
        duration: Duration::from_secs(3600),
        answer_timeout: Duration::from_secs(5),
        first_device: 0,
        echo: false,
        now: runtime::clock::now(),
        obligations: None,
        whole_windows: false,
        uploads: None,
        backup: None,
    };
    let load = std::thread::spawn({
        let stop = stop.clone();
        move || sim::load::run(&settings, &stop).unwrap()
    });

    // Moments that look random and are the same in every run.
    let mut seed = 0x9E37_79B9_u64;
    for _ in 0..kills {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // The moment of the kill is what is tested; there is no condition to wait for.
        tokio::time::sleep(Duration::from_millis(100 + (seed >> 33) % 800)).await;
        target.kill();
        target = Target::start(folder.path(), Some(address)).await;
    }
    stop.cancel();
    let (report, obligations) = load.join().unwrap();
    target.kill();

    let mut oracle = Oracle::default();
    for seen in positions(folder.path()).await {
        oracle.see(seen);
    }
    let verdict: Verdict = oracle.judge(&obligations);
    println!(
        "{}",
        serde_json::json!({ "kills": kills, "connects": report.connects, "sent": report.sent, "verdict": verdict })
    );
    assert!(
        verdict.acked > u64::from(kills),
        "the load was served: {report:?}"
    );
    assert!(verdict.holds(), "{verdict:?}");
}

/// Every position in the log.
async fn positions(folder: &Path) -> Vec<Seen> {
    let bus = Bus::open(&target::log(folder)).unwrap();
    let mut reader = bus.read(Read::all(Topic::Positions));
    let mut seen = Vec::new();
    while let Some(record) = reader.next().await {
        let position =
            events::position::v1::Position::decode(record.unwrap().value.as_deref().unwrap()).unwrap();
        seen.push(Seen::try_from(&position).unwrap());
    }
    seen
}

/// Not a test of its own: what the other one kills. It is this program again, told so by its environment.
#[tokio::test(flavor = "multi_thread")]
async fn serve_until_killed() {
    if let Some(folder) = target::asked_to_serve() {
        target::serve(&folder).await;
    }
}
