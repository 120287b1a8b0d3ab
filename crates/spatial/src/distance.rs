//! Distances and directions on the WGS-84 ellipsoid.
//!
//! [`geodesic`] is exact to nanometres and costs about a microsecond (Karney, *Algorithms for geodesics*, 2013).
//! [`approximate`] costs a few nanoseconds; its error is stated there and held by a test.

use std::sync::LazyLock;

use geographiclib_rs::{DirectGeodesic, Geodesic, InverseGeodesic};

use crate::Point;
use crate::frame::Frame;
use crate::point::wrap;

static WGS84: LazyLock<Geodesic> = LazyLock::new(Geodesic::wgs84);

/// Length in metres of the shortest way between two points on the ellipsoid.
///
/// ```
/// use spatial::{Point, distance::geodesic};
/// let shanghai = Point::new(31.2304, 121.4737)?;
/// let urumqi = Point::new(43.8256, 87.6168)?;
/// assert!((geodesic(shanghai, urumqi) - 3_272_838.44).abs() < 0.01);
/// # Ok::<(), spatial::InvalidPoint>(())
/// ```
#[must_use]
pub fn geodesic(a: Point, b: Point) -> f64 {
    WGS84.inverse(a.latitude, a.longitude, b.latitude, b.longitude)
}

/// Length in metres of the way between two points that are near each other: the length in the [`Frame`] of their
/// middle latitude.
///
/// Up to 10 km apart and 70° from the equator it differs from [`geodesic`] by at most 1 part in 100,000; up to 1 km by at most 1 part in
/// a million. Farther apart it falls back to [`geodesic`].
#[must_use]
pub fn approximate(a: Point, b: Point) -> f64 {
    let east = wrap(b.longitude - a.longitude);
    let north = b.latitude - a.latitude;
    if east.abs() > 0.25 || north.abs() > 0.1 || a.latitude.abs() > 70.0 {
        return geodesic(a, b);
    }
    let frame = Frame::at_latitude(f64::midpoint(a.latitude, b.latitude));
    let (east, north) = (
        east * frame.metres_per_degree_east,
        north * frame.metres_per_degree_north,
    );
    // The squares are far from the limits of a number, and a root costs a fraction of `hypot`.
    (east * east + north * north).sqrt()
}

/// The point `metres` away from `start` in the direction `azimuth` (degrees, north 0, clockwise).
#[must_use]
pub fn destination(start: Point, azimuth: f64, metres: f64) -> Point {
    let (latitude, longitude) = WGS84.direct(start.latitude, start.longitude, azimuth, metres);
    Point { latitude, longitude }
}

/// Direction in which the shortest way from `a` to `b` begins: degrees from 0 up to 360, north 0, clockwise.
#[must_use]
pub fn azimuth(a: Point, b: Point) -> f64 {
    let (_, azimuth, _, _): (f64, f64, f64, f64) =
        WGS84.inverse(a.latitude, a.longitude, b.latitude, b.longitude);
    azimuth.rem_euclid(360.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: f64, longitude: f64) -> Point {
        Point::new(latitude, longitude).unwrap()
    }

    #[test]
    fn known_lengths_on_the_ellipsoid() {
        // A degree of the equator and the quarter of a meridian, from the WGS-84 defining constants.
        assert!((geodesic(point(0.0, 0.0), point(0.0, 1.0)) - 111_319.490_793_273_57).abs() < 1e-6);
        assert!((geodesic(point(0.0, 7.0), point(90.0, 7.0)) - 10_001_965.729_312_7).abs() < 1e-4);
        // Across the antimeridian the way is short.
        assert!((geodesic(point(0.0, 179.5), point(0.0, -179.5)) - 111_319.490_793).abs() < 1e-4);
    }

    #[test]
    fn the_approximation_keeps_its_stated_error() {
        let mut worst_near = 0.0_f64;
        let mut worst_far = 0.0_f64;
        for latitude in (-70..=70).step_by(5) {
            for azimuth in (0..360).step_by(15) {
                for metres in [0.5, 10.0, 150.0, 1_000.0, 5_000.0, 10_000.0] {
                    let a = point(f64::from(latitude), 179.98);
                    let b = destination(a, f64::from(azimuth), metres);
                    let error = (approximate(a, b) - metres).abs() / metres;
                    if metres <= 1_000.0 {
                        worst_near = worst_near.max(error);
                    } else {
                        worst_far = worst_far.max(error);
                    }
                }
            }
        }
        assert!(worst_near <= 1e-6, "{worst_near:e}");
        assert!(worst_far <= 1e-5, "{worst_far:e}");
    }

    #[test]
    fn direction_and_destination_belong_together() {
        let a = point(40.0, 116.0);
        for asked in [0.0, 45.0, 90.0, 222.0, 359.0] {
            let b = destination(a, asked, 500.0);
            assert!((geodesic(a, b) - 500.0).abs() < 1e-6);
            assert!((azimuth(a, b) - asked).abs() < 1e-6);
        }
    }
}
