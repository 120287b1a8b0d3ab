//! What the log must hold, given what was answered.

use std::collections::BTreeSet;

/// What does not hold; the value of the label `which`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Violation {
    /// A position that was answered is not in the log although a later one of the device is.
    AckedMissing,
    /// A position is in the log behind a later one of the device.
    Disorder,
}

impl Violation {
    pub(crate) const ALL: [Self; 2] = [Self::AckedMissing, Self::Disorder];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AckedMissing => "acked_missing",
            Self::Disorder => "disorder",
        }
    }
}

/// Answered positions that were not seen in the log yet, by fix time.
#[derive(Debug, Default)]
pub(super) struct Audit {
    answered: BTreeSet<i64>,
    /// The latest that was seen.
    seen: Option<i64>,
}

impl Audit {
    /// The position was answered as received.
    pub(super) fn answered(&mut self, fix: i64) {
        self.answered.insert(fix);
    }

    /// Forgets what is older than that: nobody looks for it any more.
    pub(super) fn keep_from(&mut self, oldest: Option<i64>) {
        if let Some(oldest) = oldest {
            self.answered = self.answered.split_off(&oldest);
        }
    }

    /// The position was seen in the log for the first time, read in its order. One device's records keep their order,
    /// through a spool too: what was answered before this one was sent stands before it.
    pub(super) fn seen(&mut self, fix: i64) -> Vec<Violation> {
        let mut found = Vec::new();
        if self.seen.is_some_and(|latest| latest > fix) {
            found.push(Violation::Disorder);
        }
        let later = self.answered.split_off(&fix);
        let missing = std::mem::replace(&mut self.answered, later);
        found.extend(missing.iter().map(|_| Violation::AckedMissing));
        self.answered.remove(&fix);
        self.seen = self.seen.max(Some(fix));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_in_order_violates_nothing() {
        let mut audit = Audit::default();
        for fix in 1..5 {
            audit.answered(fix);
            assert!(audit.seen(fix).is_empty());
        }
        // Without an answer nothing was promised.
        audit.answered(6);
        assert!(audit.seen(6).is_empty());
    }

    #[test]
    fn an_answered_position_that_a_later_one_has_overtaken_is_missing_once() {
        let mut audit = Audit::default();
        audit.answered(1);
        audit.answered(2);
        assert_eq!(audit.seen(2), [Violation::AckedMissing]);
        audit.answered(3);
        assert!(audit.seen(3).is_empty());
        // It is there after all, at the wrong place.
        assert_eq!(audit.seen(1), [Violation::Disorder]);
    }

    #[test]
    fn what_is_not_looked_for_any_more_is_not_missing() {
        let mut audit = Audit::default();
        audit.answered(1);
        audit.keep_from(Some(2));
        audit.answered(2);
        assert!(audit.seen(2).is_empty());
    }
}
