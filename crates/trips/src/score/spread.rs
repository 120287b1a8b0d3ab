/// Middle and far end of a row of errors.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Spread {
    /// Half of the errors are smaller.
    pub median: f64,
    /// Nine tenths of the errors are smaller.
    pub p90: f64,
}

impl Spread {
    /// Of `errors`; `None` of none.
    #[must_use]
    pub fn of(errors: &[f64]) -> Option<Self> {
        let mut sorted = errors.to_vec();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        let median = (sorted[last / 2] + sorted[sorted.len() / 2]) / 2.0;
        Some(Self {
            median,
            p90: sorted[(sorted.len() * 9 / 10).min(last)],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn an_even_number_of_errors_has_its_median_between_the_middle_ones() {
        assert_eq!(
            Spread::of(&[4.0, 1.0, 2.0, 3.0]),
            Some(Spread {
                median: 2.5,
                p90: 4.0
            })
        );
        assert_eq!(Spread::of(&[]), None);
    }
}
