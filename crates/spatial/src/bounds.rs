use crate::Point;

/// A rectangle in degrees that holds something. Longitudes may pass 180 or -180 where the thing does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Smallest longitude.
    pub west: f64,
    /// Smallest latitude.
    pub south: f64,
    /// Largest longitude.
    pub east: f64,
    /// Largest latitude.
    pub north: f64,
}

impl Bounds {
    /// Holds nothing, and grows with [`Bounds::add`].
    pub(crate) const EMPTY: Self = Self {
        west: f64::INFINITY,
        south: f64::INFINITY,
        east: f64::NEG_INFINITY,
        north: f64::NEG_INFINITY,
    };

    /// The bounds of one point.
    #[must_use]
    pub fn at(point: Point) -> Self {
        Self {
            west: point.longitude,
            south: point.latitude,
            east: point.longitude,
            north: point.latitude,
        }
    }

    /// The bounds of the straight way from `a` to `b`, over the antimeridian where that is shorter.
    #[must_use]
    pub fn between(a: Point, b: Point) -> Self {
        let east = a.longitude + crate::point::wrap(b.longitude - a.longitude);
        let mut bounds = Self::at(a);
        bounds.add([east, b.latitude]);
        bounds
    }

    /// Bounds that reach `metres` farther on each side. Latitudes are cut at the poles.
    #[must_use]
    pub fn grown(self, metres: f64) -> Self {
        if metres <= 0.0 {
            return self;
        }
        // Degrees of longitude are shortest on the side towards the pole; a thousandth more covers the curvature.
        let degrees_north = metres * 1.001 / 110_574.0;
        let south = (self.south - degrees_north).max(-90.0);
        let north = (self.north + degrees_north).min(90.0);
        let shortest = south.abs().max(north.abs()).to_radians().cos();
        let degrees_east = (metres * 1.001 / (111_319.0 * shortest)).min(180.0);
        Self {
            west: self.west - degrees_east,
            south,
            east: self.east + degrees_east,
            north,
        }
    }

    /// The same rectangle `degrees` farther east.
    #[must_use]
    pub(crate) fn turned(self, degrees: f64) -> Self {
        Self {
            west: self.west + degrees,
            east: self.east + degrees,
            ..self
        }
    }

    /// Grows to hold a vertex, longitude first.
    pub(crate) fn add(&mut self, [longitude, latitude]: [f64; 2]) {
        self.west = self.west.min(longitude);
        self.east = self.east.max(longitude);
        self.south = self.south.min(latitude);
        self.north = self.north.max(latitude);
    }

    /// True when the vertex, longitude first, lies in the rectangle or on its border.
    pub(crate) fn holds(&self, [longitude, latitude]: [f64; 2]) -> bool {
        self.west <= longitude && longitude <= self.east && self.south <= latitude && latitude <= self.north
    }

    /// The copy of the longitude, a whole turn away or not, that lies nearest to the middle of the rectangle.
    pub(crate) fn nearest_copy(&self, longitude: f64) -> f64 {
        let off = longitude - f64::midpoint(self.west, self.east);
        if off > 180.0 {
            longitude - 360.0
        } else if off < -180.0 {
            longitude + 360.0
        } else {
            longitude
        }
    }

    /// Area of the rectangle in square degrees.
    pub(crate) fn square_degrees(&self) -> f64 {
        (self.east - self.west) * (self.north - self.south)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance;

    #[test]
    fn grown_bounds_hold_everything_within_the_distance() {
        for latitude in [-85.0, -40.0, 0.0, 60.0, 88.0] {
            let centre = Point::new(latitude, 10.0).unwrap();
            let bounds = Bounds::at(centre).grown(5_000.0);
            for azimuth in 0..360 {
                let there = distance::destination(centre, f64::from(azimuth), 5_000.0);
                assert!(
                    bounds.holds([there.longitude, there.latitude]),
                    "{latitude} {azimuth}"
                );
            }
        }
    }
}
