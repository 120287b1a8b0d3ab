use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Bytes of records that were published and not yet settled.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: u64,
    used: AtomicU64,
    records: AtomicU64,
    freed: Notify,
}

impl Budget {
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            limit,
            used: AtomicU64::new(0),
            records: AtomicU64::new(0),
            freed: Notify::new(),
        }
    }

    /// Bytes that may be in flight.
    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// Bytes in flight.
    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Records in flight.
    pub(crate) fn records(&self) -> u64 {
        self.records.load(Ordering::Acquire)
    }

    pub(crate) fn has_room(&self) -> bool {
        self.used() < self.limit
    }

    /// Takes `bytes`, or says no: a quarter above the limit, so that whoever asked before a batch is not refused in
    /// its middle.
    pub(crate) fn take(&self, bytes: u64) -> bool {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        if before > 0 && before.saturating_add(bytes) > self.limit.saturating_add(self.limit / 4) {
            self.used.fetch_sub(bytes, Ordering::Relaxed);
            return false;
        }
        self.records.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// Gives back what `records` records took.
    pub(crate) fn give(&self, bytes: u64, records: u64) {
        let before = self.used.fetch_sub(bytes, Ordering::Relaxed);
        let left = self.records.fetch_sub(records, Ordering::Release) - records;
        if left == 0 || before >= self.limit && before - bytes < self.limit {
            self.freed.notify_waiters();
        }
    }

    /// Waits until there is room.
    pub(crate) async fn room(&self) {
        self.wait(|| self.has_room()).await;
    }

    /// Waits until nothing is in flight.
    pub(crate) async fn empty(&self) {
        self.wait(|| self.records() == 0).await;
    }

    async fn wait(&self, until: impl Fn() -> bool) {
        loop {
            let freed = self.freed.notified();
            if until() {
                return;
            }
            freed.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_larger_than_the_budget_is_taken_alone() {
        let budget = Budget::new(100);
        assert!(budget.take(1000));
        assert!(!budget.has_room());
        assert!(!budget.take(1));
        budget.give(1000, 1);
        assert!(budget.has_room() && budget.records() == 0);
    }

    #[test]
    fn a_batch_in_progress_may_go_a_quarter_over() {
        let budget = Budget::new(100);
        assert!(budget.take(99) && budget.take(26));
        assert!(!budget.take(1));
    }
}
