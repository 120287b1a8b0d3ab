//! Ports for what a test starts.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, ensure};

/// Below the range from which Linux takes the ports of outgoing connections (`net.ipv4.ip_local_port_range`, from
/// 32768): while a broker is down nobody's connection can come to own its port, not even one that asks whether the
/// broker is back.
const PORTS: std::ops::Range<u16> = 12_000..32_000;

static SEARCHES: AtomicUsize = AtomicUsize::new(0);

/// Ports of 127.0.0.1 that nobody listens on. All are held until all were found, so they differ.
///
/// # Errors
/// When there are not so many.
pub fn free<const N: usize>() -> Result<[u16; N]> {
    let found = free_many(N)?;
    Ok(std::array::from_fn(|at| found[at]))
}

/// As many as asked for, as [`free`] finds them.
///
/// # Errors
/// As there.
pub fn free_many(count: usize) -> Result<Vec<u16>> {
    let mut held = Vec::with_capacity(count);
    // Who looks at the same time, in another process or thread, begins at another place: a broker takes seconds to
    // listen on what it was given.
    let searches = SEARCHES.fetch_add(1, Ordering::Relaxed);
    let start = (std::process::id() as usize * 31 + searches * 101) % PORTS.len();
    for port in PORTS.cycle().skip(start).take(PORTS.len()) {
        if held.len() == count {
            break;
        }
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            held.push((port, listener));
        }
    }
    ensure!(
        held.len() == count,
        "no free ports between {} and {}",
        PORTS.start,
        PORTS.end
    );
    Ok(held.into_iter().map(|(port, _)| port).collect())
}
