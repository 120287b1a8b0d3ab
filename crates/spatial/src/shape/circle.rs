//! Circles on the ellipsoid.

use crate::{Frame, Point, distance};

use super::normal::cdf;
use super::quadrature::gauss_legendre;

/// Added to a radius so that a point computed to lie on the border does lie on it.
pub(super) const ROUNDING_M: f64 = 1e-6;

/// True when the point is within `radius_m` of the centre, on the geodesic.
pub(super) fn contains(centre: Point, radius_m: f64, point: Point) -> bool {
    contains_at(centre, radius_m, point, distance::approximate(centre, point))
}

/// The same for a point that is `away` metres from the centre by [`distance::approximate`].
pub(super) fn contains_at(centre: Point, radius_m: f64, point: Point, away: f64) -> bool {
    let off = away - radius_m;
    // `approximate` is better than a part in ten thousand; what is nearer is measured exactly.
    if off.abs() > radius_m * 1e-4 + 0.001 {
        return off < 0.0;
    }
    distance::geodesic(centre, point) <= radius_m + ROUNDING_M
}

/// Probability that the true place lies in the circle, `away` metres from its centre with deviation `sigma` on each
/// axis: the circle is cut into chords along the line to the centre.
pub(super) fn probability(radius: f64, away: f64, sigma: f64) -> f64 {
    if away == 0.0 {
        let ratio = radius / sigma;
        return -(-0.5 * ratio * ratio).exp_m1();
    }
    // Beyond six deviations to the side nothing is left.
    let widest = (6.0 * sigma / radius).min(1.0).asin();
    gauss_legendre(-widest, widest, |angle| {
        let (x, half_chord) = (radius * angle.sin() / sigma, radius * angle.cos());
        let density = (-0.5 * x * x).exp() / (std::f64::consts::TAU.sqrt() * sigma);
        let inside = cdf((half_chord - away) / sigma) - cdf((-half_chord - away) / sigma);
        density * inside * half_chord
    })
}

/// Smallest and largest fraction of the way from `a` to `b` that lies in the circle.
pub(super) fn crossing(centre: Point, radius_m: f64, a: Point, b: Point) -> Option<(f64, f64)> {
    let frame = Frame::at(a);
    chord(frame.to_metres(centre), radius_m, frame.to_metres(b))
}

/// Part of the way from the origin to `way` that is within `radius` of `centre`, all in metres.
pub(super) fn chord(centre: [f64; 2], radius: f64, way: [f64; 2]) -> Option<(f64, f64)> {
    let length2 = way[0] * way[0] + way[1] * way[1];
    if length2 == 0.0 {
        return None;
    }
    let middle = (centre[0] * way[0] + centre[1] * way[1]) / length2;
    let off2 = centre[0] * centre[0] + centre[1] * centre[1] - middle * middle * length2;
    let half2 = (radius * radius - off2) / length2;
    if half2 < 0.0 {
        return None;
    }
    let half = half2.sqrt();
    let (low, high) = ((middle - half).max(0.0), (middle + half).min(1.0));
    (low <= high).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_in_the_middle_has_the_closed_form() {
        // 500 m of 68 % radius: sigma 331.2 m per axis.
        for (radius, expected) in [
            (100.0, 0.045),
            (200.0, 0.167),
            (300.0, 0.336),
            (500.0, 0.68),
            (711.0, 0.9),
        ] {
            let sigma = 500.0 / 1.509_592;
            let found = probability(radius, 0.0, sigma);
            assert!((found - expected).abs() < 0.01, "{radius}: {found}");
            let nearly = probability(radius, 1e-6, sigma);
            assert!((found - nearly).abs() < 1e-6, "{radius}: {found} {nearly}");
        }
    }

    #[test]
    fn a_large_circle_looks_like_a_straight_border() {
        for off in [-20.0, -5.0, 0.0, 5.0, 20.0] {
            let found = probability(100_000.0, 100_000.0 + off, 10.0);
            assert!((found - cdf(-off / 10.0)).abs() < 1e-3, "{off}: {found}");
        }
    }
}
