//! Real Kafka brokers for trials by hand, started again whenever one is killed.
//!
//! ```sh
//! eval "$(tests/services)"; cargo run -p tests --bin brokers -- 3 [NAME=VALUE …]
//! ```
//!
//! NAME=VALUE is a setting of all brokers, such as `log.roll.ms=3600000`. Says the addresses, and the files with the
//! process ids, as options of `milepost chaos consumers`. Ends, and the brokers with it, at the end of its input (Ctrl-D).

#![allow(clippy::print_stdout)]

use std::io::Read as _;

use anyhow::{Context as _, Result};
use tests::kafka::{KafkaCluster, Keeper};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let nodes = arguments.first().map_or(Ok(1), |count| count.parse());
    let nodes = nodes.context("expected the number of brokers")?;
    let settings: Vec<(&str, &str)> = arguments
        .iter()
        .skip(1)
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
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
