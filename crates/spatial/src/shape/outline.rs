use crate::{Bounds, Datum, Frame, Point};

use super::problem::{MAX_LATITUDE, MAX_VERTICES, Place, Problem, RADIUS_M};
use super::ring::{self, Ring};
use super::{Ground, Shape, crossings, nesting};

/// A shape as somebody drew it, unchecked. [`Shape::build`] checks it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outline {
    /// All points within `radius_m` metres of `centre`, on the ellipsoid.
    Circle {
        /// Middle.
        centre: Point,
        /// Metres.
        radius_m: f64,
    },
    /// One or more polygons; of each the first ring is the outline and the rest are holes. Rings are closed: the last
    /// vertex repeats the first. Edges are straight in longitude and latitude (RFC 7946, section 3.1.1).
    Polygons(Vec<Vec<Vec<Point>>>),
    /// All points within half of `width_m` metres of a line whose edges are straight in longitude and latitude.
    Corridor {
        /// Vertices of the line.
        line: Vec<Point>,
        /// Whole width in metres.
        width_m: f64,
    },
}

impl Shape {
    /// Checks an outline and makes it ready for questions. `datum` says what its coordinates are in; they are
    /// converted to WGS-84.
    ///
    /// # Errors
    /// Every problem found, each with the vertex and what to do. Edge crossings are looked for only when there is no
    /// other problem.
    pub fn build(outline: &Outline, datum: Datum) -> Result<Self, Vec<Problem>> {
        let ground = match outline {
            Outline::Circle { centre, radius_m } => circle(*centre, *radius_m, datum)?,
            Outline::Polygons(polygons) => area(polygons, datum)?,
            Outline::Corridor { line, width_m } => corridor(line, *width_m, datum)?,
        };
        Ok(Self {
            ground,
            floor_m: f32::NEG_INFINITY,
            ceiling_m: f32::INFINITY,
        })
    }

    /// The same shape between two heights above mean sea level in metres.
    ///
    /// # Errors
    /// When the floor is not below the ceiling.
    pub fn between_heights(mut self, floor_m: Option<f64>, ceiling_m: Option<f64>) -> Result<Self, Problem> {
        let floor = floor_m.unwrap_or(f64::NEG_INFINITY);
        let ceiling = ceiling_m.unwrap_or(f64::INFINITY);
        if floor.is_nan() || ceiling.is_nan() || floor >= ceiling {
            return Err(Problem::Heights { floor, ceiling });
        }
        #[allow(
            clippy::cast_possible_truncation,
            reason = "heights are known to a metre, f32 holds centimetres"
        )]
        let limits = (floor as f32, ceiling as f32);
        (self.floor_m, self.ceiling_m) = limits;
        Ok(self)
    }
}

fn circle(centre: Point, radius_m: f64, datum: Datum) -> Result<Ground, Vec<Problem>> {
    let mut problems = Vec::new();
    check(
        centre,
        Place {
            polygon: 0,
            ring: 0,
            vertex: 0,
        },
        &mut problems,
    );
    check_size("radius", 1.0, radius_m, &mut problems);
    if problems.is_empty() {
        let centre = datum.to_wgs84(centre);
        let reach = Bounds::at(centre).grown(radius_m);
        if reach.north.max(-reach.south) > MAX_LATITUDE {
            return Err(vec![Problem::NearPole {
                place: Place {
                    polygon: 0,
                    ring: 0,
                    vertex: 0,
                },
                latitude: if reach.north > MAX_LATITUDE {
                    reach.north
                } else {
                    reach.south
                },
            }]);
        }
        return Ok(Ground::Circle { centre, radius_m });
    }
    Err(problems)
}

