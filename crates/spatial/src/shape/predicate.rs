//! Exact questions about points and edges in the plane of longitude and latitude.

use geo::Coord;
use geo::kernels::{Kernel, Orientation, RobustKernel};

/// Which side of the directed line from `a` to `b` the vertex `c` is on: positive left, negative right, 0 exactly on
/// the line. The sign is right for all floating point numbers (Shewchuk's adaptive predicates).
pub(super) fn side(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    // Far from the line the plain determinant has the right sign: its rounding error is below this bound.
    const ERROR: f64 = 4.0 * f64::EPSILON;
    let left = (a[0] - c[0]) * (b[1] - c[1]);
    let right = (a[1] - c[1]) * (b[0] - c[0]);
    let determinant = left - right;
    if determinant.abs() > ERROR * (left.abs() + right.abs()) {
        return determinant;
    }
    match RobustKernel::orient2d(coord(a), coord(b), coord(c)) {
        Orientation::CounterClockwise => 1.0,
        Orientation::Clockwise => -1.0,
        Orientation::Collinear => 0.0,
    }
}

/// True when two edges cross in their insides; sharing an end or touching is no crossing.
pub(super) fn cross(a: [f64; 2], b: [f64; 2], c: [f64; 2], d: [f64; 2]) -> bool {
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

fn coord([x, y]: [f64; 2]) -> Coord<f64> {
    Coord { x, y }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_one_rounding_step_off_a_line_is_seen() {
        let (a, b) = ([12.0, 12.0], [24.0, 24.0]);
        assert_eq!(side(a, b, [0.5, 0.5]), 0.0);
        assert!(side(a, b, [0.5, 0.5_f64.next_up()]) > 0.0);
        assert!(side(a, b, [0.5, 0.5_f64.next_down()]) < 0.0);
    }

    #[test]
    fn touching_is_no_crossing() {
        assert!(cross([0.0, 0.0], [2.0, 2.0], [0.0, 2.0], [2.0, 0.0]));
        assert!(!cross([0.0, 0.0], [2.0, 2.0], [1.0, 1.0], [2.0, 0.0]));
        assert!(!cross([0.0, 0.0], [2.0, 2.0], [2.0, 2.0], [3.0, 0.0]));
    }
}
