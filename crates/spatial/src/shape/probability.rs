//! Probability that the true place lies in an area, for a fix with a round normal error.
//!
//! Seen from the fix, the area is a sum of triangles from the fix to each edge, positive or negative as the edge turns.
//! The part of a triangle beyond its edge has a closed form in Owen's T function, and edges farther away than
//! [`FAR`] deviations have nothing beyond them, so only the near edges cost something.

use super::normal::owens_t;
use super::polygon::Edge;

/// Radius of a fix in standard deviations per axis, when the radius holds 68 % of a round normal error:
/// the square root of -2 ln 0.32.
pub(super) const RADIUS_68: f64 = 1.509_592;

/// What lies farther away than this many deviations does not count: less than 7 in a million.
pub(super) const FAR: f64 = 4.5;

/// Nearer than this to an edge, in metres, rounding decides on which side a fix is.
const ON_BORDER_M: f64 = 1e-6;

/// Probability of the area whose edges are given in metres around the fix, outlines
/// counter-clockwise and holes clockwise; `inside` says whether the fix is in it.
pub(super) fn of_area(edges: impl Iterator<Item = Edge>, inside: bool, sigma: f64) -> f64 {
    let mut probability = if inside { 1.0 } else { 0.0 };
    for edge in edges {
        if super::polygon::squared_distance(edge) < FAR * FAR * sigma * sigma {
            probability -= beyond(edge, inside, sigma);
        }
    }
    probability.clamp(0.0, 1.0)
}

/// Probability of the sector behind an edge, positive when the edge turns left around the fix.
fn beyond(edge: Edge, inside: bool, sigma: f64) -> f64 {
    let [ax, ay] = edge.from;
    let (dx, dy) = (edge.to[0] - ax, edge.to[1] - ay);
    let length = dx.hypot(dy);
    if length == 0.0 {
        return 0.0;
    }
    let height = (ax * dy - ay * dx) / length;
    let (begin, end) = (
        (ax * dx + ay * dy) / length,
        (edge.to[0] * dx + edge.to[1] * dy) / length,
    );
    let h = height.abs().max(1e-9 * sigma);
    let sector = owens_t(h / sigma, end / h) - owens_t(h / sigma, begin / h);
    // A fix on the border turns neither way; it counts as inside, so the edge turns left.
    let left = if height.abs() < ON_BORDER_M {
        inside
    } else {
        height > 0.0
    };
    if left { sector } else { -sector }
}

#[cfg(test)]
mod tests {
    use super::super::normal::cdf;
    use super::*;

    fn square(half: f64, x: f64, y: f64) -> Vec<Edge> {
        let corners = [[-half, -half], [half, -half], [half, half], [-half, half]];
        (0..4)
            .map(|n| {
                let shift = |[cx, cy]: [f64; 2]| [cx - x, cy - y];
                Edge {
                    from: shift(corners[n]),
                    to: shift(corners[(n + 1) % 4]),
                }
            })
            .collect()
    }

    #[test]
    fn a_square_is_the_product_of_two_one_dimensional_probabilities() {
        for (half, x, y, sigma) in [
            (10.0, 0.0, 0.0, 7.0),
            (10.0, 3.0, -4.0, 7.0),
            (10.0, 10.0, 0.0, 7.0),
            (10.0, 14.0, 9.0, 7.0),
            (10.0, 25.0, 25.0, 20.0),
            (100.0, 99.0, 0.0, 5.0),
            (1.0, 0.5, 0.5, 50.0),
        ] {
            let one = |at: f64| cdf((half - at) / sigma) - cdf((-half - at) / sigma);
            let expected = one(x) * one(y);
            let inside = x.abs() <= half && y.abs() <= half;
            let edges = square(half, x, y);
            let found = of_area(edges.iter().copied(), inside, sigma);
            assert!(
                (found - expected).abs() < 2e-5,
                "{half} {x} {y} {sigma}: {found} {expected}"
            );
        }
    }
}
