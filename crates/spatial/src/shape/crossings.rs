//! Looks for edges that cross, among all rings of a shape.

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::predicate::{cross, side};
use super::problem::Problem;
use super::ring::Ring;

/// Below this number of edges every pair is compared; building a tree costs more.
const FEW: usize = 32;

#[derive(Clone, Copy)]
struct Edge {
    ring: usize,
    vertex: usize,
    from: [f64; 2],
    to: [f64; 2],
}

/// The first two edges found to cross.
pub(super) fn find(rings: &[Ring]) -> Result<(), Problem> {
    if let [ring] = rings
        && is_star(&ring.vertices)
    {
        return Ok(());
    }
    let edges: Vec<Edge> = rings
        .iter()
        .enumerate()
        .flat_map(|(number, ring)| {
            ring.vertices
                .iter()
                .zip(ring.vertices.iter().cycle().skip(1))
                .enumerate()
                .map(move |(vertex, (from, to))| Edge {
                    ring: number,
                    vertex,
                    from: *from,
                    to: *to,
                })
        })
        .collect();
    let pair = if edges.len() <= FEW {
        among_few(&edges)
    } else {
        among_many(&edges)
    };
    match pair {
        None => Ok(()),
        Some((one, other)) => Err(Problem::Crossing {
            one: place(rings, one),
            other: place(rings, other),
        }),
    }
}

/// True when a ring turns once around its middle and always the same way: then no two edges can cross. Most fences are
/// like that, and it costs one step for each edge.
fn is_star(vertices: &[[f64; 2]]) -> bool {
    let Some([x0, y0]) = vertices.first().copied() else {
        return true;
    };
    let count = f64::from(u32::try_from(vertices.len()).unwrap_or(u32::MAX));
    let sum = vertices
        .iter()
        .fold([0.0, 0.0], |sum, [x, y]| [sum[0] + (x - x0), sum[1] + (y - y0)]);
    let middle = [x0 + sum[0] / count, y0 + sum[1] / count];
    let edges = || vertices.iter().zip(vertices.iter().cycle().skip(1));
    let left = edges().all(|(from, to)| side(*from, *to, middle) > 0.0);
    let right = edges().all(|(from, to)| side(*from, *to, middle) < 0.0);
    // Each turn passes the parallel through the middle once upwards and once downwards.
    let passes = edges()
        .filter(|(from, to)| (from[1] > middle[1]) != (to[1] > middle[1]))
        .count();
    (left || right) && passes == 2
}

fn among_few(edges: &[Edge]) -> Option<(Edge, Edge)> {
    edges.iter().enumerate().find_map(|(number, one)| {
        edges
            .iter()
            .skip(number + 1)
            .find(|other| cross(one.from, one.to, other.from, other.to))
            .map(|other| (*one, *other))
    })
}

fn among_many(edges: &[Edge]) -> Option<(Edge, Edge)> {
    let boxes = edges
        .iter()
        .enumerate()
        .map(|(number, edge)| GeomWithData::new(Rectangle::from_corners(edge.from, edge.to), number))
        .collect();
    let tree = RTree::bulk_load(boxes);
    edges.iter().enumerate().find_map(|(number, one)| {
        tree.locate_in_envelope_intersecting(&AABB::from_corners(one.from, one.to))
            .filter(|candidate| candidate.data > number)
            .filter_map(|candidate| edges.get(candidate.data))
            .filter(|other| cross(one.from, one.to, other.from, other.to))
            .min_by_key(|other| (other.ring, other.vertex))
            .map(|other| (*one, *other))
    })
}

fn place(rings: &[Ring], edge: Edge) -> super::Place {
    rings[edge.ring].place_of(edge.vertex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_turns_once_and_a_double_turn_is_none() {
        let turn = |turns: f64| -> Vec<[f64; 2]> {
            (0..24)
                .map(|n| {
                    let angle = f64::from(n) / 24.0 * turns * std::f64::consts::TAU;
                    let radius = 1.0 + 0.3 * f64::from(n % 3);
                    [radius * angle.cos(), radius * angle.sin()]
                })
                .collect()
        };
        assert!(is_star(&turn(1.0)));
        assert!(!is_star(&turn(5.0)));
        assert!(!is_star(&[[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]]));
    }
}
