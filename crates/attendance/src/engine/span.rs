//! Half-open spans of time in Unix seconds, and sets of them.

use serde::{Deserialize, Serialize};

/// From `from` up to and without `to`, Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First second.
    pub from: i64,
    /// First second that is no longer part of it.
    pub to: i64,
}

impl Span {
    /// A span; empty when `to` is not after `from`.
    #[must_use]
    pub const fn new(from: i64, to: i64) -> Self {
        Self { from, to }
    }

    /// Length in seconds, 0 when empty.
    #[must_use]
    pub fn seconds(self) -> i64 {
        (self.to - self.from).max(0)
    }

    /// True when nothing is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.to <= self.from
    }

    /// The part that both have.
    #[must_use]
    pub fn clip(self, other: Self) -> Self {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }

    /// True when `at` is in it.
    #[must_use]
    pub fn contains(self, at: i64) -> bool {
        self.from <= at && at < self.to
    }

    /// True when they have a part in common.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        !self.clip(other).is_empty()
    }
}

/// Disjoint spans in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// The spans, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Span] {
        &self.0
    }

    /// True when no second is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Seconds in all spans together.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.0.iter().map(|span| span.seconds()).sum()
    }

    /// Whole minutes in all spans together.
    #[must_use]
    pub fn minutes(&self) -> u32 {
        u32::try_from(self.seconds() / 60).unwrap_or(u32::MAX)
    }

    /// First second.
    #[must_use]
    pub fn start(&self) -> Option<i64> {
        self.0.first().map(|span| span.from)
    }

    /// End of the last span.
    #[must_use]
    pub fn end(&self) -> Option<i64> {
        self.0.last().map(|span| span.to)
    }

    /// The seconds that both have.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let mut parts = Vec::new();
        let mut others = other.0.iter().peekable();
        for span in &self.0 {
            while others.next_if(|candidate| candidate.to <= span.from).is_some() {}
            for candidate in others.clone().take_while(|candidate| candidate.from < span.to) {
                parts.push(span.clip(*candidate));
            }
        }
        Self(parts)
    }

    /// The seconds that `other` does not have.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        let mut parts = Vec::new();
        let mut others = other.0.iter().peekable();
        for span in &self.0 {
            while others.next_if(|candidate| candidate.to <= span.from).is_some() {}
            let mut from = span.from;
            for candidate in others.clone().take_while(|candidate| candidate.from < span.to) {
                if candidate.from > from {
                    parts.push(Span::new(from, candidate.from));
                }
                from = from.max(candidate.to);
            }
            if from < span.to {
                parts.push(Span::new(from, span.to));
            }
        }
        Self(parts)
    }

    /// The seconds that either has.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.0.iter().chain(&other.0).copied().collect()
    }

    /// The part within `span`.
    #[must_use]
    pub fn within(&self, span: Span) -> Self {
        Self(
            self.0
                .iter()
                .map(|part| part.clip(span))
                .filter(|part| !part.is_empty())
                .collect(),
        )
    }

    /// The first `seconds` seconds.
    #[must_use]
    pub fn first(&self, seconds: i64) -> Self {
        let mut left = seconds;
        let mut parts = Vec::new();
        for span in &self.0 {
            if left <= 0 {
                break;
            }
            let taken = Span::new(span.from, span.to.min(span.from + left));
            left -= taken.seconds();
            parts.push(taken);
        }
        Self(parts)
    }
}

impl From<Span> for Spans {
    fn from(span: Span) -> Self {
        std::iter::once(span).collect()
    }
}

impl FromIterator<Span> for Spans {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        let mut sorted: Vec<Span> = spans.into_iter().filter(|span| !span.is_empty()).collect();
        sorted.sort_unstable();
        let mut merged: Vec<Span> = Vec::with_capacity(sorted.len());
        for span in sorted {
            match merged.last_mut() {
                Some(last) if last.to >= span.from => last.to = last.to.max(span.to),
                _ => merged.push(span),
            }
        }
        Self(merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans() -> impl Strategy<Value = Spans> {
        prop::collection::vec((0_i64..60, 0_i64..12), 0..8).prop_map(|parts| {
            parts
                .into_iter()
                .map(|(from, len)| Span::new(from, from + len))
                .collect()
        })
    }

    fn seconds(spans: &Spans) -> Vec<i64> {
        (0..80)
            .filter(|at| spans.as_slice().iter().any(|span| span.contains(*at)))
            .collect()
    }

    proptest! {
        #[test]
        fn the_algebra_agrees_with_counting_seconds(a in spans(), b in spans(), n in 0_i64..40) {
            let (in_a, in_b) = (seconds(&a), seconds(&b));
            let both: Vec<i64> = in_a.iter().copied().filter(|at| in_b.contains(at)).collect();
            let left: Vec<i64> = in_a.iter().copied().filter(|at| !in_b.contains(at)).collect();
            prop_assert_eq!(seconds(&a.intersect(&b)), both);
            prop_assert_eq!(seconds(&a.subtract(&b)), left);
            prop_assert_eq!(a.union(&b).seconds(), a.seconds() + b.subtract(&a).seconds());
            prop_assert_eq!(a.first(n).seconds(), a.seconds().min(n));
        }
    }
}
