//! Well-known text (OGC 06-103r4, section 7), one shape a line: `POLYGON ((116.3 39.9, …))`, optionally with an id before it,
//! parted by a tab or a semicolon, and properties `name=value` behind it, parted the same way.

use serde_json::{Map, Value, json};

use super::Drawing;

/// The shapes of all lines that are not empty and no comment (`#`).
pub(super) fn read(text: &str) -> Vec<Result<Drawing, String>> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(line)
        .collect()
}

fn line(text: &str) -> Result<Drawing, String> {
    let mut id = None;
    let mut geometry = None;
    let mut properties = Map::new();
    for cell in text
        .split(['\t', ';'])
        .map(str::trim)
        .filter(|cell| !cell.is_empty())
    {
        if geometry.is_none() && is_shape(cell) {
            geometry = Some(shape(cell)?);
        } else if let Some((name, value)) = cell.split_once('=') {
            // Some databases put `SRID=4326;` before the shape.
            if !name.eq_ignore_ascii_case("srid") {
                properties.insert(name.trim().to_owned(), Value::String(value.trim().to_owned()));
            }
        } else if id.is_none() {
            id = Some(cell.to_owned());
        }
    }
    let geometry = geometry.ok_or_else(|| {
        let found: String = text.chars().take(40).collect();
        format!("expected POINT, LINESTRING, POLYGON or MULTIPOLYGON, found {found:?}")
    })?;
    Ok(Drawing {
        id,
        geometry,
        properties,
    })
}

const KINDS: [(&str, &str); 4] = [
    ("MULTIPOLYGON", "MultiPolygon"),
    ("POLYGON", "Polygon"),
    ("LINESTRING", "LineString"),
    ("POINT", "Point"),
];

fn is_shape(cell: &str) -> bool {
    kind(cell).is_some()
}

fn kind(cell: &str) -> Option<(&'static str, &str)> {
    KINDS.into_iter().find_map(|(name, kind)| {
        let head = cell.get(..name.len())?;
        let rest = cell.get(name.len()..)?.trim_start();
        let rest = rest.strip_prefix(['Z', 'z']).unwrap_or(rest).trim_start();
        (head.eq_ignore_ascii_case(name) && rest.starts_with('(')).then_some((kind, rest))
    })
}

/// A GeoJSON geometry: brackets become lists, and the numbers between two commas a position.
fn shape(cell: &str) -> Result<Value, String> {
    let Some((kind, rest)) = kind(cell) else {
        return Err("expected a shape".into());
    };
    let mut rest = rest;
    let coordinates = list(&mut rest, 0)?;
    if !rest.trim().is_empty() {
        return Err(format!(
            "expected the end of the {kind}, found {:?}",
            rest.trim().chars().take(20).collect::<String>()
        ));
    }
    let coordinates = match (kind, coordinates) {
        ("Point", Value::Array(mut points)) => points.pop().unwrap_or_default(),
        (_, coordinates) => coordinates,
    };
    Ok(json!({ "type": kind, "coordinates": coordinates }))
}

/// Deepest nesting of brackets: a multipolygon has three.
const DEEPEST: usize = 3;

fn list(rest: &mut &str, depth: usize) -> Result<Value, String> {
    *rest = rest
        .trim_start()
        .strip_prefix('(')
        .filter(|_| depth < DEEPEST)
        .ok_or("expected an opening bracket and at most three inside each other")?;
    let mut items = Vec::new();
    loop {
        *rest = rest.trim_start();
        if rest.starts_with('(') {
            items.push(list(rest, depth + 1)?);
        } else {
            let end = rest
                .find([',', ')'])
                .ok_or("expected a closing bracket, found the end")?;
            let (numbers, behind) = rest.split_at(end);
            let position: Vec<Value> = numbers
                .split_whitespace()
                .map(|number| {
                    number
                        .parse::<f64>()
                        .map(Value::from)
                        .map_err(|_| format!("expected a number, found {number:?}"))
                })
                .collect::<Result<_, _>>()?;
            items.push(Value::Array(position));
            *rest = behind;
        }
        *rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix(',') {
            *rest = behind;
        } else if let Some(behind) = rest.strip_prefix(')') {
            *rest = behind;
            return Ok(Value::Array(items));
        } else {
            return Err("expected a comma or a closing bracket".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_with_id_and_properties_are_read() {
        let read = read(
            "# yards\n\
             north;POLYGON((0 0, 1 0, 1 1, 0 0));name=North yard\n\
             SRID=4326;MULTIPOLYGON Z (((0 0 5, 1 0 5, 1 1 5, 0 0 5)), ((2 2 5, 3 2 5, 3 3 5, 2 2 5)))\n\
             gate\tPOINT (116.4 39.9)\tradius_m=50\n\
             road LINESTRING\n",
        );
        let north = read[0].as_ref().unwrap();
        assert_eq!(north.id.as_deref(), Some("north"));
        assert_eq!(north.geometry["coordinates"][0][2], json!([1.0, 1.0]));
        assert_eq!(north.properties["name"], "North yard");
        assert_eq!(
            read[1].as_ref().unwrap().geometry["coordinates"][1][0][1],
            json!([3.0, 2.0, 5.0])
        );
        assert_eq!(
            read[2].as_ref().unwrap().geometry,
            json!({"type": "Point", "coordinates": [116.4, 39.9]})
        );
        assert_eq!(
            read[3].as_ref().unwrap_err(),
            "expected POINT, LINESTRING, POLYGON or MULTIPOLYGON, found \"road LINESTRING\""
        );
    }

    #[test]
    fn broken_text_is_refused() {
        for broken in [
            "POLYGON((0 0, 1 0",
            "POLYGON((0 0, x 0))",
            "POLYGON((((((0 0))))))",
            "POINT(1 2) 3",
        ] {
            assert!(read(broken)[0].is_err(), "{broken}");
        }
    }
}
