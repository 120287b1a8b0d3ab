//! Shapes of the fences that sites of a roster may name.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use spatial::{Datum, Outline, Point, Shape};

/// Fences of a GeoJSON file by id: circles as `Point` with `radius_m`, areas, corridors with `width_m`.
///
/// # Errors
/// When the file cannot be read or is no FeatureCollection.
pub(crate) fn shapes(path: &Path) -> anyhow::Result<HashMap<String, Arc<Shape>>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    let collection: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("read {}", path.display()))?;
    let features = collection["features"]
        .as_array()
        .with_context(|| format!("read {}: expected a FeatureCollection", path.display()))?;
    let mut shapes = HashMap::new();
    for (number, feature) in features.iter().enumerate() {
        let id = feature["id"]
            .as_str()
            .or(feature["properties"]["id"].as_str())
            .unwrap_or_default();
        match shape(feature) {
            Ok(shape) if !id.is_empty() => {
                shapes.insert(id.to_owned(), Arc::new(shape));
            }
            Ok(_) => crate::say(format_args!(
                "{}: feature {number} has no id and is left out",
                path.display()
            )),
            Err(error) => crate::say(format_args!(
                "{}: feature {number} {id}: {error:#}",
                path.display()
            )),
        }
    }
    Ok(shapes)
}

fn shape(feature: &serde_json::Value) -> anyhow::Result<Shape> {
    let geometry = &feature["geometry"];
    let properties = &feature["properties"];
    let coordinates = &geometry["coordinates"];
    let outline = match geometry["type"].as_str().unwrap_or_default() {
        "Point" => Outline::Circle {
            centre: point(coordinates)?,
            radius_m: properties["radius_m"]
                .as_f64()
                .context("expected radius_m on a Point")?,
        },
        "LineString" => Outline::Corridor {
            line: points(coordinates)?,
            width_m: properties["width_m"]
                .as_f64()
                .context("expected width_m on a LineString")?,
        },
        "Polygon" => Outline::Polygons(vec![rings(coordinates)?]),
        "MultiPolygon" => {
            let polygons = coordinates.as_array().context("expected polygons")?;
            Outline::Polygons(polygons.iter().map(rings).collect::<anyhow::Result<_>>()?)
        }
        other => anyhow::bail!("expected a Point, LineString, Polygon or MultiPolygon, found {other:?}"),
    };
    let datum = match properties["datum"].as_str() {
        None => Datum::Wgs84,
        Some(name) => name.parse()?,
    };
    Shape::build(&outline, datum).map_err(|problems| anyhow::anyhow!("{}", problems[0]))
}

fn rings(value: &serde_json::Value) -> anyhow::Result<Vec<Vec<Point>>> {
    value
        .as_array()
        .context("expected rings")?
        .iter()
        .map(points)
        .collect()
}

fn points(value: &serde_json::Value) -> anyhow::Result<Vec<Point>> {
    value
        .as_array()
        .context("expected positions")?
        .iter()
        .map(point)
        .collect()
}

fn point(value: &serde_json::Value) -> anyhow::Result<Point> {
    let number = |at: usize| value[at].as_f64().context("expected longitude and latitude");
    Ok(Point::new(number(1)?, number(0)?)?)
}
