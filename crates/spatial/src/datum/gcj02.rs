//! GCJ-02, the obfuscated system of Chinese maps. There is no official text; the constants are those that all open
//! implementations share (Krasovsky 1940 ellipsoid, a sum of sines).

use std::f64::consts::PI;

use crate::Point;

/// Equatorial radius of the Krasovsky 1940 ellipsoid in metres.
const A: f64 = 6_378_245.0;
/// Its first eccentricity squared, as the implementations have it.
const E2: f64 = 0.006_693_421_622_965_943;
/// Steps of the inverse; each gains about two digits.
const MAX_STEPS: usize = 16;
/// Where the inverse stops, in degrees: about a tenth of a micrometre.
const CLOSE_ENOUGH: f64 = 1e-12;

/// The WGS-84 point as GCJ-02 has it.
pub(super) fn from_wgs84(point: Point) -> Point {
    if !in_china(point) {
        return point;
    }
    let [north, east] = shift(point);
    Point {
        latitude: point.latitude + north,
        longitude: point.longitude + east,
    }
}

/// Solves [`from_wgs84`] for its argument: the shift changes slowly, so stepping by what is still missing converges.
pub(super) fn to_wgs84(point: Point) -> Point {
    if !in_china(point) {
        return point;
    }
    let mut guess = point;
    for _ in 0..MAX_STEPS {
        let [north, east] = shift(guess);
        let (missing_north, missing_east) = (
            point.latitude - guess.latitude - north,
            point.longitude - guess.longitude - east,
        );
        guess.latitude += missing_north;
        guess.longitude += missing_east;
        if missing_north.abs().max(missing_east.abs()) < CLOSE_ENOUGH {
            break;
        }
    }
    guess
}

/// The rectangle in which the shift is applied, degrees.
fn in_china(point: Point) -> bool {
    (0.8293..=55.8271).contains(&point.latitude) && (72.004..=137.8347).contains(&point.longitude)
}

/// North and east shift in degrees.
fn shift(point: Point) -> [f64; 2] {
    let (x, y) = (point.longitude - 105.0, point.latitude - 35.0);
    let common = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let root = x.abs().sqrt();

    let mut north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common;
    north += (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0;
    north += (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;

    let mut east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common;
    east += (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0;
    east += (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;

    let (sin, cos) = point.latitude.to_radians().sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let w = w2.sqrt();
    [
        north.to_degrees() / (A * (1.0 - E2) / (w2 * w)),
        east.to_degrees() / (A / w * cos),
    ]
}
