use crate::engine::{Config, Fix, Millis, measured_m};

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
