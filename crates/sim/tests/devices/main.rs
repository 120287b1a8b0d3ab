//! The simulated devices against a gateway of a few lines, made of the wire crate's own sessions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod server;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sim::fleet::{self, Fleet};
use sim::load;
use sim::oracle::Oracle;
use sim::world::{Settings, World};
use tokio_util::sync::CancellationToken;

use server::Server;

fn load_settings(protocol: load::Protocol, server: &Server) -> load::Settings {
    load::Settings {
        protocol,
        gateway: match protocol {
            load::Protocol::Gt06 => server.gt06,
            load::Protocol::Jt808 => server.jt808,
        },
        connections: 8,
        in_flight: 5,
        rate: None,
        duration: Duration::from_millis(300),
        answer_timeout: Duration::from_secs(20),
        first_device: 3,
        echo: false,
        now: Timestamp::now(),
        obligations: None,
        whole_windows: false,
        uploads: None,
        backup: None,
    }
}

/// Every connection ends after 10 messages, the last of them stored and not answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_load_sends_again_what_was_not_answered_and_counts_it() {
    for protocol in [load::Protocol::Jt808, load::Protocol::Gt06] {
        let server = Server::start(10).await;
        let settings = load_settings(protocol, &server);
        let stop = CancellationToken::new();
        let (report, obligations) = tokio::task::spawn_blocking(move || load::run(&settings, &stop))
            .await
            .unwrap()
            .unwrap();
        assert!(report.acked > 0 && report.resent > 0, "{report:?}");
        assert!(report.connects > 8, "{report:?}");
        assert!(report.acked <= report.sent, "{report:?}");
        let mut oracle = Oracle::default();
        server.stored().into_iter().for_each(|seen| oracle.see(seen));
        let verdict = oracle.judge(&obligations);
        assert!(verdict.holds(), "{verdict:?}");
        assert_eq!(verdict.acked, report.acked);
        assert!(verdict.duplicates_before > 0, "{verdict:?}");
    }
}

fn world() -> Arc<World> {
    Arc::new(World::generate(Settings {
        seed: 3,
        start: "2026-03-02T00:00:00+08:00".parse().unwrap(),
        days: 1,
        // One of each protocol and transport.
        devices: 9,
    }))
}

async fn run_fleet(
    server: &Server,
    change: impl FnOnce(&mut fleet::Settings),
) -> (fleet::Report, sim::oracle::Verdict) {
    let world = world();
    let mut settings = fleet::Settings {
        gateway_gt06: server.gt06,
        gateway_jt808: server.jt808,
        gateway_jt808_udp: server.jt808_udp,
        // The last hour and a half: enough for an outage, and quick.
        from: 22.5 * 3600.0,
        speed: 1e9,
        now: Timestamp::now(),
        answer_timeout: Duration::from_secs(20),
        lose_answers: 0.0,
        split_bytes: false,
    };
    change(&mut settings);
    let (report, obligations) = Fleet::start(&world, settings, &CancellationToken::new())
        .join()
        .await;
    let mut oracle = Oracle::default();
    server.stored().into_iter().for_each(|seen| oracle.see(seen));
    (report, oracle.judge(&obligations))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_over_tcp_and_udp_delivers_everything_it_measured() {
    let server = Server::start(u64::MAX).await;
    let (report, verdict) = run_fleet(&server, |_| {}).await;
    assert_eq!(report.devices, 9);
    assert!(report.progress.fixes > 300, "{report:?}");
    assert_eq!(verdict.lost, 0, "{verdict:?}");
    assert_eq!(verdict.found, report.progress.fixes, "{verdict:?}");
    assert_eq!(report.progress.repeated, 0, "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_loses_answers_sends_the_same_message_again() {
    let server = Server::start(u64::MAX).await;
    let (report, verdict) = run_fleet(&server, |settings| {
        settings.lose_answers = 0.2;
        settings.split_bytes = true;
        settings.answer_timeout = Duration::from_millis(500);
    })
    .await;
    assert!(report.progress.repeated > 0, "{report:?}");
    assert_eq!((verdict.lost, verdict.duplicates_after), (0, 0), "{verdict:?}");
    assert!(verdict.duplicates_before > 0, "{verdict:?}");
}
