//! The way as a line with few points.

use super::track::Mark;

/// Points of a path at most.
const POINTS_MAX: usize = 500;
/// A point left out lies no further than this from the line, metres.
const TOLERANCE_M: f64 = 10.0;

/// Douglas and Peucker's simplification (1973) of `line`; the tolerance doubles until few enough points remain.
pub(crate) fn simplified(line: &[Mark]) -> Vec<Mark> {
    let mut tolerance = TOLERANCE_M;
    loop {
        let mut keep = vec![false; line.len()];
        for end in [0, line.len().saturating_sub(1)] {
            if let Some(keep) = keep.get_mut(end) {
                *keep = true;
            }
        }
        let mut open = vec![(0, line.len().saturating_sub(1))];
        while let Some((first, last)) = open.pop() {
            if let Some(at) = farthest(line, first, last, tolerance) {
                if let Some(keep) = keep.get_mut(at) {
                    *keep = true;
                }
                open.push((first, at));
                open.push((at, last));
            }
        }
        if keep.iter().filter(|keep| **keep).count() <= POINTS_MAX {
            return line
                .iter()
                .zip(keep)
                .filter(|(_, keep)| *keep)
                .map(|(mark, _)| *mark)
                .collect();
        }
        tolerance *= 2.0;
    }
}

/// The mark between `first` and `last` that is farthest from the line between them, when beyond `tolerance` metres.
fn farthest(line: &[Mark], first: usize, last: usize, tolerance: f64) -> Option<usize> {
    let (head, tail) = (line.get(first)?, line.get(last)?);
    let (east, north) = head.place.offset_m(&tail.place);
    let length = east * east + north * north;
    let mut found = None;
    let mut most = tolerance;
    for (at, mark) in line.iter().enumerate().take(last).skip(first + 1) {
        let (x, y) = head.place.offset_m(&mark.place);
        let share = if length > 0.0 {
            ((x * east + y * north) / length).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let off = (x - share * east).hypot(y - share * north);
        if off > most {
            (found, most) = (Some(at), off);
        }
    }
    found
}
