use serde::Serialize;

/// A point of the simulated town in metres east (`x`) and north (`y`) of its centre.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Metres east.
    pub x: f64,
    /// Metres north.
    pub y: f64,
}

impl Point {
    /// A point `x` metres east and `y` metres north of the centre.
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// Distance in metres.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point `fraction` of the way to `other`.
    #[must_use]
    pub fn towards(self, other: Self, fraction: f64) -> Self {
        Self::new(
            self.x + (other.x - self.x) * fraction,
            self.y + (other.y - self.y) * fraction,
        )
    }

    /// Course to `other` in degrees, north 0, clockwise, 0 to 360.
    #[must_use]
    pub fn heading_to(self, other: Self) -> f64 {
        (other.x - self.x)
            .atan2(other.y - self.y)
            .to_degrees()
            .rem_euclid(360.0)
    }

    /// The point moved by `metres` along `heading_deg`.
    #[must_use]
    pub fn moved(self, heading_deg: f64, metres: f64) -> Self {
        let (sin, cos) = heading_deg.to_radians().sin_cos();
        Self::new(self.x + metres * sin, self.y + metres * cos)
    }
}

/// Degrees of WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Degrees {
    /// North positive.
    pub latitude: f64,
    /// East positive.
    pub longitude: f64,
}

/// The town's centre, Wuhan, in WGS-84.
pub const CENTRE: Degrees = Degrees {
    latitude: 30.56,
    longitude: 114.31,
};

/// Converts a point of the plane to degrees.
///
/// The length of a degree is that of the WGS-84 ellipsoid at the point's own latitude, so that distances on the plane
/// are within 0.01 % of geodesic ones everywhere in the town east and west as well as north and south.
#[must_use]
pub fn to_degrees(point: Point) -> Degrees {
    let latitude = CENTRE.latitude + point.y / metres_per_latitude(CENTRE.latitude);
    Degrees {
        latitude,
        longitude: CENTRE.longitude + point.x / metres_per_longitude(latitude),
    }
}

/// Converts degrees to a point of the plane; the inverse of [`to_degrees`].
#[must_use]
pub fn to_point(degrees: Degrees) -> Point {
    Point::new(
        (degrees.longitude - CENTRE.longitude) * metres_per_longitude(degrees.latitude),
        (degrees.latitude - CENTRE.latitude) * metres_per_latitude(CENTRE.latitude),
    )
}

/// Series of the meridian's length on WGS-84.
fn metres_per_latitude(latitude: f64) -> f64 {
    let phi = latitude.to_radians();
    111_132.92 - 559.82 * (2.0 * phi).cos() + 1.175 * (4.0 * phi).cos()
}

/// Series of the parallel's length on WGS-84.
fn metres_per_longitude(latitude: f64) -> f64 {
    let phi = latitude.to_radians();
    111_412.84 * phi.cos() - 93.5 * (3.0 * phi).cos() + 0.118 * (5.0 * phi).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_and_points_convert_both_ways() {
        for point in [
            Point::new(0.0, 0.0),
            Point::new(12_345.6, -9_876.5),
            Point::new(-7.0, 8_000.0),
        ] {
            assert!(to_point(to_degrees(point)).distance(point) < 1e-6, "{point:?}");
        }
    }

    #[test]
    fn headings_are_compass_courses() {
        let origin = Point::default();
        assert!((origin.heading_to(Point::new(0.0, 1.0)) - 0.0).abs() < 1e-9);
        assert!((origin.heading_to(Point::new(1.0, 0.0)) - 90.0).abs() < 1e-9);
        assert!((origin.heading_to(Point::new(-1.0, 0.0)) - 270.0).abs() < 1e-9);
        assert!(origin.moved(90.0, 5.0).distance(Point::new(5.0, 0.0)) < 1e-9);
    }
}
