use serde_json::{Value, json};

use super::{Fence, Point, Shape, World, to_degrees};

impl World {
    /// The fences as a GeoJSON FeatureCollection (RFC 7946), in the form that `milepost fences` reads.
    #[must_use]
    pub fn fences_geojson(&self) -> Value {
        let features: Vec<Value> = self.fences.iter().map(feature).collect();
        json!({"type": "FeatureCollection", "features": features})
    }
}

fn feature(fence: &Fence) -> Value {
    let mut properties = json!({"id": fence.id, "name": fence.name});
    if let Some(kind) = fence.place {
        properties["tags"] = json!([kind.name()]);
    }
    let geometry = match &fence.shape {
        Shape::Circle { centre, radius_m } => {
            properties["radius_m"] = json!(radius_m);
            json!({"type": "Point", "coordinates": position(*centre)})
        }
        Shape::Polygon { ring } => {
            let closed: Vec<Value> = ring
                .iter()
                .chain(ring.first())
                .map(|&point| position(point))
                .collect();
            json!({"type": "Polygon", "coordinates": [closed]})
        }
        Shape::Corridor { line, width_m } => {
            properties["width_m"] = json!(width_m);
            let points: Vec<Value> = line.iter().map(|&point| position(point)).collect();
            json!({"type": "LineString", "coordinates": points})
        }
    };
    json!({"type": "Feature", "id": fence.id, "properties": properties, "geometry": geometry})
}

/// Longitude first, to a tenth of a metre.
fn position(point: Point) -> Value {
    let degrees = to_degrees(point);
    let round = |value: f64| (value * 1e6).round() / 1e6;
    json!([round(degrees.longitude), round(degrees.latitude)])
}
