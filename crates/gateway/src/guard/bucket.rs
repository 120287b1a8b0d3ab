//! A rate that is kept with one number: the generic cell rate algorithm of ITU-T I.371, annex A.

use crate::config::Rate;

/// How fast something may come, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Between two, in the long run; 0 when there is no limit.
    each: i64,
    /// What may come at once, as the time in which that much comes in the long run.
    depth: i64,
}

impl From<Rate> for Pace {
    fn from(rate: Rate) -> Self {
        if rate.per_second <= 0.0 {
            return Self { each: 0, depth: 0 };
        }
        // The configuration is checked to be far from what does not fit.
        let each = ((1e6 / rate.per_second) as i64).max(1);
        Self {
            each,
            depth: each.saturating_mul(i64::from(rate.burst.max(1))),
        }
    }
}

/// What is left of a rate. A new one is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bucket {
    /// When it will be full again, in microseconds since 1970.
    full_at: i64,
}

impl Bucket {
    /// Takes one if there is one.
    pub(crate) fn take(&mut self, pace: Pace, now_ms: i64) -> bool {
        let now = now_ms.saturating_mul(1000);
        self.full_at = self.full_at(pace, now);
        let after = self.full_at + pace.each;
        if after - now > pace.depth {
            return false;
        }
        self.full_at = after;
        true
    }

    /// Takes `count` whether they are there or not. Gives for how many milliseconds nothing more is to be taken.
    pub(crate) fn spend(&mut self, pace: Pace, now_ms: i64, count: u64) -> i64 {
        let now = now_ms.saturating_mul(1000);
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let after = self
            .full_at(pace, now)
            .saturating_add(pace.each.saturating_mul(count));
        self.full_at = after;
        let over = self.full_at(pace, now) - now - pace.depth;
        if over <= 0 { 0 } else { over / 1000 + 1 }
    }

    /// When it is full, never longer from now than twice its depth: a clock that is set back, or one large piece,
    /// stops nobody for long.
    fn full_at(self, pace: Pace, now: i64) -> i64 {
        self.full_at.clamp(now, now.saturating_add(pace.depth * 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000_000;

    fn pace(per_second: f64, burst: u32) -> Pace {
        Pace::from(Rate { per_second, burst })
    }

    #[test]
    fn a_burst_is_taken_and_then_the_rate() {
        let (mut bucket, pace) = (Bucket::default(), pace(10.0, 5));
        let taken = (0..20).filter(|_| bucket.take(pace, NOW)).count();
        assert_eq!(taken, 5);
        let later = (0..20).filter(|_| bucket.take(pace, NOW + 200)).count();
        assert_eq!(later, 2);
        let rested = (0..20).filter(|_| bucket.take(pace, NOW + 60_000)).count();
        assert_eq!(rested, 5, "it never holds more than its burst");
    }

    #[test]
    fn what_was_spent_beyond_the_burst_is_waited_for() {
        let (mut bucket, pace) = (Bucket::default(), pace(10.0, 5));
        assert_eq!(bucket.spend(pace, NOW, 5), 0);
        assert_eq!(bucket.spend(pace, NOW, 3), 301);
        assert_eq!(bucket.spend(pace, NOW + 301, 0), 0);
    }

    #[test]
    fn no_rate_is_no_limit() {
        let (mut bucket, pace) = (Bucket::default(), pace(0.0, 5));
        assert!((0..1000).all(|_| bucket.take(pace, NOW)));
        assert_eq!(bucket.spend(pace, NOW, u64::MAX), 0);
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nobody_for_long() {
        let (mut bucket, pace) = (Bucket::default(), pace(10.0, 5));
        while bucket.take(pace, NOW) {}
        let back = NOW - 3_600_000;
        assert!(!bucket.take(pace, back));
        assert!(bucket.take(pace, back + 1_000));
    }
}
