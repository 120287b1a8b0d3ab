//! Whether the gateway should be given work.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use runtime::admin::Reporter;

use crate::Handle;

/// How long a record that the log did not take speaks against the gateway: with nobody connected, none tells that
/// the log is back.
const REMEMBERED_MS: i64 = 60_000;
/// How often the health is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What the log, or the spool before it, did with records last.
#[derive(Debug, Default)]
pub(crate) struct LogWatch {
    /// When it did not take a record, 0 when it has taken one since.
    failed_ms: AtomicI64,
}

impl LogWatch {
    /// It made a record durable.
    pub(crate) fn took(&self) {
        if self.failed_ms.load(Ordering::Relaxed) != 0 {
            self.failed_ms.store(0, Ordering::Relaxed);
        }
    }

    /// It did not take one.
    pub(crate) fn did_not_take(&self, now_ms: i64) {
        self.failed_ms.store(now_ms, Ordering::Relaxed);
    }

    /// True while, as far as is known, it takes nothing.
    pub(crate) fn refuses(&self, now_ms: i64) -> bool {
        let failed = self.failed_ms.load(Ordering::Relaxed);
        failed != 0 && now_ms - failed < REMEMBERED_MS
    }
}

/// Tells the admin port how the gateway is, for ever.
pub(crate) async fn report(handle: Handle, reporter: &Reporter) {
    let shown = handle.clone();
    reporter.show(move || shown.state());
    let mut look = tokio::time::interval(LOOK);
    loop {
        look.tick().await;
        if let Err(why) = handle.liveness() {
            reporter.failed(why);
            continue;
        }
        match handle.readiness() {
            Ok(how) => reporter.ready_as(how),
            Err(why) => reporter.not_ready(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts_and_is_forgotten_after_a_while() {
        let (log, now) = (LogWatch::default(), 1_700_000_000_000);
        assert!(!log.refuses(now));
        log.took();
        log.did_not_take(now + 5);
        assert!(log.refuses(now + 10));
        assert!(!log.refuses(now + 5 + REMEMBERED_MS));
        log.took();
        assert!(!log.refuses(now + 20));
    }
}
