//! Shapes of fences: circles, areas with holes and several parts, corridors; each with an optional floor and ceiling.
//!
//! Rules: the border belongs to the shape. Edges are straight in longitude and latitude, circles and widths are
//! geodesic on WGS-84. A ring that crosses the antimeridian is unwrapped: each edge takes the shorter way. Shapes that
//! reach a pole are refused.

mod circle;
mod corridor;
mod crossings;
mod nesting;
mod normal;
mod outline;
mod polygon;
mod predicate;
mod probability;
mod problem;
mod quadrature;
mod ring;

pub use normal::deviations_beyond;
pub use outline::Outline;
pub use problem::{MAX_LATITUDE, MAX_VERTICES, Place, Problem, RADIUS_M};

use crate::{Bounds, Frame, Point, distance};

/// Edges of a corridor that share one rectangle of the index.
const EDGES_PER_BOX: usize = 16;
/// Vertices in 64 bytes, and as many of these pieces as are worth looking at beforehand: the processor foresees the rest of a
/// long ring.
const VERTICES_PER_FETCH: usize = 4;
const MOST_FETCHES: usize = 16;

/// A checked shape, ready for questions. Made by [`Shape::build`].
///
/// ```
/// use spatial::{Datum, Outline, Point, Shape};
/// let yard = Outline::Circle { centre: Point::new(31.2304, 121.4737)?, radius_m: 200.0 };
/// let yard = Shape::build(&yard, Datum::Wgs84).map_err(|problems| problems[0].clone())?;
/// assert!(yard.contains(Point::new(31.2310, 121.4740)?));
/// assert!(!yard.contains(Point::new(31.2340, 121.4740)?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    ground: Ground,
    floor_m: f32,
    ceiling_m: f32,
}

/// The shape on the ground.
#[derive(Debug, Clone, PartialEq)]
enum Ground {
    Circle {
        centre: Point,
        radius_m: f64,
    },
    /// Rings one after the other, outlines counter-clockwise and holes clockwise; `ends` is empty for a single ring.
    Area {
        vertices: Box<[[f64; 2]]>,
        ends: Box<[u32]>,
        bounds: Bounds,
    },
    Corridor {
        line: Box<[[f64; 2]]>,
        bounds: Bounds,
        half_width_m: f64,
    },
}

/// How a fix lies to a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relation {
    /// True when the coordinates as they stand are in the shape or on its border.
    pub inside: bool,
    /// Metres to the border, on either side.
    pub border_m: f64,
    /// Probability that the true place is in the shape.
    pub probability: f64,
}

impl Relation {
    /// Metres to the border, negative inside.
    #[must_use]
    pub fn signed_m(&self) -> f64 {
        if self.inside {
            -self.border_m
        } else {
            self.border_m
        }
    }
}

