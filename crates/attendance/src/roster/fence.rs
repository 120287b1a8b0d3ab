//! Shapes of the fences that sites name.

use events::fence::v1 as pb;
use pb::fence::Shape as Drawn;
use spatial::{Datum, Outline, Point};

use super::Shape;

/// The shape of a fence; its rules and heights are no matter of attendance.
///
/// # Errors
/// With what is wrong with the shape, and what to do.
pub fn fence_shape(fence: &pb::Fence) -> Result<Shape, String> {
    let outline = match &fence.shape {
        None => return Err("expected a circle, an area or a corridor, found no shape; draw one".into()),
        Some(Drawn::Circle(circle)) => Outline::Circle {
            centre: Point {
                latitude: circle.latitude,
                longitude: circle.longitude,
            },
            radius_m: circle.radius_m,
        },
        Some(Drawn::Corridor(corridor)) => Outline::Corridor {
            line: points(&corridor.coordinates),
            width_m: corridor.width_m,
        },
        Some(Drawn::Area(area)) => {
            let rings = |polygon: &pb::Polygon| {
                let rings = polygon.rings.iter();
                rings.map(|ring| points(&ring.coordinates)).collect()
            };
            Outline::Polygons(area.polygons.iter().map(rings).collect())
        }
    };
    let datum = match fence.datum() {
        pb::Datum::Unspecified | pb::Datum::Wgs84 => Datum::Wgs84,
        pb::Datum::Gcj02 => Datum::Gcj02,
        pb::Datum::Bd09 => Datum::Bd09,
    };
    Shape::build(&outline, datum)
        .map_err(|problems| problems.first().map_or_else(String::new, ToString::to_string))
}

/// Longitude, latitude, longitude, latitude, …
fn points(coordinates: &[f64]) -> Vec<Point> {
    let pairs = coordinates.chunks_exact(2);
    pairs
        .filter_map(|pair| match pair {
            [longitude, latitude] => Some(Point {
                latitude: *latitude,
                longitude: *longitude,
            }),
            _ => None,
        })
        .collect()
}
