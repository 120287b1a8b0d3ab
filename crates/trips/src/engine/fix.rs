//! A position as the engine keeps it: 24 bytes, whole numbers, so that equal facts are equal bytes.

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

const DEGREE: f64 = 1e7;
const UNKNOWN_SPEED: u16 = u16::MAX;
const UNKNOWN_ODOMETER: u32 = u32::MAX;

/// One position of one device.
///
/// The order of fields is the order of preference among equals: [`Ord`] sorts by time and, at one time, puts the more
/// accurate fix first, so that which fix is kept never depends on which came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fix {
    /// Time of the fix.
    pub time: Millis,
    accuracy_half_m: u16,
    speed_cm_s: u16,
    latitude: i32,
    longitude: i32,
    odometer_m: u32,
}

impl Fix {
    /// Length of [`Fix::to_bytes`].
    pub const BYTES: usize = 24;

    /// A fix at `time` and a WGS-84 place in degrees with `accuracy_m`, the radius that holds the true place with 68 %
    /// probability. `None` when time or place are none that a device can have.
    #[must_use]
    pub fn new(time: Millis, latitude: f64, longitude: f64, accuracy_m: f64) -> Option<Self> {
        let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        let nowhere = latitude.abs() < 1e-6 && longitude.abs() < 1e-6;
        (on_earth && !nowhere && accuracy_m.is_finite()).then(|| Self {
            time,
            accuracy_half_m: (accuracy_m.max(1.0) * 2.0).min(f64::from(u16::MAX)) as u16,
            speed_cm_s: UNKNOWN_SPEED,
            latitude: (latitude * DEGREE).round() as i32,
            longitude: (longitude * DEGREE).round() as i32,
            odometer_m: UNKNOWN_ODOMETER,
        })
    }

    /// The same with the ground speed that the device stated, in m/s.
    #[must_use]
    pub fn with_speed(mut self, speed_m_s: Option<f64>) -> Self {
        self.speed_cm_s = match speed_m_s {
            Some(speed) if speed >= 0.0 => (speed * 100.0).min(f64::from(UNKNOWN_SPEED - 1)) as u16,
            _ => UNKNOWN_SPEED,
        };
        self
    }

    /// The same with the reading of the device's own odometer, in metres.
    #[must_use]
    pub fn with_odometer(mut self, odometer_m: Option<f64>) -> Self {
        self.odometer_m = match odometer_m {
            Some(odometer) if odometer >= 0.0 => odometer.min(f64::from(UNKNOWN_ODOMETER - 1)) as u32,
            _ => UNKNOWN_ODOMETER,
        };
        self
    }

    /// Degrees, north positive.
    #[must_use]
    pub fn latitude(&self) -> f64 {
        f64::from(self.latitude) / DEGREE
    }

    /// Degrees, east positive.
    #[must_use]
    pub fn longitude(&self) -> f64 {
        f64::from(self.longitude) / DEGREE
    }

    /// The square of the globe that it lies in, `digits` binary digits of 1e-7 degrees wide and high.
    pub(crate) fn cell(&self, digits: u32) -> (i32, i32) {
        (self.latitude >> digits, self.longitude >> digits)
    }

    /// Radius in metres that holds the true place with 68 % probability.
    #[must_use]
    pub fn accuracy_m(&self) -> f64 {
        f64::from(self.accuracy_half_m) / 2.0
    }

    /// Stated ground speed in m/s.
    #[must_use]
    pub fn speed_m_s(&self) -> Option<f64> {
        (self.speed_cm_s != UNKNOWN_SPEED).then(|| f64::from(self.speed_cm_s) / 100.0)
    }

    /// Reading of the device's own odometer in metres.
    #[must_use]
    pub fn odometer_m(&self) -> Option<f64> {
        (self.odometer_m != UNKNOWN_ODOMETER).then(|| f64::from(self.odometer_m))
    }

    /// Bytes to keep it by.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let fields = self
            .time
            .to_le_bytes()
            .into_iter()
            .chain(self.accuracy_half_m.to_le_bytes())
            .chain(self.speed_cm_s.to_le_bytes())
            .chain(self.latitude.to_le_bytes())
            .chain(self.longitude.to_le_bytes())
            .chain(self.odometer_m.to_le_bytes());
        for (byte, value) in bytes.iter_mut().zip(fields) {
            *byte = value;
        }
        bytes
    }

    /// The fix of such bytes, and what follows it.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (time, rest) = bytes.split_first_chunk()?;
        let (accuracy, rest) = rest.split_first_chunk()?;
        let (speed, rest) = rest.split_first_chunk()?;
        let (latitude, rest) = rest.split_first_chunk()?;
        let (longitude, rest) = rest.split_first_chunk()?;
        let (odometer, rest) = rest.split_first_chunk()?;
        let fix = Self {
            time: Millis::from_le_bytes(*time),
            accuracy_half_m: u16::from_le_bytes(*accuracy),
            speed_cm_s: u16::from_le_bytes(*speed),
            latitude: i32::from_le_bytes(*latitude),
            longitude: i32::from_le_bytes(*longitude),
            odometer_m: u32::from_le_bytes(*odometer),
        };
        Some((fix, rest))
    }
}
