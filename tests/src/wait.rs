//! Waiting for a condition, with a limit.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Asks `is_so` again and again until it is, at most `limit`.
///
/// # Errors
/// When the time is over, naming `what` was waited for.
pub fn until(what: &str, limit: Duration, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    /// Time between two questions.
    const PAUSE: Duration = Duration::from_millis(20);
    let deadline = Instant::now() + limit;
    loop {
        if is_so()? {
            return Ok(());
        }
        if Instant::now() >= deadline {
            bail!("waited {limit:?} for {what}");
        }
        std::thread::park_timeout(PAUSE);
    }
}
