//! Rings in the plane of longitude and latitude: containment exactly, lengths in a frame at the point asked about.

use crate::Frame;

use super::predicate::side;

/// Where a point is, seen from a ring or an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Inside,
    Outside,
    Border,
}

/// One ring: a run of vertices, the last edge back to the first one understood.
pub(super) fn side_of_ring(vertices: &[[f64; 2]], point: [f64; 2]) -> Side {
    let Some(mut from) = vertices.last().copied() else {
        return Side::Outside;
    };
    let mut inside = false;
    for run in vertices.chunks(RUN) {
        // The ray runs east; an edge counts when it leads from at or below the ray to above it, or back. Most do not: which
        // do is found for the whole run without a branch, since no branch could be foretold.
        let (above, mut of_concern) = heights(run, point[1]);
        let before = above << 1 | u64::from(from[1] > point[1]);
        let passing = above ^ before;
        of_concern |= passing & u64::MAX >> (RUN - run.len());
        while of_concern != 0 {
            let number = of_concern.trailing_zeros() as usize;
            of_concern &= of_concern - 1;
            let Some(to) = run.get(number).copied() else { break };
            let from = match number.checked_sub(1).and_then(|before| run.get(before)) {
                Some(before) => *before,
                None => from,
            };
            if passing >> number & 1 == 0 {
                if touches(from, to, point) {
                    return Side::Border;
                }
            } else if from[0] >= point[0] || to[0] >= point[0] {
                // Not wholly west of the point.
                let turn = side(from, to, point);
                if turn == 0.0 {
                    return Side::Border;
                }
                inside ^= (turn > 0.0) == (to[1] > from[1]);
            }
        }
        from = run.last().copied().unwrap_or(from);
    }
    if inside { Side::Inside } else { Side::Outside }
}

/// Vertices that are looked at together: a bit for each.
const RUN: usize = u64::BITS as usize;

/// A bit for each vertex of a run that is above a latitude, and for each that is exactly there.
fn heights(run: &[[f64; 2]], latitude: f64) -> (u64, u64) {
    let (mut above, mut level, mut place) = (0_u64, 0_u64, 0_u32);
    let (eights, rest) = run.as_chunks::<8>();
    for eight in eights {
        let (mut higher, mut equal) = (0_u64, 0_u64);
        for (bit, vertex) in eight.iter().enumerate() {
            higher |= u64::from(vertex[1] > latitude) << bit;
            equal |= u64::from(vertex[1] == latitude) << bit;
        }
        above |= higher << place;
        level |= equal << place;
        place += 8;
    }
    for vertex in rest {
        above |= u64::from(vertex[1] > latitude) << place;
        level |= u64::from(vertex[1] == latitude) << place;
        place += 1;
    }
    (above, level)
}

/// True when the point lies on an edge that does not pass the ray: on its upper end or along it.
fn touches(from: [f64; 2], to: [f64; 2], point: [f64; 2]) -> bool {
    if to[0] == point[0] {
        return true;
    }
    from[1] == point[1] && (from[0] <= point[0]) != (to[0] <= point[0])
}

/// The rings of an area, one after the other.
pub(super) fn rings<'a>(vertices: &'a [[f64; 2]], ends: &'a [u32]) -> impl Iterator<Item = &'a [[f64; 2]]> {
    let whole = if ends.is_empty() { Some(vertices) } else { None };
    let mut start = 0;
    let parts = ends.iter().filter_map(move |end| {
        let end = usize::try_from(*end).unwrap_or(usize::MAX);
        let part = vertices.get(start..end);
        start = end;
        part
    });
    whole.into_iter().chain(parts)
}

/// An area of rings that do not cross: a point in an odd number of them is inside; a point on any is inside too.
pub(super) fn contains(vertices: &[[f64; 2]], ends: &[u32], point: [f64; 2]) -> bool {
    let mut inside = false;
    for ring in rings(vertices, ends) {
        match side_of_ring(ring, point) {
            Side::Border => return true,
            Side::Inside => inside = !inside,
            Side::Outside => {}
        }
    }
    inside
}

/// One edge as seen from a point: both ends in metres.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) from: [f64; 2],
    pub(super) to: [f64; 2],
}

