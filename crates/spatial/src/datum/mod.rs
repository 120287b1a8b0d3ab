//! Coordinate systems of maps sold in China.
//!
//! Trackers and phones report WGS-84. Maps published in China are shifted by some hundred metres: GCJ-02 by law,
//! BD-09 on top of it by Baidu. A fence that was drawn on such a map has to be moved back before it is compared with
//! a fix. Outside China (a rectangle, as all implementations have it) GCJ-02 equals WGS-84.

mod bd09;
mod gcj02;

use std::str::FromStr;

use crate::Point;

/// Coordinate system a point was given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub enum Datum {
    /// What satellites give.
    #[default]
    Wgs84,
    /// What Chinese maps show (Amap, Tencent, Google's map of China).
    Gcj02,
    /// What Baidu's maps show.
    Bd09,
}

/// A name that is no datum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the datum wgs84, gcj02 or bd09, found {0:?}")]
pub struct UnknownDatum(String);

impl Datum {
    /// The same place in WGS-84. The inverse of [`Datum::from_wgs84`] to within a millimetre.
    ///
    /// ```
    /// use spatial::{Datum, Point};
    /// let on_the_map = Point::new(39.908_823, 116.397_470)?; // Tiananmen as Amap shows it
    /// let true_place = Datum::Gcj02.to_wgs84(on_the_map);
    /// assert!((true_place.longitude - 116.391_227).abs() < 1e-5);
    /// # Ok::<(), spatial::InvalidPoint>(())
    /// ```
    #[must_use]
    pub fn to_wgs84(self, point: Point) -> Point {
        match self {
            Self::Wgs84 => point,
            Self::Gcj02 => gcj02::to_wgs84(point),
            Self::Bd09 => gcj02::to_wgs84(bd09::to_gcj02(point)),
        }
    }

    /// The WGS-84 point as this datum has it.
    #[must_use]
    pub fn from_wgs84(self, point: Point) -> Point {
        match self {
            Self::Wgs84 => point,
            Self::Gcj02 => gcj02::from_wgs84(point),
            Self::Bd09 => bd09::from_gcj02(gcj02::from_wgs84(point)),
        }
    }

    /// Name as it is written in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }
}

impl FromStr for Datum {
    type Err = UnknownDatum;

    /// Takes the names with or without hyphen or underscore, in any case.
    fn from_str(text: &str) -> Result<Self, UnknownDatum> {
        let plain: String = text
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        match plain.as_str() {
            "wgs84" | "epsg4326" => Ok(Self::Wgs84),
            "gcj02" => Ok(Self::Gcj02),
            "bd09" | "bd09ll" => Ok(Self::Bd09),
            _ => Err(UnknownDatum(text.chars().take(40).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance;

    #[test]
    fn there_and_back_is_within_a_millimetre_all_over_china() {
        let mut worst = 0.0_f64;
        for latitude in (19..=53).step_by(2) {
            for longitude in (74..=134).step_by(3) {
                let point = Point::new(f64::from(latitude) + 0.123, f64::from(longitude) + 0.456).unwrap();
                for datum in [Datum::Gcj02, Datum::Bd09] {
                    let back = datum.to_wgs84(datum.from_wgs84(point));
                    worst = worst.max(distance::geodesic(point, back));
                }
            }
        }
        assert!(worst < 0.001, "{worst} m");
    }

    #[test]
    fn outside_china_nothing_moves() {
        let paris = Point::new(48.8566, 2.3522).unwrap();
        assert_eq!(Datum::Gcj02.from_wgs84(paris), paris);
        assert_eq!(Datum::Gcj02.to_wgs84(paris), paris);
    }

    #[test]
    fn names_are_read_as_people_write_them() {
        assert_eq!("GCJ-02".parse(), Ok(Datum::Gcj02));
        assert_eq!("bd_09".parse(), Ok(Datum::Bd09));
        assert_eq!("EPSG:4326".parse(), Ok(Datum::Wgs84));
        assert!("mars".parse::<Datum>().is_err());
    }
}