fn corridor(line: &[Point], width_m: f64, datum: Datum) -> Result<Ground, Vec<Problem>> {
    let first = Place {
        polygon: 0,
        ring: 0,
        vertex: 0,
    };
    let mut problems = Vec::new();
    if line.len() > MAX_VERTICES {
        return Err(vec![Problem::TooMany { found: line.len() }]);
    }
    for (vertex, point) in line.iter().enumerate() {
        check(*point, Place { vertex, ..first }, &mut problems);
    }
    check_size("width", 2.0, width_m, &mut problems);
    let line = ring::unwrap(line.iter().map(|point| datum.to_wgs84(*point)));
    if line.len() < 2 {
        problems.push(Problem::TooFew {
            place: first,
            expected: 2,
            found: line.len(),
        });
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let half_width_m = width_m / 2.0;
    let mut bounds = Bounds::EMPTY;
    line.iter().for_each(|vertex| bounds.add(*vertex));
    Ok(Ground::Corridor {
        line: line.into(),
        bounds: bounds.grown(half_width_m),
        half_width_m,
    })
}

fn area(polygons: &[Vec<Vec<Point>>], datum: Datum) -> Result<Ground, Vec<Problem>> {
    let found: usize = polygons.iter().flatten().map(Vec::len).sum();
    if found > MAX_VERTICES {
        return Err(vec![Problem::TooMany { found }]);
    }
    let mut problems = Vec::new();
    let mut rings: Vec<Ring> = Vec::new();
    for (polygon, parts) in polygons.iter().enumerate() {
        if parts.is_empty() {
            let place = Place {
                polygon,
                ring: 0,
                vertex: 0,
            };
            problems.push(Problem::TooFew {
                place,
                expected: 3,
                found: 0,
            });
        }
        for (number, points) in parts.iter().enumerate() {
            let place = Place {
                polygon,
                ring: number,
                vertex: 0,
            };
            let before = problems.len();
            for (vertex, point) in points.iter().enumerate() {
                check(*point, Place { vertex, ..place }, &mut problems);
            }
            if problems.len() == before {
                match Ring::close(points, place, datum) {
                    Ok(ring) => rings.push(ring),
                    Err(problem) => problems.push(problem),
                }
            }
        }
    }
    if rings.is_empty() && problems.is_empty() {
        problems.push(Problem::TooFew {
            place: Place {
                polygon: 0,
                ring: 0,
                vertex: 0,
            },
            expected: 3,
            found: 0,
        });
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    ring::align(&mut rings);
    crossings::find(&rings).map_err(|problem| vec![problem])?;
    nesting::check(&rings)?;

    let mut vertices = Vec::with_capacity(rings.iter().map(|ring| ring.vertices.len()).sum());
    let mut ends = Vec::new();
    let mut bounds = Bounds::EMPTY;
    for ring in &mut rings {
        ring.turn(ring.place.ring == 0);
        vertices.extend_from_slice(&ring.vertices);
        ends.push(u32::try_from(vertices.len()).unwrap_or(u32::MAX));
        ring.vertices.iter().for_each(|vertex| bounds.add(*vertex));
    }
    if ends.len() == 1 {
        ends.clear();
    }
    Ok(Ground::Area {
        vertices: vertices.into(),
        ends: ends.into(),
        bounds,
    })
}

fn check(point: Point, place: Place, problems: &mut Vec<Problem>) {
    match Point::new(point.latitude, point.longitude) {
        Err(source) => problems.push(Problem::Vertex { place, source }),
        Ok(point) if point.latitude.abs() > MAX_LATITUDE => {
            problems.push(Problem::NearPole {
                place,
                latitude: point.latitude,
            });
        }
        Ok(_) => {}
    }
}

fn check_size(what: &'static str, factor: f64, found: f64, problems: &mut Vec<Problem>) {
    if !RADIUS_M.contains(&(found / factor)) {
        problems.push(Problem::Size { what, factor, found });
    }
}

/// Area of the rectangle around a shape in square metres: what "smaller than" means between fences.
pub(super) fn extent_m2(bounds: &Bounds) -> f64 {
    let frame = Frame::at_latitude(f64::midpoint(bounds.south, bounds.north));
    bounds.square_degrees() * frame.metres_per_degree_east * frame.metres_per_degree_north
}
