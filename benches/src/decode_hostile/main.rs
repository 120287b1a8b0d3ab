//! Decoders under hostile input, without a fuzzer's instrumentation, so that a thousand million inputs are a matter of
//! minutes: framing, session, message, dissection.
//!
//!     cargo run --release -p benches --bin decode_hostile -- --inputs 1000000000 --seed 1
//!
//! Prints one line of JSON and fails if anything panicked. A connection is [`INPUTS`] inputs long; the same seed and
//! connection number give the same bytes: `--first N --inputs 1` tries one again.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod gt06;
mod jt808;
mod seeds;
mod watch;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Result, ensure};
use clap::Parser;
use sim::hostile::Forge;
use sim::load::Protocol;

use watch::Seen;

/// Inputs of one connection.
const INPUTS: u64 = 64;
/// Panics after which a run is given up: each is in the output.
const ENOUGH: u64 = 20;

#[derive(Debug, Parser)]
struct Arguments {
    /// Inputs of all connections together, rounded up to whole connections
    #[arg(long, default_value_t = 1_000_000)]
    inputs: u64,
    /// What the input is made from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of the first connection
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// One connection of so many is also taken apart field by field, which costs several times as much as to read it
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..))]
    dissect_one_in: u64,
    /// Threads; each takes the next connection that nobody has
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let streams = seeds::all()?;
    let end = arguments.first + arguments.inputs.div_ceil(INPUTS);
    let next = AtomicU64::new(arguments.first);
    let panics = AtomicU64::new(0);
    let started = Instant::now();
    let work = || {
        let mut forges = [
            Forge::new(Protocol::Jt808, 7, &streams.jt808),
            Forge::new(Protocol::Gt06, 7, &streams.gt06),
        ];
        let mut seen = Seen::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= end || panics.load(Ordering::Relaxed) >= ENOUGH {
                return seen;
            }
            if catch_unwind(AssertUnwindSafe(|| {
                connection(&arguments, number, &mut forges, &mut seen)
            }))
            .is_err()
            {
                panics.fetch_add(1, Ordering::Relaxed);
                eprintln!("connection {number} of seed {} panicked", arguments.seed);
            }
        }
    };
    let seen = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..arguments.threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().fold(Seen::default(), |all, thread| {
            all.and(
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            )
        })
    });
    let panics = panics.into_inner();
    println!("{}", seen.line(arguments.seed, panics, started.elapsed()));
    ensure!(
        panics == 0,
        "{panics} connections panicked; standard error has their numbers"
    );
    Ok(())
}

/// One connection: both protocols in turn.
fn connection(arguments: &Arguments, number: u64, forges: &mut [Forge; 2], seen: &mut Seen) {
    let [jt808, gt06] = forges;
    let forge = if number.is_multiple_of(2) {
        &mut *jt808
    } else {
        &mut *gt06
    };
    // Odd, so that neighbours share no sequence.
    forge.restart(arguments.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number);
    let dissect = (number / 2).is_multiple_of(arguments.dissect_one_in);
    let measured = allocation_counter::measure(|| {
        if number.is_multiple_of(2) {
            jt808::connection(jt808, dissect, seen);
        } else {
            gt06::connection(gt06, number / 2, dissect, seen);
        }
    });
    seen.peak(measured.bytes_max);
}
