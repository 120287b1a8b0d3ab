use std::fmt;

use crate::{InvalidPoint, Number};

/// Largest number of vertices of one shape; the outlines of provinces have fewer.
pub const MAX_VERTICES: usize = 100_000;
/// Latitude beyond which no shape may reach: longitudes run together there and "straight in longitude and latitude"
/// stops to mean anything.
pub const MAX_LATITUDE: f64 = 89.0;
/// Smallest and largest radius of a circle and half width of a corridor in metres.
pub const RADIUS_M: std::ops::RangeInclusive<f64> = 0.01..=1_000_000.0;

/// Where in a shape something was found. Counts from 0, as the positions in a GeoJSON array do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Polygon of a multipolygon; 0 elsewhere.
    pub polygon: usize,
    /// Ring of the polygon: 0 is the outline, the rest are holes.
    pub ring: usize,
    /// Vertex of the ring or line.
    pub vertex: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.polygon > 0 {
            write!(f, "polygon {} ", self.polygon)?;
        }
        if self.ring > 0 {
            write!(f, "hole {} ", self.ring)?;
        }
        write!(f, "vertex {}", self.vertex)
    }
}

/// Why something is no shape, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Problem {
    /// A vertex is no place on earth.
    #[error("{place}: {source}")]
    Vertex {
        /// Where.
        place: Place,
        /// What is wrong with it.
        source: InvalidPoint,
    },
    /// A vertex lies too near a pole.
    #[error(
        "{place}: latitude {latitude:.4} is beyond {MAX_LATITUDE}: shapes that reach a pole are not supported, keep within {MAX_LATITUDE} degrees"
    )]
    NearPole {
        /// Where.
        place: Place,
        /// As found.
        latitude: f64,
    },
    /// A ring goes once round the earth.
    #[error(
        "{place}: the ring goes round the pole or round the whole earth: split it into parts narrower than 180 degrees that do not hold the pole"
    )]
    RoundThePole {
        /// First vertex of the ring.
        place: Place,
    },
    /// Too few different vertices.
    #[error("{place}: expected at least {expected} different vertices, found {found}")]
    TooFew {
        /// First vertex of the ring or line.
        place: Place,
        /// Least number.
        expected: usize,
        /// Number of different vertices.
        found: usize,
    },
    /// Too many vertices.
    #[error(
        "expected at most {MAX_VERTICES} vertices, found {found}: simplify the shape or split it into several fences"
    )]
    TooMany {
        /// Number of vertices.
        found: usize,
    },
    /// The last vertex of a ring is not its first.
    #[error("{place}: the ring is open: repeat its first vertex at its end")]
    Open {
        /// The last vertex.
        place: Place,
    },
    /// A ring without area.
    #[error("{place}: the ring has no area: its vertices lie on one line")]
    NoArea {
        /// First vertex of the ring.
        place: Place,
    },
    /// Two edges cross.
    #[error("the edge that begins at {one} crosses the edge that begins at {other}: untangle the outline")]
    Crossing {
        /// Begin of one edge.
        one: Place,
        /// Begin of the other edge.
        other: Place,
    },
    /// A hole that lies outside its polygon.
    #[error("{place}: the hole lies outside its polygon: move it inside or make it a polygon of its own")]
    HoleOutside {
        /// First vertex of the hole.
        place: Place,
    },
    /// A polygon of a multipolygon that lies inside another.
    #[error("{place}: the polygon lies inside polygon {inside}: make it a hole or remove it")]
    Nested {
        /// First vertex of the polygon.
        place: Place,
        /// The polygon around it.
        inside: usize,
    },
    /// A radius or width out of range.
    #[error("expected a {what} of {} to {} metres, found {}", RADIUS_M.start() * factor, RADIUS_M.end() * factor, Number(*found))]
    Size {
        /// `radius` or `width`.
        what: &'static str,
        /// 1 for a radius, 2 for a width.
        factor: f64,
        /// As found.
        found: f64,
    },
    /// A floor above the ceiling, or a number that is none.
    #[error("expected a floor below the ceiling, found floor {} m and ceiling {} m", Number(*floor), Number(*ceiling))]
    Heights {
        /// As found.
        floor: f64,
        /// As found.
        ceiling: f64,
    },
}

impl Problem {
    /// A short name from a closed set, for counters.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Vertex {
                source: InvalidPoint::NotFinite { .. },
                ..
            } => "not_finite",
            Self::Vertex {
                source: InvalidPoint::Swapped { .. },
                ..
            } => "swapped_coordinates",
            Self::Vertex { .. } => "impossible_coordinates",
            Self::NearPole { .. } | Self::RoundThePole { .. } => "pole",
            Self::TooFew { .. } => "too_few_vertices",
            Self::TooMany { .. } => "too_many_vertices",
            Self::Open { .. } => "open_ring",
            Self::NoArea { .. } => "no_area",
            Self::Crossing { .. } => "self_crossing",
            Self::HoleOutside { .. } | Self::Nested { .. } => "nesting",
            Self::Size { .. } => "size",
            Self::Heights { .. } => "heights",
        }
    }
}
