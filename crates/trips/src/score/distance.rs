use crate::engine::{Config, Fix, Millis, Place, measured_m};

/// Metres travelled between two times as a claim would have it, whatever trips were found. What lies between the last
/// fix before and the first one within is shared out by time.
#[must_use]
pub fn between_m(fixes: &[Fix], start: Millis, end: Millis, config: &Config) -> Option<f64> {
    measured_m(fixes, start, end, config)
}

/// Metres per hour that a trip counts between two times at which the device stood: the part of its path there, to the
/// scale of its distance. What lies between two points of the path is shared out by time.
#[must_use]
pub fn phantom_m_per_h(trips: &[(Vec<(Millis, Place)>, f64)], start: Millis, end: Millis) -> f64 {
    let counted: f64 = trips
        .iter()
        .map(|(path, metres)| {
            let (mut within, mut whole) = (0.0, 0.0);
            for ((from, a), (until, b)) in path.iter().zip(path.iter().skip(1)) {
                let common = (end.min(*until) - start.max(*from)).max(0);
                let step = a.distance_m(b);
                whole += step;
                within += step * common as f64 / (until - from).max(1) as f64;
            }
            if whole > 0.0 { metres * within / whole } else { 0.0 }
        })
        .sum();
    counted / ((end - start).max(1) as f64 / 3.6e6)
}

/// Metres from the beginning of `route` to its point nearest to `place`, and metres to that point.
#[must_use]
pub fn along_m(route: &[Place], place: &Place) -> Option<(f64, f64)> {
    let mut gone = 0.0;
    let mut nearest: Option<(f64, f64)> = None;
    for (a, b) in route.iter().zip(route.iter().skip(1)) {
        let (east, north) = a.offset_m(b);
        let (x, y) = a.offset_m(place);
        let square = east * east + north * north;
        let share = if square > 0.0 {
            ((x * east + y * north) / square).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let off = (x - share * east).hypot(y - share * north);
        if nearest.is_none_or(|(_, least)| off < least) {
            nearest = Some((gone + share * square.sqrt(), off));
        }
        gone += square.sqrt();
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trip_counts_where_its_path_moves() {
        let home = Place::new(31.2, 121.4);
        let away = home.moved_m(0.0, 6000.0);
        let path = vec![(0, home), (600_000, away), (1_200_000, away.moved_m(0.0, 60.0))];
        let hourly = phantom_m_per_h(&[(path.clone(), 6060.0)], 600_000, 1_200_000);
        assert!((hourly - 360.0).abs() < 1.0, "{hourly}");
        // the same path of a trip that claims twice the metres
        let claimed = phantom_m_per_h(&[(path, 12_120.0)], 600_000, 1_200_000);
        assert!((claimed - 720.0).abs() < 2.0, "{claimed}");
    }

    #[test]
    fn a_place_beside_a_route_is_so_far_along_it() {
        let start = Place::new(31.2, 121.4);
        let corner = start.moved_m(1000.0, 0.0);
        let route = [start, corner, corner.moved_m(0.0, 500.0)];
        let (along, off) = along_m(&route, &corner.moved_m(20.0, 100.0)).expect("a route");
        assert!(
            (along - 1100.0).abs() < 1.0 && (off - 20.0).abs() < 0.5,
            "{along} {off}"
        );
        assert_eq!(along_m(&route[..1], &start), None);
    }
}
