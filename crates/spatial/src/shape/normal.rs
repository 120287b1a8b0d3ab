//! The normal distribution in one dimension, and Owen's T function, which gives it over half-open sectors of the plane.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use super::quadrature::gauss_legendre;

/// Probability that a standard normal variable is below `x`; absolute error below 1.2e-7.
pub(super) fn cdf(x: f64) -> f64 {
    0.5 * erfc(-x * FRAC_1_SQRT_2)
}

/// How many deviations beyond a straight border a fix has to be for the probability of being inside to fall to `probability`
/// (0 up to 0.5).
///
/// ```
/// let deviations = spatial::deviations_beyond(0.15);
/// assert!((deviations - 1.036).abs() < 0.001);
/// ```
#[must_use]
pub fn deviations_beyond(probability: f64) -> f64 {
    let (mut low, mut high) = (0.0, 9.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if cdf(-middle) > probability {
            low = middle
        } else {
            high = middle
        }
    }
    high
}

/// Complementary error function (Press et al., *Numerical Recipes*, section 6.2: a Chebyshev fit, relative error
/// below 1.2e-7).
fn erfc(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 10] = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let magnitude = x.abs();
    if magnitude > 6.5 {
        return if x > 0.0 { 0.0 } else { 2.0 };
    }
    let t = 1.0 / (1.0 + 0.5 * magnitude);
    let polynomial = COEFFICIENTS
        .iter()
        .rev()
        .fold(0.0, |sum, coefficient| sum * t + coefficient);
    let tail = t * (-magnitude * magnitude + polynomial).exp();
    if x >= 0.0 { tail } else { 2.0 - tail }
}

/// Owen's T function: the probability of the region between the x axis and a line of slope `a`, right of `h`
/// (Owen, *Tables for computing bivariate normal probabilities*, 1956). Absolute error below 1e-6.
pub(super) fn owens_t(h: f64, a: f64) -> f64 {
    let slope = a.abs();
    let h = h.abs();
    let value = if slope <= 1.0 {
        small_slope(h, slope)
    } else {
        // Owen's relation for steep lines.
        let (right, above) = (cdf(h), cdf(slope * h));
        0.5 * right + 0.5 * above - right * above - small_slope(slope * h, 1.0 / slope)
    };
    value.copysign(a)
}

fn small_slope(h: f64, a: f64) -> f64 {
    if h > 6.5 {
        return 0.0;
    }
    gauss_legendre(0.0, a, |x| {
        let grown = 1.0 + x * x;
        (-0.5 * h * h * grown).exp() / grown
    }) / TAU
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        for (x, expected) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746),
            (-1.0, 0.158_655_254),
            (2.0, 0.977_249_868),
            (-3.0, 0.001_349_898),
        ] {
            assert!((cdf(x) - expected).abs() < 2e-7, "{x}");
        }
        // T(0, a) = atan(a) / 2π and T(h, 1) = Φ(h)(1 − Φ(h)) / 2.
        assert!((owens_t(0.0, 2.5) - 2.5_f64.atan() / TAU).abs() < 1e-6);
        assert!((owens_t(0.7, 1.0) - cdf(0.7) * (1.0 - cdf(0.7)) / 2.0).abs() < 1e-6);
        assert!((owens_t(0.5, -3.0) + owens_t(0.5, 3.0)).abs() < 1e-12);
    }
}