impl Shape {
    /// True when the point is in the shape or on its border, at any height.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        match &self.ground {
            Ground::Circle { centre, radius_m } => circle::contains(*centre, *radius_m, point),
            Ground::Area {
                vertices,
                ends,
                bounds,
            } => {
                let vertex = [bounds.nearest_copy(point.longitude), point.latitude];
                bounds.holds(vertex) && polygon::contains(vertices, ends, vertex)
            }
            Ground::Corridor {
                line,
                bounds,
                half_width_m,
            } => {
                let vertex = [bounds.nearest_copy(point.longitude), point.latitude];
                bounds.holds(vertex) && corridor::contains(line, *half_width_m, vertex)
            }
        }
    }

    /// Reads what [`Shape::contains`] will read of the shape for this point, one number of each piece that the processor fetches
    /// from memory at a time, and gives something made of it. To be used before several shapes are asked.
    #[must_use]
    pub fn fetch(&self, point: Point) -> u64 {
        match &self.ground {
            Ground::Area { vertices, bounds, .. }
                if bounds.holds([bounds.nearest_copy(point.longitude), point.latitude]) =>
            {
                vertices
                    .iter()
                    .step_by(VERTICES_PER_FETCH)
                    .take(MOST_FETCHES)
                    .fold(0, |read, vertex| read ^ vertex[1].to_bits())
            }
            _ => 0,
        }
    }

    /// True when the height is between floor and ceiling, both included. An unknown height is: a fix without one is judged by its
    /// place on the ground alone.
    #[must_use]
    pub fn admits_height(&self, altitude_m: Option<f64>) -> bool {
        altitude_m.is_none_or(|altitude| {
            altitude >= f64::from(self.floor_m) && altitude <= f64::from(self.ceiling_m)
        })
    }

    /// True when the shape has a floor or a ceiling.
    #[must_use]
    pub fn has_heights(&self) -> bool {
        self.floor_m > f32::NEG_INFINITY || self.ceiling_m < f32::INFINITY
    }

    /// How a fix lies to the shape. `accuracy_m` is the radius that holds the true place with 68 % probability; with 0
    /// the fix is taken as exact.
    ///
    /// The probability is exact to 1e-4 for circles and areas with a round normal error; for corridors the line is
    /// taken as straight around the fix. Farther than 4.5 deviations from the border it is 0 or 1.
    #[must_use]
    pub fn relation(&self, point: Point, accuracy_m: f64) -> Relation {
        let sigma = accuracy_m / probability::RADIUS_68;
        let (inside, border_m, near) = match &self.ground {
            Ground::Circle { centre, radius_m } => {
                let away = distance::approximate(*centre, point);
                let inside = circle::contains_at(*centre, *radius_m, point, away);
                let border = (away - radius_m).abs();
                let near =
                    (border < probability::FAR * sigma).then(|| circle::probability(*radius_m, away, sigma));
                (inside, border, near)
            }
            Ground::Area {
                vertices,
                ends,
                bounds,
            } => {
                let vertex = [bounds.nearest_copy(point.longitude), point.latitude];
                let inside = bounds.holds(vertex) && polygon::contains(vertices, ends, vertex);
                let frame = Frame::at_latitude(point.latitude);
                let edges = || polygon::edges(vertices, ends, vertex, &frame);
                let border = edges()
                    .map(polygon::squared_distance)
                    .fold(f64::INFINITY, f64::min)
                    .sqrt();
                let near =
                    (border < probability::FAR * sigma).then(|| probability::of_area(edges(), inside, sigma));
                (inside, border, near)
            }
            Ground::Corridor {
                line,
                bounds,
                half_width_m,
            } => {
                let vertex = [bounds.nearest_copy(point.longitude), point.latitude];
                let nearest = corridor::nearest(line, vertex);
                let inside = corridor::contains(line, *half_width_m, vertex);
                let border = (nearest.distance - half_width_m).abs();
                let near = (border < probability::FAR * sigma)
                    .then(|| corridor::probability(&nearest, *half_width_m, sigma));
                (inside, border, near)
            }
        };
        let certain = if inside { 1.0 } else { 0.0 };
        Relation {
            inside,
            border_m,
            probability: near.unwrap_or(certain),
        }
    }

    /// The part of the straight way from `a` to `b` that touches the shape, as fractions of the way: where it is first
    /// and last in it. None when the way misses it. Meant for ways that begin and end outside.
    #[must_use]
    pub fn crossing(&self, a: Point, b: Point) -> Option<(f64, f64)> {
        let ways = |bounds: &Bounds| {
            let begin = [bounds.nearest_copy(a.longitude), a.latitude];
            let end = [
                begin[0] + crate::point::wrap(b.longitude - a.longitude),
                b.latitude,
            ];
            let beside = begin[0].max(end[0]) < bounds.west
                || begin[0].min(end[0]) > bounds.east
                || begin[1].max(end[1]) < bounds.south
                || begin[1].min(end[1]) > bounds.north;
            (!beside).then_some((begin, end))
        };
        match &self.ground {
            Ground::Circle { centre, radius_m } => circle::crossing(*centre, *radius_m, a, b),
            Ground::Area {
                vertices,
                ends,
                bounds,
            } => {
                let (begin, end) = ways(bounds)?;
                polygon::crossing(vertices, ends, begin, end)
            }
            Ground::Corridor {
                line,
                bounds,
                half_width_m,
            } => {
                let (begin, end) = ways(bounds)?;
                corridor::crossing(line, *half_width_m, begin, end)
            }
        }
    }

    /// Rectangles that together hold the shape: one for a circle, one for each part of an area, one for each stretch of
    /// a corridor.
    #[must_use]
    pub fn boxes(&self) -> Vec<Bounds> {
        let around = |run: &[[f64; 2]]| {
            let mut bounds = Bounds::EMPTY;
            run.iter().for_each(|vertex| bounds.add(*vertex));
            bounds
        };
        match &self.ground {
            Ground::Circle { .. } => vec![self.bounds()],
            Ground::Area { bounds, ends, .. } if ends.is_empty() => vec![*bounds],
            Ground::Area { vertices, ends, .. } => {
                let mut boxes: Vec<Bounds> = Vec::new();
                for run in polygon::rings(vertices, ends) {
                    let part = around(run);
                    let held = boxes.iter().any(|whole| {
                        whole.holds([part.west, part.south]) && whole.holds([part.east, part.north])
                    });
                    if !held {
                        boxes.push(part);
                    }
                }
                boxes
            }
            Ground::Corridor {
                line, half_width_m, ..
            } => (0..line.len().saturating_sub(1))
                .step_by(EDGES_PER_BOX)
                .filter_map(|start| line.get(start..line.len().min(start + EDGES_PER_BOX + 1)))
                .map(|run| around(run).grown(*half_width_m))
                .collect(),
        }
    }

    /// The rectangle around the whole shape.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        match &self.ground {
            Ground::Circle { centre, radius_m } => Bounds::at(*centre).grown(*radius_m),
            Ground::Area { bounds, .. } | Ground::Corridor { bounds, .. } => *bounds,
        }
    }

    /// Size of the rectangle around the shape in square metres, to order fences by size.
    #[must_use]
    pub fn extent_m2(&self) -> f64 {
        outline::extent_m2(&self.bounds())
    }

    /// Bytes that the shape holds on the heap.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        match &self.ground {
            Ground::Circle { .. } => 0,
            Ground::Area { vertices, ends, .. } => size_of_val(&**vertices) + size_of_val(&**ends),
            Ground::Corridor { line, .. } => size_of_val(&**line),
        }
    }
}
