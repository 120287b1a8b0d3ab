//! Gateway, consumers and brokers in processes of their own, killed while a town lives its day.

use tests::kafka::{KafkaServer, Keeper};

use crate::chaos;

/// Kills of a run, where `MILEPOST_KILLS` says nothing else.
const KILLS: &str = "5";

#[test]
fn r9_r10_r17_what_is_derived_is_the_same_after_kills_of_consumers_and_brokers_in_a_storm() {
    if !KafkaServer::is_available() {
        return;
    }
    let keeper = Keeper::start(3).unwrap();
    let kills = std::env::var("MILEPOST_KILLS").unwrap_or_else(|_| KILLS.to_owned());
    let mut arguments = vec![
        "consumers",
        "--storm",
        "--replication",
        "3",
        "--seed",
        "1",
        "--devices",
        "8",
        "--speed",
        "600",
        "--from-hour",
        "16.5",
        "--duration",
        "45s",
        "--kills",
        &kills,
        "--brokers",
        keeper.brokers(),
    ];
    for pid in keeper.pids() {
        arguments.extend(["--broker-pid", pid.to_str().unwrap()]);
    }
    let line = chaos(&arguments, &[]);
    assert_eq!(line["kills"].to_string(), kills, "{line}");
    assert!(line["joined"].as_u64() > Some(0), "{line}");
    assert_eq!(line["different"], 0, "{line}");
}
