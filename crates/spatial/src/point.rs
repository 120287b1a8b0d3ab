use std::fmt;

use crate::Number;

/// A place on the ellipsoid: degrees, latitude north positive, longitude east positive.
///
/// The fields are plain numbers so that literals stay short; [`Point::new`] is the door for numbers from outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Degrees, -90 to 90, north positive.
    pub latitude: f64,
    /// Degrees, -180 to 180, east positive.
    pub longitude: f64,
}

/// Numbers that are no place on earth.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum InvalidPoint {
    /// A coordinate is infinite or not a number.
    #[error("expected two finite numbers, found latitude {} and longitude {}", Number(*latitude), Number(*longitude))]
    NotFinite {
        /// As found.
        latitude: f64,
        /// As found.
        longitude: f64,
    },
    /// The latitude cannot be one, but the two would fit the other way round.
    #[error(
        "latitude {latitude} is outside -90 to 90 and longitude {longitude} is not: latitude and longitude look swapped, exchange them"
    )]
    Swapped {
        /// As found.
        latitude: f64,
        /// As found.
        longitude: f64,
    },
    /// The latitude is out of range.
    #[error("expected a latitude from -90 to 90, found {}", Number(*.0))]
    Latitude(f64),
    /// The longitude is out of range.
    #[error("expected a longitude from -180 to 180, found {}", Number(*.0))]
    Longitude(f64),
}

impl Point {
    /// Checks the numbers.
    ///
    /// # Errors
    /// When a number is not finite or outside its range; two numbers that would fit the other way round are named so.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, InvalidPoint> {
        if !latitude.is_finite() || !longitude.is_finite() {
            return Err(InvalidPoint::NotFinite { latitude, longitude });
        }
        if latitude.abs() > 90.0 {
            return Err(if latitude.abs() <= 180.0 && longitude.abs() <= 90.0 {
                InvalidPoint::Swapped { latitude, longitude }
            } else {
                InvalidPoint::Latitude(latitude)
            });
        }
        if longitude.abs() > 180.0 {
            return Err(InvalidPoint::Longitude(longitude));
        }
        Ok(Self { latitude, longitude })
    }

    /// The place that lies `fraction` of the way to `other` on the straight line in longitude and latitude, over
    /// the antimeridian where that is shorter. 0 gives `self`, 1 gives `other`.
    #[must_use]
    pub fn towards(self, other: Self, fraction: f64) -> Self {
        let longitude = self.longitude + fraction * wrap(other.longitude - self.longitude);
        Self {
            latitude: self.latitude + fraction * (other.latitude - self.latitude),
            longitude: if longitude.abs() > 180.0 {
                wrap(longitude)
            } else {
                longitude
            },
        }
    }
}

/// The same angle between -180 and 180 degrees; meant for sums and differences of two longitudes.
#[must_use]
pub(crate) fn wrap(degrees: f64) -> f64 {
    if degrees > 180.0 {
        degrees - 360.0
    } else if degrees < -180.0 {
        degrees + 360.0
    } else {
        degrees
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.7}, {:.7}", self.latitude, self.longitude)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_numbers_are_refused_each_with_its_own_sentence() {
        for (latitude, longitude, sentence) in [
            (
                f64::NAN,
                1.0,
                "expected two finite numbers, found latitude NaN and longitude 1",
            ),
            (
                116.4,
                39.9,
                "latitude 116.4 is outside -90 to 90 and longitude 39.9 is not: latitude and longitude look swapped, exchange them",
            ),
            (91.0, 120.0, "expected a latitude from -90 to 90, found 91"),
            (-1e300, 120.0, "expected a latitude from -90 to 90, found -1e300"),
            (45.0, 180.5, "expected a longitude from -180 to 180, found 180.5"),
        ] {
            assert_eq!(Point::new(latitude, longitude).unwrap_err().to_string(), sentence);
        }
        assert!(Point::new(-90.0, 180.0).is_ok());
    }

    #[test]
    fn the_way_between_two_points_takes_the_short_side_of_the_antimeridian() {
        let a = Point::new(10.0, 179.0).unwrap();
        let b = Point::new(12.0, -179.0).unwrap();
        let halfway = a.towards(b, 0.5);
        assert_eq!((halfway.latitude, halfway.longitude.abs()), (11.0, 180.0));
        assert_eq!(a.towards(b, 0.75).longitude, -179.5);
    }
}
