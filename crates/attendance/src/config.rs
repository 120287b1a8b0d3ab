use serde::Deserialize;

/// Section `[attendance]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttendanceConfig {
    /// Days that facts are kept and may still revise.
    pub keep_days: u32,
    /// Quiet time until the clock is believed after a start or while old records are read, seconds.
    pub catch_up_seconds: u32,
}

impl Default for AttendanceConfig {
    fn default() -> Self {
        Self {
            keep_days: 45,
            catch_up_seconds: 10,
        }
    }
}

impl AttendanceConfig {
    /// Notes values that cannot work, as `runtime::config::Settings::checked` wants them.
    pub fn check(&self, wrong: &mut Vec<(String, String)>) {
        let mut expect = |key: &str, fits: bool, range: &str, found: u32| {
            if !fits {
                wrong.push((key.to_owned(), format!("expected {range}, found {found}")));
            }
        };
        let (days, seconds) = (self.keep_days, self.catch_up_seconds);
        expect("keep_days", (2..=400).contains(&days), "2 to 400 days", days);
        expect(
            "catch_up_seconds",
            seconds <= 3600,
            "at most 3600 seconds",
            seconds,
        );
    }
}
