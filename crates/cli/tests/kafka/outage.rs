//! The way to Kafka, the disk and the gateways themselves fail or stop.

use tests::kafka::KafkaServer;

use crate::{chaos, nothing_is_missing};

/// Faults of a run, where `MILEPOST_FAULTS` says nothing else: each of the seven twice.
const FAULTS: &str = "14";

#[test]
fn faults_on_both_sides_of_the_gateway_lose_nothing() {
    let Some((_kafka, brokers, way)) = spoilable() else {
        return;
    };
    let rounds = std::env::var("MILEPOST_FAULTS").unwrap_or_else(|_| FAULTS.to_owned());
    for spool in [None, Some("--spool")] {
        let mut arguments = vec![
            "faults",
            "--seed",
            "1",
            "--rate",
            "500",
            "--rounds",
            &rounds,
            "--brokers",
            &brokers,
            "--broker-proxy",
            &way,
        ];
        arguments.extend(spool);
        let line = chaos(&arguments, &[]);
        let made = line["faults"].as_object().unwrap().values();
        let made: u64 = made.filter_map(serde_json::Value::as_u64).sum();
        assert_eq!(made.to_string(), rounds, "{line}");
        nothing_is_missing(&line, spool.is_some());
    }
}

#[test]
fn r1_r2_nothing_is_answered_in_an_outage_but_what_the_spool_has() {
    let Some((_kafka, brokers, way)) = spoilable() else {
        return;
    };
    for spool in [None, Some("--spool")] {
        let mut arguments = vec![
            "outage",
            "--outage",
            "6s",
            "--connections",
            "20",
            "--rate",
            "200",
            "--brokers",
            &brokers,
            "--broker-proxy",
            &way,
        ];
        arguments.extend(spool);
        let line = chaos(&arguments, &[]);
        assert_eq!(line["acked_in_outage"] == 0, spool.is_none(), "{line}");
        nothing_is_missing(&line, spool.is_some());
    }
}

#[test]
fn r3_answers_come_late_where_the_broker_is_slow() {
    let Some((_kafka, brokers, way)) = spoilable() else {
        return;
    };
    let line = chaos(
        &[
            "slow",
            "--late",
            "200ms",
            "--good",
            "20",
            "--rate",
            "100",
            "--duration",
            // Until the last of them is logged in, too: each step waits for the slow broker.
            "15s",
            "--brokers",
            &brokers,
            "--broker-proxy",
            &way,
        ],
        &[],
    );
    // No answer before Kafka's, which is late on both ways.
    assert!(line["with"]["p50_ms"].as_f64() > Some(400.0), "{line}");
}

#[test]
fn r8_two_gateways_are_restarted_by_turns_and_nothing_is_missing() {
    if !KafkaServer::is_available() {
        return;
    }
    let kafka = KafkaServer::start().unwrap();
    let line = chaos(
        &[
            "rolling",
            "--restarts",
            "2",
            "--calm",
            "2s",
            "--connections",
            "100",
            "--rate",
            "200",
            "--brokers",
            &kafka.brokers(),
        ],
        &[],
    );
    nothing_is_missing(&line, false);
    // Half of the devices lose their gateway in each restart.
    assert!(line["reconnects"].as_u64() >= Some(100), "{line}");
}

#[test]
fn r15_a_gateway_whose_spool_cannot_be_synced_ends_and_loses_nothing() {
    if !KafkaServer::is_available() {
        return;
    }
    // `tests/services` installs libfiu along with what Kafka needs.
    let kafka = KafkaServer::start().unwrap();
    let line = chaos(
        &["syncs", "--target", "gateway", "--brokers", &kafka.brokers()],
        &[],
    );
    nothing_is_missing(&line, true);
    assert_eq!(line["advised"], true, "{line}");
}

/// A broker with two ways to it: its addresses, and those of the way that is spoiled.
fn spoilable() -> Option<(KafkaServer, String, String)> {
    if !KafkaServer::is_available() {
        return None;
    }
    let kafka = KafkaServer::start_spoilable().unwrap();
    let way = kafka.spoilable().unwrap();
    let (brokers, way) = (kafka.brokers(), format!("{}={}", way.advertised, way.listens));
    Some((kafka, brokers, way))
}
