//! What the system says about a process.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// Clock ticks a second of `/proc/PID/stat`, fixed in the interface of Linux.
const TICKS: f64 = 100.0;

/// Processor time that the process has used.
pub(crate) fn cpu(id: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name in brackets may hold blanks; the numbers come after it.
    let (_, numbers) = stat.rsplit_once(')').context("expected a name in brackets")?;
    let field = |place: usize| -> Result<f64> {
        let text = numbers
            .split_whitespace()
            .nth(place)
            .context("expected more numbers")?;
        Ok(text.parse()?)
    };
    Ok(Duration::from_secs_f64((field(11)? + field(12)?) / TICKS))
}

/// Bytes of memory that are the process's own.
pub(crate) fn private(id: u32) -> Result<u64> {
    rollup(id, "Private_Dirty:")
}

/// Bytes of memory that the process has.
pub(crate) fn resident(id: u32) -> Result<u64> {
    rollup(id, "Rss:")
}

fn rollup(id: u32, name: &str) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup"))?;
    let line = text
        .lines()
        .find(|line| line.starts_with(name))
        .context("expected the line in smaps_rollup")?;
    let kilobytes: u64 = line
        .split_whitespace()
        .nth(1)
        .context("expected a number")?
        .parse()?;
    Ok(kilobytes * 1024)
}
