//! Corridors: everything within half the width of a line.

use crate::{Frame, Point, distance};

use super::circle;
use super::normal::cdf;

/// The nearest point of a line, seen from a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nearest {
    /// Metres from the point.
    pub(super) distance: f64,
    /// The nearest point, longitude first, near the copy of the point that was asked about.
    pub(super) vertex: [f64; 2],
    /// Metres along the line before it.
    pub(super) before: f64,
    /// Metres along the line after it.
    pub(super) after: f64,
}

/// Finds the nearest point of the line. Edges are straight in longitude and latitude; the distance is measured in the
/// frame at the point, good to a centimetre up to some hundred metres.
pub(super) fn nearest(line: &[[f64; 2]], point: [f64; 2]) -> Nearest {
    let frame = Frame::at_latitude(point[1]);
    let metres = |vertex: [f64; 2]| {
        [
            (vertex[0] - point[0]) * frame.metres_per_degree_east,
            (vertex[1] - point[1]) * frame.metres_per_degree_north,
        ]
    };
    let mut best = Nearest {
        distance: f64::INFINITY,
        vertex: point,
        before: 0.0,
        after: 0.0,
    };
    let mut walked = 0.0;
    for (from, to) in line.iter().zip(line.iter().skip(1)) {
        let [ax, ay] = metres(*from);
        let [bx, by] = metres(*to);
        let (dx, dy) = (bx - ax, by - ay);
        let length2 = dx * dx + dy * dy;
        let along = (-(ax * dx + ay * dy) / length2).clamp(0.0, 1.0);
        let away = (ax + along * dx).hypot(ay + along * dy);
        let length = length2.sqrt();
        if away < best.distance {
            best = Nearest {
                distance: away,
                vertex: [
                    from[0] + along * (to[0] - from[0]),
                    from[1] + along * (to[1] - from[1]),
                ],
                before: walked + along * length,
                after: 0.0,
            };
        }
        walked += length;
    }
    best.after = walked - best.before;
    best
}

/// True when the point is within `half_width_m` of the line.
pub(super) fn contains(line: &[[f64; 2]], half_width_m: f64, point: [f64; 2]) -> bool {
    let nearest = nearest(line, point);
    let off = nearest.distance - half_width_m;
    // The frame is off by less than a part in a thousand here; what is nearer is measured exactly.
    if off.abs() > half_width_m * 1e-3 + 0.01 {
        return off < 0.0;
    }
    let place = |[longitude, latitude]: [f64; 2]| Point { latitude, longitude };
    distance::geodesic(place(point), place(nearest.vertex)) <= half_width_m + circle::ROUNDING_M
}

/// Probability that the true place is within the corridor, the corridor taken as a straight strip around the nearest
/// point with as much line before and after it as there is.
pub(super) fn probability(nearest: &Nearest, half_width_m: f64, sigma: f64) -> f64 {
    let across =
        cdf((half_width_m - nearest.distance) / sigma) - cdf((-half_width_m - nearest.distance) / sigma);
    let along = cdf((nearest.after + half_width_m) / sigma) - cdf(-(nearest.before + half_width_m) / sigma);
    across * along
}

/// Smallest and largest fraction of the way from `a` to `b` that is within the corridor.
pub(super) fn crossing(line: &[[f64; 2]], half_width_m: f64, a: [f64; 2], b: [f64; 2]) -> Option<(f64, f64)> {
    let frame = Frame::at_latitude(a[1]);
    let metres = |vertex: [f64; 2]| {
        [
            (vertex[0] - a[0]) * frame.metres_per_degree_east,
            (vertex[1] - a[1]) * frame.metres_per_degree_north,
        ]
    };
    let way = metres(b);
    let mut found: Option<(f64, f64)> = None;
    let mut join = |part: Option<(f64, f64)>| {
        if let Some((low, high)) = part {
            found = Some(found.map_or((low, high), |(l, h)| (l.min(low), h.max(high))));
        }
    };
    for (from, to) in line.iter().zip(line.iter().skip(1)) {
        let (from, to) = (metres(*from), metres(*to));
        join(circle::chord(from, half_width_m, way));
        join(circle::chord(to, half_width_m, way));
        join(strip(from, to, half_width_m, way));
    }
    found
}

/// Part of the way from the origin to `way` that lies in the rectangle around one edge.
fn strip(from: [f64; 2], to: [f64; 2], half_width_m: f64, way: [f64; 2]) -> Option<(f64, f64)> {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = dx.hypot(dy);
    let (ux, uy) = (dx / length, dy / length);
    // Position along and across the edge: where the way begins, and how it changes over the whole way.
    let along = (-(from[0] * ux + from[1] * uy), way[0] * ux + way[1] * uy);
    let across = (from[0] * uy - from[1] * ux, way[1] * ux - way[0] * uy);
    let (low, high) = clip(along, 0.0, length, (0.0, 1.0))?;
    clip(across, -half_width_m, half_width_m, (low, high))
}

/// Part of `within` in which `begin + t * change` is between `least` and `most`.
fn clip((begin, change): (f64, f64), least: f64, most: f64, within: (f64, f64)) -> Option<(f64, f64)> {
    if change == 0.0 {
        return (least..=most).contains(&begin).then_some(within);
    }
    let (one, other) = ((least - begin) / change, (most - begin) / change);
    let low = within.0.max(one.min(other));
    let high = within.1.min(one.max(other));
    (low <= high).then_some((low, high))
}
