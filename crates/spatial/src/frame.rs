use crate::Point;
use crate::point::wrap;

/// Equatorial radius of WGS-84 in metres (NIMA TR8350.2, table 3.1).
const A: f64 = 6_378_137.0;
/// Flattening of WGS-84 (NIMA TR8350.2, table 3.1).
const F: f64 = 1.0 / 298.257_223_563;
/// First eccentricity squared.
const E2: f64 = F * (2.0 - F);

/// A flat metric frame around a place: east and north in metres, from the radii of curvature of the ellipsoid.
///
/// Straight lines in longitude and latitude stay straight in it, so that a fence's edges keep their meaning. Lengths
/// are right to 1 part in 5,000 within 1 km of the origin at 60° latitude, and better towards the equator; what has to
/// be exact goes through [`crate::distance::geodesic`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    origin: Point,
    /// Metres of one degree of longitude at the origin's latitude.
    pub metres_per_degree_east: f64,
    /// Metres of one degree of latitude at the origin's latitude.
    pub metres_per_degree_north: f64,
}

impl Frame {
    /// The frame around `origin`.
    #[must_use]
    pub fn at(origin: Point) -> Self {
        Self {
            origin,
            ..Self::at_latitude(origin.latitude)
        }
    }

    /// The frame around the point of that latitude on the prime meridian.
    #[must_use]
    pub fn at_latitude(latitude: f64) -> Self {
        let (sin, cos) = latitude.to_radians().sin_cos();
        let w2 = 1.0 - E2 * sin * sin;
        let prime_vertical = A / w2.sqrt();
        let meridian = prime_vertical * (1.0 - E2) / w2;
        Self {
            origin: Point {
                latitude,
                longitude: 0.0,
            },
            metres_per_degree_east: prime_vertical * cos * std::f64::consts::PI / 180.0,
            metres_per_degree_north: meridian * std::f64::consts::PI / 180.0,
        }
    }

    /// East and north of the origin in metres.
    #[must_use]
    pub fn to_metres(&self, point: Point) -> [f64; 2] {
        [
            wrap(point.longitude - self.origin.longitude) * self.metres_per_degree_east,
            (point.latitude - self.origin.latitude) * self.metres_per_degree_north,
        ]
    }

    /// The point that lies `east` and `north` metres from the origin.
    #[must_use]
    pub fn to_point(&self, [east, north]: [f64; 2]) -> Point {
        Point {
            latitude: self.origin.latitude + north / self.metres_per_degree_north,
            longitude: wrap(self.origin.longitude + east / self.metres_per_degree_east),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance;

    #[test]
    fn a_kilometre_keeps_its_length_and_comes_back() {
        for latitude in [-60.0, -31.2, 0.0, 40.0, 60.0] {
            let origin = Point::new(latitude, -179.999).unwrap();
            let frame = Frame::at(origin);
            for azimuth in [0.0, 60.0, 135.0, 270.0] {
                let there = distance::destination(origin, azimuth, 1_000.0);
                let [east, north] = frame.to_metres(there);
                let length = east.hypot(north);
                assert!((length - 1_000.0).abs() <= 0.2, "{latitude} {azimuth}: {length}");
                let back = frame.to_point([east, north]);
                assert!(distance::geodesic(back, there) < 1e-6);
            }
        }
    }
}
