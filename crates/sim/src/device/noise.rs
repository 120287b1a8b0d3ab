//! How far a reported position is from the true one.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Parameters of one way of positioning, fitted to the traces that `docs/simulation.md` names.
///
/// Per axis the error is `accuracy × scale × g`, where `g` is a Gauss-Markov process of variance 1: consecutive fixes
/// share their error. A share of the time has the larger `poor_scale` (streets between tall buildings).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseModel {
    /// Median of the accuracy that the device states, in metres.
    pub accuracy_m: f64,
    /// Standard deviation of its logarithm.
    pub accuracy_ln_sd: f64,
    /// Error per axis as a share of the accuracy, most of the time.
    pub scale: f64,
    /// The same in poor reception.
    pub poor_scale: f64,
    /// Share of the time with poor reception.
    pub poor_share: f64,
    /// Seconds after which the correlation of two errors has fallen to 1/e.
    pub correlation_s: f64,
}

/// Satellites: fixes with an accuracy of at most 20 m.
pub const GNSS: NoiseModel = NoiseModel {
    accuracy_m: 10.0,
    accuracy_ln_sd: 0.47,
    scale: 0.58,
    poor_scale: 3.2,
    poor_share: 0.2,
    correlation_s: 35.0,
};

/// Satellites with help and WiFi: accuracy above 20 and up to 200 m.
pub const ASSISTED: NoiseModel = NoiseModel {
    accuracy_m: 65.0,
    accuracy_ln_sd: 0.52,
    scale: 0.25,
    poor_scale: 0.75,
    poor_share: 0.1,
    correlation_s: 35.0,
};

/// Towers: accuracy above 200 m.
pub const CELL: NoiseModel = NoiseModel {
    accuracy_m: 1383.0,
    accuracy_ln_sd: 1.29,
    scale: 0.14,
    poor_scale: 0.4,
    poor_share: 0.1,
    correlation_s: 35.0,
};

/// Mean seconds that poor reception lasts; not fitted, a street's length at town speed.
const POOR_LASTS_S: f64 = 45.0;

/// The error of one device as it goes along.
#[derive(Debug)]
pub struct Noise {
    rng: StdRng,
    time: f64,
    east: f64,
    north: f64,
    accuracy: f64,
    poor: bool,
}

/// Error of one fix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// Metres east of the truth.
    pub east_m: f64,
    /// Metres north of the truth.
    pub north_m: f64,
    /// Accuracy that the device believes in, metres.
    pub accuracy_m: f64,
}

impl Noise {
    /// Noise of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let (east, north) = normal_pair(&mut rng);
        let (accuracy, _) = normal_pair(&mut rng);
        Self {
            rng,
            time: 0.0,
            east,
            north,
            accuracy,
            poor: false,
        }
    }

    /// Error at `time` seconds, not before the last one asked for.
    pub fn at(&mut self, time: f64, model: &NoiseModel) -> Deviation {
        let dt = (time - self.time).max(0.0);
        self.time = time;
        let keep = (-dt / model.correlation_s).exp();
        let fresh = (1.0 - keep * keep).sqrt();
        let (east, north) = normal_pair(&mut self.rng);
        let (accuracy, _) = normal_pair(&mut self.rng);
        self.east = self.east * keep + east * fresh;
        self.north = self.north * keep + north * fresh;
        self.accuracy = self.accuracy * keep + accuracy * fresh;
        // A two-state chain whose stationary share of poor reception is the model's.
        if self.rng.random_bool(1.0 - (-dt / POOR_LASTS_S).exp()) {
            self.poor = self.rng.random_bool(model.poor_share);
        }
        let accuracy_m = model.accuracy_m * (self.accuracy * model.accuracy_ln_sd).exp();
        let scale = accuracy_m * if self.poor { model.poor_scale } else { model.scale };
        Deviation {
            east_m: self.east * scale,
            north_m: self.north * scale,
            accuracy_m,
        }
    }
}

/// Two independent values of the standard normal distribution (Box and Muller 1958).
fn normal_pair(rng: &mut StdRng) -> (f64, f64) {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    let angle = rng.random::<f64>() * std::f64::consts::TAU;
    (radius * angle.cos(), radius * angle.sin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_correlation_are_those_of_the_traces() {
        let mut noise = Noise::new(3);
        let samples: Vec<Deviation> = (0..200_000)
            .map(|i| noise.at(f64::from(i) * 10.0, &GNSS))
            .collect();
        let mut ratios: Vec<f64> = samples.iter().map(|d| d.east_m.abs() / d.accuracy_m).collect();
        ratios.sort_by(f64::total_cmp);
        let quantile = |share: f64| ratios[(share * ratios.len() as f64) as usize];
        // Cross-track error over stated accuracy in the traces: median 0.484, 90 % 2.08.
        assert!((quantile(0.5) - 0.484).abs() < 0.04, "median {}", quantile(0.5));
        assert!((quantile(0.9) - 2.08).abs() < 0.25, "90 % {}", quantile(0.9));
        let product: f64 = samples
            .windows(2)
            .map(|p| p[0].east_m.signum() * p[1].east_m.signum())
            .sum();
        // Signs of a Gaussian process with correlation r agree with expectation 2/π·asin(r); r(10 s) = 0.744 there.
        let expected = 2.0 / std::f64::consts::PI * 0.744_f64.asin();
        let found = product / samples.len() as f64;
        assert!((found - expected).abs() < 0.03, "{found} {expected}");
    }
}
