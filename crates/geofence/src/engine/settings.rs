use serde::Deserialize;

/// What holds for all devices: section `[geofence]` of the configuration.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GeofenceConfig {
    /// How far behind the newest fix of a device a late one may be and still correct the record, in hours.
    pub horizon_hours: u32,
    /// Fixes kept for each device for such corrections; the oldest go first.
    pub history_fixes: u32,
    /// An event known later than this many seconds after it was confirmed is marked late.
    pub late_after_seconds: u32,
    /// A fix dated more than this many seconds after it was received is refused.
    pub future_seconds: u32,
    /// Silence that lets an exit or the begin of a schedule count without another fix, in seconds.
    pub settle_seconds: u32,
    /// Accuracy taken for a fix from radio towers that says none, in metres.
    pub cell_accuracy_m: f64,
    /// Accuracy taken for a fix from WiFi that says none, in metres.
    pub wifi_accuracy_m: f64,
    /// Longest pause between two fixes in which the way between them is taken as straight, in seconds.
    pub cross_gap_seconds: u32,
    /// Highest speed at which the way between two fixes is believed, in km/h.
    pub cross_speed_kmh: f64,
}

impl Default for GeofenceConfig {
    fn default() -> Self {
        Self {
            horizon_hours: 72,
            history_fixes: 50_000,
            late_after_seconds: 600,
            future_seconds: 300,
            settle_seconds: 60,
            cell_accuracy_m: 1_000.0,
            wifi_accuracy_m: 50.0,
            cross_gap_seconds: 600,
            cross_speed_kmh: 400.0,
        }
    }
}

/// [`GeofenceConfig`] in the engine's units.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub(super) horizon_ms: i64,
    pub(super) history_fixes: usize,
    pub(super) late_after_ms: i64,
    pub(super) future_ms: i64,
    pub(super) settle_ms: i64,
    pub(super) cell_accuracy_m: f64,
    pub(super) wifi_accuracy_m: f64,
    pub(super) cross_gap_ms: i64,
    pub(super) cross_metres_per_ms: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self::from(&GeofenceConfig::default())
    }
}

impl Settings {
    /// How long ended versions of fences are kept: as long as a late fix may ask for them, and a day.
    #[must_use]
    pub fn fence_retention_ms(&self) -> i64 {
        self.horizon_ms + 86_400_000
    }
}

impl From<&GeofenceConfig> for Settings {
    fn from(config: &GeofenceConfig) -> Self {
        let seconds = |seconds: u32| i64::from(seconds) * 1000;
        Self {
            horizon_ms: i64::from(config.horizon_hours) * 3_600_000,
            history_fixes: usize::try_from(config.history_fixes).unwrap_or(usize::MAX),
            late_after_ms: seconds(config.late_after_seconds),
            future_ms: seconds(config.future_seconds),
            settle_ms: seconds(config.settle_seconds),
            cell_accuracy_m: config.cell_accuracy_m,
            wifi_accuracy_m: config.wifi_accuracy_m,
            cross_gap_ms: seconds(config.cross_gap_seconds),
            cross_metres_per_ms: config.cross_speed_kmh / 3600.0,
        }
    }
}
