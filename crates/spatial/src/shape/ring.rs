//! Rings as they are kept: open (the last edge back to the first vertex is understood), without repeated neighbours,
//! and unwrapped: longitudes run on past ±180 where the ring crosses the antimeridian.

use crate::{Datum, Point};

use super::problem::{Place, Problem};

/// Degrees from a line within which a vertex is on it, about a tenth of a millimetre: places that are on one line as
/// written in decimals are not quite as numbers.
const ROUNDING: f64 = 1e-9;

/// One checked ring.
#[derive(Debug)]
pub(super) struct Ring {
    /// Longitude and latitude of each vertex.
    pub(super) vertices: Vec<[f64; 2]>,
    /// Place of the first vertex.
    pub(super) place: Place,
    /// Places of the vertices in the ring as given: repeated neighbours are gone.
    pub(super) given: Vec<u32>,
}

impl Ring {
    /// Checks a closed ring of valid points.
    pub(super) fn close(points: &[Point], place: Place, datum: Datum) -> Result<Self, Problem> {
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return Err(Problem::TooFew {
                place,
                expected: 3,
                found: 0,
            });
        };
        let apart = (last.longitude - first.longitude).abs();
        if points.len() > 1 && (first.latitude != last.latitude || (apart != 0.0 && apart != 360.0)) {
            return Err(Problem::Open {
                place: Place {
                    vertex: points.len() - 1,
                    ..place
                },
            });
        }
        let mut given = Vec::with_capacity(points.len());
        let mut vertices: Vec<[f64; 2]> = Vec::with_capacity(points.len());
        for (number, point) in points.iter().enumerate() {
            let next = follow(vertices.last(), datum.to_wgs84(*point));
            if vertices.last() != Some(&next) {
                vertices.push(next);
                given.push(u32::try_from(number).unwrap_or(u32::MAX));
            }
        }
        let closes = vertices.first().zip(vertices.last()).is_some_and(|(a, b)| a == b);
        if !closes {
            return Err(Problem::RoundThePole { place });
        }
        vertices.pop();
        given.pop();
        if vertices.len() < 3 {
            return Err(if spans_the_earth(points) {
                Problem::RoundThePole { place }
            } else {
                Problem::TooFew {
                    place,
                    expected: 3,
                    found: vertices.len(),
                }
            });
        }
        if on_one_line(&vertices) {
            return Err(if spans_the_earth(points) {
                Problem::RoundThePole { place }
            } else {
                Problem::NoArea { place }
            });
        }
        Ok(Self {
            vertices,
            place,
            given,
        })
    }

    /// Turns the ring counter-clockwise, or clockwise.
    pub(super) fn turn(&mut self, counter_clockwise: bool) {
        let Some([x0, y0]) = self.vertices.first().copied() else {
            return;
        };
        let mut twice_area = 0.0;
        let mut before = [0.0, 0.0];
        for [x, y] in &self.vertices {
            let here = [x - x0, y - y0];
            twice_area += before[0] * here[1] - here[0] * before[1];
            before = here;
        }
        if (twice_area > 0.0) != counter_clockwise {
            self.vertices.reverse();
            self.given.reverse();
        }
    }

    /// Place of a vertex in the ring as it was given.
    pub(super) fn place_of(&self, vertex: usize) -> Place {
        let given = self.given.get(vertex).copied().unwrap_or_default();
        Place {
            vertex: usize::try_from(given).unwrap_or(usize::MAX),
            ..self.place
        }
    }
}

/// Vertices of a line, unwrapped, without repeated neighbours.
pub(super) fn unwrap(points: impl Iterator<Item = Point>) -> Vec<[f64; 2]> {
    let mut vertices: Vec<[f64; 2]> = Vec::new();
    for point in points {
        let next = follow(vertices.last(), point);
        if vertices.last() != Some(&next) {
            vertices.push(next);
        }
    }
    vertices
}

/// Turns all rings to the copy nearest to the first one, so that parts on both sides of the antimeridian meet.
pub(super) fn align(rings: &mut [Ring]) {
    let Some(anchor) = rings
        .first()
        .and_then(|ring| ring.vertices.first())
        .map(|vertex| vertex[0])
    else {
        return;
    };
    for ring in rings.iter_mut().skip(1) {
        let Some(first) = ring.vertices.first().map(|vertex| vertex[0]) else {
            continue;
        };
        let turn = if first - anchor > 180.0 {
            -360.0
        } else if first - anchor < -180.0 {
            360.0
        } else {
            continue;
        };
        for vertex in &mut ring.vertices {
            vertex[0] += turn;
        }
    }
}

/// The copy of the point that lies within half a turn of the vertex before it.
fn follow(before: Option<&[f64; 2]>, point: Point) -> [f64; 2] {
    let Some([previous, _]) = before else {
        return [point.longitude, point.latitude];
    };
    // Half a turn exactly is ambiguous: the number as written wins.
    let off = previous - point.longitude;
    let turns = if off.abs() <= 180.0 {
        0.0
    } else {
        (off / 360.0).round()
    };
    [point.longitude + 360.0 * turns, point.latitude]
}

fn spans_the_earth(points: &[Point]) -> bool {
    points.iter().any(|point| point.longitude <= -180.0)
        && points.iter().any(|point| point.longitude >= 180.0)
}

fn on_one_line(vertices: &[[f64; 2]]) -> bool {
    let [Some(a), Some(b)] = [vertices.first(), vertices.get(1)] else {
        return true;
    };
    let most = ROUNDING * (b[0] - a[0]).hypot(b[1] - a[1]);
    vertices
        .iter()
        .all(|c| super::predicate::side(*a, *b, *c).abs() <= most)
}
