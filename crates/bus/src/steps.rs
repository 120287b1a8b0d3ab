//! Places at which a test ends the process, as a loss of power would: between any two steps of what must be atomic.

/// Says that a step was reached.
#[cfg(not(feature = "kill-points"))]
pub(crate) fn reached(_step: &'static str) {}

/// Says that a step was reached. The environment variable `MILEPOST_BUS_KILL_AT=<step>:<n>` ends the process the
/// n-th time.
#[cfg(feature = "kill-points")]
pub(crate) fn reached(step: &'static str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static KILL_AT: LazyLock<Option<(String, AtomicU64)>> = LazyLock::new(|| {
        let setting = std::env::var("MILEPOST_BUS_KILL_AT").ok()?;
        let (step, count) = setting.split_once(':')?;
        Some((step.to_owned(), AtomicU64::new(count.parse().ok()?)))
    });
    if let Some((wanted, left)) = &*KILL_AT
        && wanted == step
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        std::process::abort();
    }
}
