use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// Turns simulated time into real time.
///
/// Simulated time runs `speed` times as fast as real time until it has caught up with it; from then on both are the
/// same, since a device cannot report from the future.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Real begin.
    begin: Instant,
    /// Simulated seconds at the begin.
    from: f64,
    speed: f64,
    /// Simulated time at which it has caught up.
    caught_up: f64,
}

impl Clock {
    /// A clock that begins now at `from` seconds after the world's `start`; `now` is the real time.
    #[must_use]
    pub fn new(start: Timestamp, from: f64, speed: f64, now: Timestamp) -> Self {
        let behind = now.duration_since(start).as_secs_f64() - from;
        let speed = if behind <= 0.0 { 1.0 } else { speed.max(1.0) };
        let caught_up = if speed > 1.0 {
            from + behind * speed / (speed - 1.0)
        } else {
            from
        };
        Self {
            begin: Instant::now(),
            from,
            speed,
            caught_up,
        }
    }

    /// Real moment of the simulated time `t`.
    #[must_use]
    pub fn moment(&self, t: f64) -> Instant {
        let fast = (t.min(self.caught_up) - self.from).max(0.0) / self.speed;
        let real = (t - self.caught_up.max(self.from)).max(0.0);
        self.begin + Duration::from_secs_f64(fast + real)
    }

    /// How many times faster simulated time runs at the begin.
    #[must_use]
    pub fn speed(&self) -> f64 {
        self.speed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fast_until_it_has_caught_up_then_real_time() {
        let start: Timestamp = "2026-03-02T00:00:00+08:00".parse().unwrap();
        let now: Timestamp = "2026-03-02T10:00:00+08:00".parse().unwrap();
        let clock = Clock::new(start, 8.0 * 3600.0, 61.0, now);
        let at = |t: f64| (clock.moment(t) - clock.moment(8.0 * 3600.0)).as_secs_f64();
        assert!((at(9.0 * 3600.0) - 3600.0 / 61.0).abs() < 1e-6);
        // 7,200 s behind at 61 times the speed: caught up after 120 s, at 10:02.
        assert!((at(10.0 * 3600.0 + 120.0) - 120.0).abs() < 1e-6);
        assert!((at(10.0 * 3600.0 + 180.0) - 180.0).abs() < 1e-6);
    }
}
