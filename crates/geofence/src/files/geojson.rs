//! GeoJSON (RFC 7946). Read as plain JSON: a typed reader stops at the first feature that is not as it should be, and does
//! not say at which vertex.

use serde_json::{Map, Value};

use super::{Drawing, FileError};

/// The features of a FeatureCollection, or a single Feature.
pub(super) fn read(text: &str) -> Result<Vec<Result<Drawing, String>>, FileError> {
    let value = match serde_json::from_str(text) {
        Ok(value) => value,
        // Some writers put numbers that JSON does not have; the vertex is named later instead of the whole file refused.
        Err(error) => serde_json::from_str(&without_nan(text)).map_err(|_| error)?,
    };
    let Value::Object(mut object) = value else {
        return Err(FileError::NotGeoJson("a list or a plain value".into()));
    };
    match object.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => match object.remove("features") {
            Some(Value::Array(features)) => Ok(features.into_iter().map(feature).collect()),
            _ => Err(FileError::NotGeoJson(
                "a FeatureCollection without features".into(),
            )),
        },
        Some("Feature") => Ok(vec![feature(Value::Object(object))]),
        Some(other) => Err(FileError::NotGeoJson(format!("the type {other:?}"))),
        None => Err(FileError::NotGeoJson("an object without type".into())),
    }
}

fn feature(value: Value) -> Result<Drawing, String> {
    let Value::Object(mut object) = value else {
        return Err("expected a Feature, found another kind of value".into());
    };
    if object.get("type").and_then(Value::as_str) != Some("Feature") {
        return Err("expected the type \"Feature\"".into());
    }
    let geometry = match object.remove("geometry") {
        Some(geometry @ Value::Object(_)) => geometry,
        _ => return Err("expected a geometry, found none".into()),
    };
    let properties = match object.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    let id = match object.remove("id") {
        Some(Value::String(id)) => Some(id),
        Some(Value::Number(id)) => Some(id.to_string()),
        _ => None,
    };
    Ok(Drawing {
        id,
        geometry,
        properties,
    })
}

/// The text with `NaN` and `Infinity` outside of strings as `null`.
fn without_nan(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let word = ["-Infinity", "Infinity", "NaN"]
            .into_iter()
            .find(|word| !in_string && rest.starts_with(word));
        if let Some(word) = word {
            plain.push_str("null");
            rest = rest.strip_prefix(word).unwrap_or_default();
            continue;
        }
        match next {
            '"' if !escaped => in_string = !in_string,
            _ => {}
        }
        escaped = next == '\\' && !escaped;
        plain.push(next);
        rest = rest.get(next.len_utf8()..).unwrap_or_default();
    }
    plain
}