/// The edges of an area in metres east and north of a point. Edges along the antimeridian join two parts of one
/// area and are no border; they are left out.
pub(super) fn edges<'a>(
    vertices: &'a [[f64; 2]],
    ends: &'a [u32],
    point: [f64; 2],
    frame: &'a Frame,
) -> impl Iterator<Item = Edge> + 'a {
    let metres = move |vertex: [f64; 2]| {
        [
            (vertex[0] - point[0]) * frame.metres_per_degree_east,
            (vertex[1] - point[1]) * frame.metres_per_degree_north,
        ]
    };
    rings(vertices, ends).flat_map(move |ring| {
        let mut before = ring.last().copied().unwrap_or_default();
        ring.iter().filter_map(move |to| {
            let from = std::mem::replace(&mut before, *to);
            let seam = from[0].abs() == 180.0 && from[0] == to[0];
            (!seam).then(|| Edge {
                from: metres(from),
                to: metres(*to),
            })
        })
    })
}

/// Squared distance in metres from the origin to an edge.
#[inline]
pub(super) fn squared_distance(edge: Edge) -> f64 {
    let [ax, ay] = edge.from;
    let (dx, dy) = (edge.to[0] - ax, edge.to[1] - ay);
    let length2 = dx * dx + dy * dy;
    // How far along the edge its nearest point lies; an edge without length has only its begin.
    let along = if length2 > 0.0 {
        (-(ax * dx + ay * dy) / length2).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (x, y) = (ax + along * dx, ay + along * dy);
    x * x + y * y
}

/// Smallest and largest fraction of the way from `a` to `b` at which it meets the border.
pub(super) fn crossing(vertices: &[[f64; 2]], ends: &[u32], a: [f64; 2], b: [f64; 2]) -> Option<(f64, f64)> {
    let mut found: Option<(f64, f64)> = None;
    for ring in rings(vertices, ends) {
        let Some(mut from) = ring.last().copied() else {
            continue;
        };
        for to in ring {
            if let Some(fraction) = meet(a, b, from, *to) {
                found = Some(found.map_or((fraction, fraction), |(low, high)| {
                    (low.min(fraction), high.max(fraction))
                }));
            }
            from = *to;
        }
    }
    found
}

/// Fraction of the way from `a` to `b` at which it meets the edge; none when they miss or run side by side.
fn meet(a: [f64; 2], b: [f64; 2], from: [f64; 2], to: [f64; 2]) -> Option<f64> {
    let (begin, end) = (side(a, b, from), side(a, b, to));
    if (begin > 0.0 && end > 0.0) || (begin < 0.0 && end < 0.0) || begin == end {
        return None;
    }
    let (here, there) = (side(from, to, a), side(from, to, b));
    if (here > 0.0 && there > 0.0) || (here < 0.0 && there < 0.0) || here == there {
        return None;
    }
    // The way as a fraction, from the plain determinants; which side is which was decided exactly above.
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let (ex, ey) = (to[0] - from[0], to[1] - from[1]);
    let denominator = dx * ey - dy * ex;
    if denominator == 0.0 {
        return None;
    }
    Some((((from[0] - a[0]) * ey - (from[1] - a[1]) * ex) / denominator).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [[f64; 2]; 4] = [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]];

    #[test]
    fn every_vertex_and_every_point_of_an_edge_is_border() {
        for turned in [SQUARE, [SQUARE[3], SQUARE[2], SQUARE[1], SQUARE[0]]] {
            for point in [
                [0.0, 0.0],
                [2.0, 0.0],
                [2.0, 2.0],
                [0.0, 2.0],
                [1.0, 0.0],
                [2.0, 1.0],
                [1.0, 2.0],
                [0.0, 1.0],
            ] {
                assert_eq!(side_of_ring(&turned, point), Side::Border, "{point:?}");
            }
            assert_eq!(side_of_ring(&turned, [1.0, 1.0]), Side::Inside);
            for point in [
                [-1.0, 0.0],
                [3.0, 0.0],
                [-1.0, 2.0],
                [3.0, 2.0],
                [1.0, 2.5],
                [1.0, -0.5],
                [-1.0, 1.0],
                [3.0, 1.0],
            ] {
                assert_eq!(side_of_ring(&turned, point), Side::Outside, "{point:?}");
            }
        }
    }

    #[test]
    fn a_way_through_meets_the_border_twice() {
        assert_eq!(
            crossing(&SQUARE, &[], [-1.0, 1.0], [3.0, 1.0]),
            Some((0.25, 0.75))
        );
        assert_eq!(crossing(&SQUARE, &[], [-1.0, 3.0], [3.0, 3.0]), None);
    }
}
