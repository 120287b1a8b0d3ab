//! BD-09, Baidu's turn and stretch of GCJ-02. Constants as all open implementations have them.

use std::f64::consts::PI;

use crate::Point;

const X_PI: f64 = PI * 3000.0 / 180.0;
const SHIFT_EAST: f64 = 0.0065;
const SHIFT_NORTH: f64 = 0.006;
/// Steps of the inverse; each gains about four digits.
const MAX_STEPS: usize = 16;
/// Where the inverse stops, in degrees: about a tenth of a micrometre.
const CLOSE_ENOUGH: f64 = 1e-12;

/// The GCJ-02 point as BD-09 has it.
pub(super) fn from_gcj02(point: Point) -> Point {
    let (x, y) = (point.longitude, point.latitude);
    let radius = x.hypot(y) + 0.000_02 * (y * X_PI).sin();
    let angle = y.atan2(x) + 0.000_003 * (x * X_PI).cos();
    Point {
        latitude: radius * angle.sin() + SHIFT_NORTH,
        longitude: radius * angle.cos() + SHIFT_EAST,
    }
}

/// Solves [`from_gcj02`] for its argument; the closed form in common use is off by centimetres.
pub(super) fn to_gcj02(point: Point) -> Point {
    let mut guess = Point {
        latitude: point.latitude - SHIFT_NORTH,
        longitude: point.longitude - SHIFT_EAST,
    };
    for _ in 0..MAX_STEPS {
        let there = from_gcj02(guess);
        let (missing_north, missing_east) =
            (point.latitude - there.latitude, point.longitude - there.longitude);
        guess.latitude += missing_north;
        guess.longitude += missing_east;
        if missing_north.abs().max(missing_east.abs()) < CLOSE_ENOUGH {
            break;
        }
    }
    guess
}
