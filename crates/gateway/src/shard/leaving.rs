//! Who has to go when: at a stop, connections end one after the other, since thousands of devices that connect anew in
//! the same moment are a storm for whoever takes them.

/// Milliseconds between two connections, where there is time for that.
const APART_MS: i64 = 5;

/// The connections that still are served after the stop has begun.
#[derive(Debug)]
pub(super) struct Leaving {
    /// The next ones are at the end.
    slots: Vec<usize>,
    total: i64,
    begun_ms: i64,
    window_ms: i64,
}

impl Leaving {
    /// All of them go within the first half of the time until the deadline, so that the last ones can have their answers.
    pub(super) fn new(slots: Vec<usize>, now_ms: i64, deadline_ms: i64) -> Self {
        let total = slots.len() as i64;
        Self {
            slots,
            total,
            begun_ms: now_ms,
            window_ms: (total * APART_MS).min((deadline_ms - now_ms) / 2).max(0),
        }
    }

    /// The next one, when it is time for it.
    pub(super) fn next(&mut self, now_ms: i64) -> Option<usize> {
        let gone = self.total - self.slots.len() as i64;
        let due_ms = self.begun_ms + gone * self.window_ms / self.total.max(1);
        if now_ms < due_ms {
            return None;
        }
        self.slots.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many have gone at that time.
    fn gone(leaving: &mut Leaving, now_ms: i64) -> usize {
        std::iter::from_fn(|| leaving.next(now_ms)).count()
    }

    #[test]
    fn few_go_at_once_and_many_over_half_of_the_time() {
        let mut few = Leaving::new(vec![1, 2], 1000, 11_000);
        assert_eq!(gone(&mut few, 1000), 1);
        assert_eq!(gone(&mut few, 1005), 1);

        let mut many = Leaving::new((0..10_000).collect(), 1000, 11_000);
        assert_eq!(
            gone(&mut many, 1000),
            2,
            "the first, and the one due half a millisecond later"
        );
        assert_eq!(gone(&mut many, 3500), 5_000);
        assert_eq!(gone(&mut many, 6000), 4_998);
        assert_eq!(many.next(i64::MAX), None);
    }

    #[test]
    fn without_time_all_go_at_once() {
        let mut late = Leaving::new((0..100).collect(), 1000, 1000);
        assert_eq!(gone(&mut late, 1000), 100);
    }
}
