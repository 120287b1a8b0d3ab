//! Checks that holes lie in their polygons and that no polygon lies in another.

use crate::Bounds;

use super::polygon::{self, Side};
use super::problem::Problem;
use super::ring::Ring;

/// Every hole outside its polygon and every polygon inside another. Edges are known not to cross.
pub(super) fn check(rings: &[Ring]) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    let outlines: Vec<(&Ring, Bounds)> = rings
        .iter()
        .filter(|ring| ring.place.ring == 0)
        .map(|ring| (ring, bounds(ring)))
        .collect();
    for ring in rings {
        for (outline, around) in &outlines {
            let same = outline.place.polygon == ring.place.polygon;
            if ring.place.ring > 0 && same {
                if lies_in(ring, outline, around) == Some(false) {
                    problems.push(Problem::HoleOutside { place: ring.place });
                }
            } else if ring.place.ring == 0
                && !same
                && lies_in(ring, outline, around) == Some(true)
                && !in_a_hole(ring, outline.place.polygon, rings)
            {
                problems.push(Problem::Nested {
                    place: ring.place,
                    inside: outline.place.polygon,
                });
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// Whether a ring lies in another that it does not cross; unknown when all its vertices are on the border.
fn lies_in(ring: &Ring, outline: &Ring, around: &Bounds) -> Option<bool> {
    ring.vertices.iter().find_map(|vertex| {
        if !around.holds(*vertex) {
            return Some(false);
        }
        match polygon::side_of_ring(&outline.vertices, *vertex) {
            Side::Inside => Some(true),
            Side::Outside => Some(false),
            Side::Border => None,
        }
    })
}

fn in_a_hole(ring: &Ring, polygon: usize, rings: &[Ring]) -> bool {
    rings
        .iter()
        .filter(|hole| hole.place.polygon == polygon && hole.place.ring > 0)
        .any(|hole| lies_in(ring, hole, &bounds(hole)) != Some(false))
}

fn bounds(ring: &Ring) -> Bounds {
    let mut bounds = Bounds::EMPTY;
    ring.vertices.iter().for_each(|vertex| bounds.add(*vertex));
    bounds
}
