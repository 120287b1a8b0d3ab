//! How well trips fit the truth, by the rules of the field's comparisons.
//!
//! A true and a found trip match one to one, best overlap first, when the overlap of their times is at least half of
//! their union. A true trip is split when two or more found ones each cover a tenth of it, and a found trip merges when
//! it covers half of two or more true ones.

mod distance;
mod spread;

pub use distance::{along_m, between_m, phantom_m_per_h};
pub use spread::Spread;

/// Least overlap of a match, as a share of the union.
const OVERLAP: f64 = 0.5;
/// Least share of a true trip that makes a found one a part of it.
const PART: f64 = 0.1;
/// Least share of a true trip that a found one swallows.
const SWALLOWED: f64 = 0.5;

/// Start and end of a trip in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Start.
    pub start: f64,
    /// End.
    pub end: f64,
}

impl Interval {
    fn common(&self, other: &Self) -> f64 {
        (self.end.min(other.end) - self.start.max(other.start)).max(0.0)
    }

    fn union(&self, other: &Self) -> f64 {
        self.end.max(other.end) - self.start.min(other.start)
    }
}

/// What the comparison of one or more outings has found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// True trips.
    pub truth: usize,
    /// Found trips.
    pub found: usize,
    /// Pairs of the two.
    pub hits: usize,
    /// True trips found in pieces.
    pub splits: usize,
    /// Found trips that swallow several.
    pub merges: usize,
    /// Seconds that the starts of pairs differ by.
    pub start_s: Vec<f64>,
    /// Seconds that the ends of pairs differ by.
    pub end_s: Vec<f64>,
    /// Errors of distances as shares of the true ones.
    pub distance: Vec<f64>,
    /// The same of the part between the first and the last good fix.
    pub distance_seen: Vec<f64>,
    /// Metres counted per hour from the end of a true trip to the start of the next.
    pub phantom_m_per_h: Vec<f64>,
    /// Metres counted per hour in the first ten minutes of that time.
    pub phantom_first_m_per_h: Vec<f64>,
    /// Metres counted per hour after these ten minutes.
    pub phantom_later_m_per_h: Vec<f64>,
}

impl Tally {
    /// Compares the trips of one outing.
    #[must_use]
    pub fn compare(truth: &[Interval], found: &[Interval]) -> Self {
        let pairs = pairs(truth, found);
        let parts = |whole: &Interval| {
            found
                .iter()
                .filter(|part| part.common(whole) >= PART * (whole.end - whole.start))
                .count()
        };
        let swallowed = |by: &Interval| {
            truth
                .iter()
                .filter(|whole| by.common(whole) >= SWALLOWED * (whole.end - whole.start))
                .count()
        };
        Self {
            truth: truth.len(),
            found: found.len(),
            hits: pairs.len(),
            splits: truth.iter().filter(|whole| parts(whole) > 1).count(),
            merges: found.iter().filter(|by| swallowed(by) > 1).count(),
            start_s: pairs
                .iter()
                .map(|(truth, found)| (found.start - truth.start).abs())
                .collect(),
            end_s: pairs
                .iter()
                .map(|(truth, found)| (found.end - truth.end).abs())
                .collect(),
            ..Self::default()
        }
    }

    /// Adds what another comparison has found.
    pub fn add(&mut self, other: &Self) {
        self.truth += other.truth;
        self.found += other.found;
        self.hits += other.hits;
        self.splits += other.splits;
        self.merges += other.merges;
        self.start_s.extend(&other.start_s);
        self.end_s.extend(&other.end_s);
        self.distance.extend(&other.distance);
        self.distance_seen.extend(&other.distance_seen);
        self.phantom_m_per_h.extend(&other.phantom_m_per_h);
        self.phantom_first_m_per_h.extend(&other.phantom_first_m_per_h);
        self.phantom_later_m_per_h.extend(&other.phantom_later_m_per_h);
    }

    /// Share of the found trips that are true.
    #[must_use]
    pub fn precision(&self) -> f64 {
        self.hits as f64 / self.found.max(1) as f64
    }

    /// Share of the true trips that were found.
    #[must_use]
    pub fn recall(&self) -> f64 {
        self.hits as f64 / self.truth.max(1) as f64
    }

    /// Harmonic mean of the two.
    #[must_use]
    pub fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        2.0 * precision * recall / (precision + recall).max(1e-9)
    }
}

/// Pairs of true and found trips, best overlap first; ties go to the later ones, as the referee has it.
fn pairs<'a>(truth: &'a [Interval], found: &'a [Interval]) -> Vec<(&'a Interval, &'a Interval)> {
    let mut candidates: Vec<(f64, usize, usize)> = Vec::new();
    for (a, whole) in truth.iter().enumerate() {
        for (b, other) in found.iter().enumerate() {
            let share = whole.common(other) / whole.union(other);
            if share >= OVERLAP {
                candidates.push((share, a, b));
            }
        }
    }
    candidates.sort_by(|x, y| y.partial_cmp(x).unwrap_or(std::cmp::Ordering::Equal));
    let (mut used_truth, mut used_found) = (vec![false; truth.len()], vec![false; found.len()]);
    let mut pairs = Vec::new();
    for (_, a, b) in candidates {
        if !used_truth[a] && !used_found[b] {
            (used_truth[a], used_found[b]) = (true, true);
            pairs.push((&truth[a], &found[b]));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trip(start: f64, end: f64) -> Interval {
        Interval { start, end }
    }

    #[test]
    fn a_split_trip_is_no_hit_twice_and_a_merge_is_counted() {
        let tally = Tally::compare(&[trip(0.0, 100.0)], &[trip(0.0, 60.0), trip(60.0, 100.0)]);
        assert_eq!((tally.hits, tally.splits, tally.merges), (1, 1, 0));
        let tally = Tally::compare(&[trip(0.0, 100.0), trip(110.0, 200.0)], &[trip(0.0, 200.0)]);
        assert_eq!((tally.hits, tally.splits, tally.merges), (1, 0, 1));
        assert!((tally.f1() - 2.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn the_better_overlap_gets_the_match() {
        let tally = Tally::compare(&[trip(0.0, 100.0)], &[trip(0.0, 55.0), trip(5.0, 100.0)]);
        assert_eq!(tally.start_s, [5.0]);
    }
}
