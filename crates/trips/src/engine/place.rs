//! Places and distances on the scale of a trip.

use super::fix::Fix;

/// A place with the metres that a degree is long there (WGS-84 ellipsoid, series of the meridian arc and the parallel).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Degrees, north positive.
    pub latitude: f64,
    /// Degrees, east positive.
    pub longitude: f64,
    north_m: f64,
    east_m: f64,
}

impl Place {
    /// The place at these degrees.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Self {
        let cos = latitude.to_radians().cos();
        let cos_2 = 2.0 * cos * cos - 1.0;
        // cos 3x and cos 4x from cos x and cos 2x: one cosine per place is enough
        let cos_3 = cos * (2.0 * cos_2 - 1.0);
        let cos_4 = 2.0 * cos_2 * cos_2 - 1.0;
        Self {
            latitude,
            longitude,
            north_m: 111_132.954 - 559.822 * cos_2 + 1.175 * cos_4,
            east_m: 111_412.84 * cos - 93.5 * cos_3,
        }
    }

    /// Metres east and north from here to `other`, the short way round the globe.
    #[must_use]
    pub fn offset_m(&self, other: &Self) -> (f64, f64) {
        let degrees = wrapped(other.longitude - self.longitude);
        let east = (self.east_m + other.east_m) / 2.0;
        let north = (self.north_m + other.north_m) / 2.0;
        (degrees * east, (other.latitude - self.latitude) * north)
    }

    /// Square of the metres to `other`.
    #[must_use]
    pub fn square_m2(&self, other: &Self) -> f64 {
        let (east, north) = self.offset_m(other);
        east * east + north * north
    }

    /// Metres to `other`; good to 0.1 % below 300 km, an over-estimate beyond.
    #[must_use]
    pub fn distance_m(&self, other: &Self) -> f64 {
        self.square_m2(other).sqrt()
    }

    /// The place `east` and `north` metres from here, for distances small beside the globe.
    #[must_use]
    pub fn moved_m(&self, east: f64, north: f64) -> Self {
        let longitude = wrapped(self.longitude + east / self.east_m.max(1.0));
        Self::new(self.latitude + north / self.north_m, longitude)
    }

    /// The place that lies `share` of the way from here to `other`. It keeps the scale of degrees of here: meant for
    /// places a few kilometres apart.
    #[must_use]
    pub fn towards(&self, other: &Self, share: f64) -> Self {
        let latitude = self.latitude + (other.latitude - self.latitude) * share;
        let longitude = wrapped(self.longitude + wrapped(other.longitude - self.longitude) * share);
        Self {
            latitude,
            longitude,
            ..*self
        }
    }
}

/// Degrees of longitude, or a difference of two, within -180 and 180.
fn wrapped(degrees: f64) -> f64 {
    if degrees > 180.0 {
        degrees - 360.0
    } else if degrees < -180.0 {
        degrees + 360.0
    } else {
        degrees
    }
}

impl From<&Fix> for Place {
    fn from(fix: &Fix) -> Self {
        Self::new(fix.latitude(), fix.longitude())
    }
}
