use crate::engine::{Config, Fix, Millis, Place, measured_m};

/// Metres travelled between two times as a claim would have it, whatever trips were found. What lies between the last
/// fix before and the first one within is shared out by time.
#[must_use]
pub fn between_m(fixes: &[Fix], start: Millis, end: Millis, config: &Config) -> Option<f64> {
    measured_m(fixes, start, end, config)
}

/// Metres of trips per hour that the records count between two times at which the device stood.
#[must_use]
pub fn phantom_m_per_h(trips: &[(Millis, Millis, f64)], start: Millis, end: Millis) -> f64 {
    let counted: f64 = trips
        .iter()
        .map(|(from, until, metres)| {
            let common = (end.min(*until) - start.max(*from)).max(0);
            metres * common as f64 / (until - from).max(1) as f64
        })
        .sum();
    counted / ((end - start).max(1) as f64 / 3.6e6)
}

/// Metres of a trip's path per hour between two times at which the device stood; what lies between two points of the
/// path is shared out by time.
#[must_use]
pub fn path_m_per_h(paths: &[Vec<(Millis, Place)>], start: Millis, end: Millis) -> f64 {
    let steps = paths.iter().flat_map(|path| path.iter().zip(path.iter().skip(1)));
    let within: f64 = steps
        .map(|((from, a), (until, b))| {
            let common = (end.min(*until) - start.max(*from)).max(0);
            a.distance_m(b) * common as f64 / (until - from).max(1) as f64
        })
        .sum();
    within / ((end - start).max(1) as f64 / 3.6e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_counts_where_it_moves_and_not_over_the_whole_trip() {
        let home = Place::new(31.2, 121.4);
        let away = home.moved_m(0.0, 6000.0);
        let path = vec![(0, home), (600_000, away), (1_200_000, away.moved_m(0.0, 60.0))];
        let hourly = path_m_per_h(&[path], 600_000, 1_200_000);
        assert!((hourly - 360.0).abs() < 1.0, "{hourly}");
        let shared = phantom_m_per_h(&[(0, 1_200_000, 6060.0)], 600_000, 1_200_000);
        assert!((shared - 18_180.0).abs() < 1.0, "{shared}");
    }
}
