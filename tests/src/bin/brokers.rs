//! Real Kafka brokers for trials by hand, started again whenever one is killed.
//!
//!     eval "$(tests/services)"; cargo run -p tests --bin brokers -- 3
//!
//! Says the addresses, and the files with the process ids, as options of `milepost chaos consumers`. Ends, and the
//! brokers with it, at the end of its input (Ctrl-D).

#![allow(clippy::print_stdout)]

use std::io::Read as _;

use anyhow::{Context as _, Result};
use tests::kafka::Keeper;

fn main() -> Result<()> {
    let nodes = std::env::args().nth(1).map_or(Ok(1), |count| count.parse());
    let keeper = Keeper::start(nodes.context("expected the number of brokers")?)?;
    print!("--brokers {}", keeper.brokers());
    for pid in keeper.pids() {
        print!(" --broker-pid {}", pid.display());
    }
    println!();
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
