use events::fence::v1 as proto;
use proto::fence::Shape;
use serde_json::{Map, Value, json};

/// A definition as a GeoJSON feature that [`super::FenceFile::parse`] reads back to the same definition.
#[must_use]
pub fn to_feature(fence: &proto::Fence) -> Value {
    let mut properties = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() && value != json!([]) && value != json!("") {
            properties.insert(name.into(), value);
        }
    };
    put("id", json!(fence.id));
    put("name", json!(fence.name));
    if fence.version > 0 {
        put("version", json!(fence.version));
    }
    if let Some(from) = &fence.valid_from
        && let Ok(instant) = jiff::Timestamp::from_millisecond(crate::engine::millis(from))
    {
        put("valid_from", json!(instant.to_string()));
    }
    match fence.datum() {
        proto::Datum::Gcj02 => put("datum", json!("gcj02")),
        proto::Datum::Bd09 => put("datum", json!("bd09")),
        proto::Datum::Wgs84 | proto::Datum::Unspecified => {}
    }
    put("floor_m", json!(fence.floor_m));
    put("ceiling_m", json!(fence.ceiling_m));
    let geometry = match &fence.shape {
        None => Value::Null,
        Some(Shape::Circle(circle)) => {
            put("radius_m", json!(circle.radius_m));
            json!({ "type": "Point", "coordinates": [circle.longitude, circle.latitude] })
        }
        Some(Shape::Corridor(corridor)) => {
            put("width_m", json!(corridor.width_m));
            json!({ "type": "LineString", "coordinates": pairs(&corridor.coordinates) })
        }
        Some(Shape::Area(area)) => {
            let mut polygons: Vec<Vec<_>> = area
                .polygons
                .iter()
                .map(|polygon| {
                    polygon
                        .rings
                        .iter()
                        .map(|ring| pairs(&ring.coordinates))
                        .collect()
                })
                .collect();
            match polygons.pop() {
                Some(only) if polygons.is_empty() => json!({ "type": "Polygon", "coordinates": only }),
                last => {
                    polygons.extend(last);
                    json!({ "type": "MultiPolygon", "coordinates": polygons })
                }
            }
        }
    };
    if let Some(rules) = &fence.rules {
        put("p_in", json!(rules.p_in));
        put("p_out", json!(rules.p_out));
        put("enter_margin_m", json!(rules.enter_margin_m));
        put("exit_margin_m", json!(rules.exit_margin_m));
        put("enter_fixes", json!(rules.enter_fixes));
        put("exit_fixes", json!(rules.exit_fixes));
        put("enter_dwell_s", json!(rules.enter_dwell_s));
        put("exit_dwell_s", json!(rules.exit_dwell_s));
        put("dwell_s", json!(rules.dwell_s));
        put("stale_s", json!(rules.stale_s));
        put("cross", json!(rules.cross));
        put("uncertain", json!(rules.uncertain));
        if let Some(schedule) = &rules.schedule {
            let windows: Vec<Value> = schedule
                .windows
                .iter()
                .map(|window| json!({ "days": window.days, "start": window.start, "end": window.end }))
                .collect();
            put("schedule", Value::from(windows));
            put("time_zone", json!(schedule.time_zone));
        }
    }
    if let Some(scope) = &fence.scope {
        put("organisations", json!(scope.organisations));
        put("groups", json!(scope.groups));
        put("devices", json!(scope.devices));
    }
    put("tags", json!(fence.tags));
    json!({ "type": "Feature", "id": fence.id, "geometry": geometry, "properties": properties })
}

fn pairs(coordinates: &[f64]) -> Vec<&[f64]> {
    coordinates.chunks(2).collect()
}
