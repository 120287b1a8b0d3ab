use crate::world::TowerId;

/// How a device found a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Satellites.
    Gnss,
    /// Satellites with help, or WiFi.
    Assisted,
    /// Towers only: the device has no coordinates, somebody else must find them.
    Cell,
}

impl Source {
    /// Name in files, as in the positions' JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gnss => "gnss",
            Self::Assisted => "assisted",
            Self::Cell => "cell",
        }
    }
}

/// Alarms of one fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Alarms {
    /// The button was pressed.
    pub sos: bool,
    /// Faster than the device's own limit.
    pub overspeed: bool,
    /// External power is gone.
    pub power_cut: bool,
    /// The battery is nearly empty.
    pub low_battery: bool,
}

impl Alarms {
    /// True when any is set.
    #[must_use]
    pub const fn any(self) -> bool {
        self.sos || self.overspeed || self.power_cut || self.low_battery
    }
}

/// A tower as heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeardTower {
    /// Which.
    pub id: TowerId,
    /// Strength, 0 weakest to 255 strongest.
    pub signal: u8,
}

/// One position as the device believes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// Unix seconds by the device's clock.
    pub time: i64,
    /// Way of positioning.
    pub source: Source,
    /// False: no fix, the coordinates are zero.
    pub valid: bool,
    /// Degrees WGS-84, north positive. For [`Source::Cell`] what a good locator would find; the device does not send it.
    pub latitude: f64,
    /// Degrees WGS-84, east positive.
    pub longitude: f64,
    /// Metres; not sent by these protocols, for the truth files.
    pub accuracy_m: f64,
    /// Metres above sea level.
    pub altitude_m: f64,
    /// km/h.
    pub speed_kmh: f64,
    /// Degrees, 0 to 359.
    pub heading_deg: u16,
    /// Satellites used.
    pub satellites: u8,
    /// Ignition; none where the device hangs on nothing.
    pub acc_on: Option<bool>,
    /// Metres driven since the device was fitted.
    pub odometer_m: f64,
    /// Battery, percent.
    pub battery_percent: u8,
    /// Signal, 0 to 31.
    pub csq: u8,
    /// Alarms.
    pub alarms: Alarms,
    /// Towers, the serving one first.
    pub towers: Vec<HeardTower>,
}

impl Fix {
    /// True when the device itself knows where it is.
    #[must_use]
    pub fn has_coordinates(&self) -> bool {
        self.valid && self.source != Source::Cell
    }
}
