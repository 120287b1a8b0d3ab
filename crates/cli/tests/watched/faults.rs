//! Faults, and the alerts that tell of them.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tests::kafka::KafkaServer;
use tests::wait;

use crate::panels;
use crate::prometheus::Prometheus;
use crate::system::System;
use crate::{is_on_kafka, rules};

/// Time until an alert fires or ends on a busy machine.
const LIMIT: Duration = Duration::from_secs(180);

/// A heartbeat of a JT/T 808 terminal whose checksum is not right.
const WRONG_CHECKSUM: [u8; 15] = [
    0x7e, 0x00, 0x02, 0x00, 0x00, 0x01, 0x38, 0x00, 0x13, 0x80, 0x00, 0x00, 0x01, 0xff, 0x7e,
];

/// Names of the alerts that fire now.
fn firing(prometheus: &Prometheus) -> BTreeSet<String> {
    prometheus
        .firing()
        .iter()
        .map(|alert| alert["labels"]["alertname"].as_str().unwrap().to_owned())
        .collect()
}

/// Causes a fault again and again until all of these have fired, and says how long each took.
fn wait_while(prometheus: &Prometheus, cause: &str, mut doing: impl FnMut(), alerts: &[&str]) {
    let since = Instant::now();
    let mut seen = BTreeSet::new();
    let all = wait::until("the alerts", LIMIT, || {
        doing();
        for alert in firing(prometheus) {
            if seen.insert(alert.clone()) {
                println!("{cause}: {alert} after {:.0} s", since.elapsed().as_secs_f64());
            }
        }
        Ok(alerts.iter().all(|alert| seen.contains(*alert)))
    });
    all.unwrap_or_else(|error| panic!("{cause}: {error} {alerts:?}; fired: {seen:?}"));
}

/// Waits until all of these have fired.
fn wait_for(prometheus: &Prometheus, cause: &str, alerts: &[&str]) {
    wait_while(prometheus, cause, || {}, alerts);
}

fn wait_for_quiet(prometheus: &Prometheus) {
    let mut left = BTreeSet::new();
    let quiet = wait::until("quiet", LIMIT, || {
        left = firing(prometheus);
        Ok(left.is_empty())
    });
    quiet.unwrap_or_else(|error| panic!("{error}: {left:?}"));
}

#[test]
fn the_alerts_tell_of_faults_that_are_caused_and_every_panel_about_kafka_has_data() {
    if !KafkaServer::is_available() {
        return;
    }
    let mut system = System::start();
    let rules = rules::hastened();
    let Some(prometheus) = Prometheus::start(system.folder(), &system.targets(), Some(&rules)) else {
        return;
    };
    let _direct = system.load(0, "0");
    let spooling = system.load(1, "1000");
    panels::wait_for(
        &prometheus,
        panels::all().into_iter().filter(is_on_kafka).collect(),
    );
    wait_for_quiet(&prometheus);

    system.kafka.kill_hard().unwrap();
    let of_kafka = [
        "MilepostAnswersWithheld",
        "MilepostDeliveryErrors",
        "MilepostSpoolOld",
        "MilepostSpoolFilling",
    ];
    wait_for(&prometheus, "Kafka is killed", &of_kafka);
    system.kafka.restart().unwrap();
    wait_for(&prometheus, "Kafka is back", &["MilepostAcksSlow"]);
    wait_for_quiet(&prometheus);

    let mut rubbish = TcpStream::connect(&system.gateways[0].devices).unwrap();
    // The gateway closes a connection on which nothing else comes; the next one sends as much.
    let send = || {
        if rubbish.write_all(&WRONG_CHECKSUM.repeat(20)).is_err() {
            rubbish = TcpStream::connect(&system.gateways[0].devices).unwrap();
        }
    };
    wait_while(
        &prometheus,
        "frames with a wrong checksum",
        send,
        &["MilepostFrameErrors"],
    );
    wait_for_quiet(&prometheus);

    let twins = system.load(0, "0");
    wait_for(
        &prometheus,
        "each device connects twice",
        &["MilepostTakeoverStorm"],
    );
    drop(twins);

    system.geofence.signal("-STOP").unwrap();
    wait_for(&prometheus, "a consumer hangs", &["MilepostNoMetrics"]);
    system.geofence.signal("-CONT").unwrap();
    wait_for_quiet(&prometheus);

    system.gateways[1].program.kill().unwrap();
    wait_for(
        &prometheus,
        "a gateway is killed",
        &["MilepostNoMetrics", "MilepostDevicesDrop"],
    );
    drop(spooling);
}
