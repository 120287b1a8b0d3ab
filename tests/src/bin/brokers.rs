//! Real Kafka brokers for trials by hand.
//!
//! ```sh
//! eval "$(tests/services)"
//! cargo run -p tests --bin brokers -- 3 [NAME=VALUE …]    # started again whenever one is killed
//! cargo run -p tests --bin brokers -- spoilable           # one broker, and a second way to it that a proxy may spoil
//! ```
//!
//! NAME=VALUE is a setting of all brokers, such as `log.roll.ms=3600000`. Says the addresses as options of
//! `milepost chaos consumers`, with the files of the process ids, or of `outage`, `slow` and `faults`. Ends, and the
//! brokers with it, at the end of its input (Ctrl-D).

#![allow(clippy::print_stdout)]

use std::io::Read as _;

use anyhow::{Context as _, Result, ensure};
use tests::kafka::{KafkaCluster, KafkaServer, Keeper};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((first, settings)) if first == "spoilable" => {
            ensure!(settings.is_empty(), "expected nothing behind `spoilable`");
            spoilable()
        }
        Some((nodes, settings)) => kept(nodes, settings),
        None => kept("1", &[]),
    }
}

fn kept(nodes: &str, settings: &[String]) -> Result<()> {
    let nodes = nodes
        .parse()
        .with_context(|| format!("expected the number of brokers or `spoilable`, found {nodes:?}"))?;
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|one| {
            one.split_once('=')
                .with_context(|| format!("expected NAME=VALUE, found {one:?}"))
        })
        .collect::<Result<_>>()?;
    let keeper = Keeper::keep(KafkaCluster::start_with(nodes, &settings)?)?;
    print!("--brokers {}", keeper.brokers());
    for pid in keeper.pids() {
        print!(" --broker-pid {}", pid.display());
    }
    println!();
    until_the_end_of_the_input()
}

fn spoilable() -> Result<()> {
    let server = KafkaServer::start_spoilable()?;
    let way = server.spoilable().context("the broker has no second way")?;
    println!(
        "--brokers {} --broker-proxy {}={}",
        server.brokers(),
        way.advertised,
        way.listens
    );
    until_the_end_of_the_input()
}

fn until_the_end_of_the_input() -> Result<()> {
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
