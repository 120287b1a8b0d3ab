//! KML 2.2 (OGC 07-147r2): placemarks with polygons, lines or points. `ExtendedData` holds the properties.

use roxmltree::{Document, Node};
use serde_json::{Map, Value, json};

use super::{Drawing, FileError};

/// All placemarks of a document, at any depth of folders.
pub(super) fn read(text: &str) -> Result<Vec<Result<Drawing, String>>, FileError> {
    let document = Document::parse(text)?;
    Ok(document
        .descendants()
        .filter(|node| node.tag_name().name() == "Placemark")
        .map(|placemark| drawing(&placemark))
        .collect())
}

fn drawing(placemark: &Node<'_, '_>) -> Result<Drawing, String> {
    let mut properties = Map::new();
    if let Some(name) = text_of(placemark, "name") {
        properties.insert("name".into(), name.into());
    }
    for data in placemark.descendants() {
        let value = match data.tag_name().name() {
            "Data" => text_of(&data, "value"),
            "SimpleData" => data.text().map(|text| text.trim().to_owned()),
            _ => continue,
        };
        if let (Some(name), Some(value)) = (data.attribute("name"), value) {
            properties.insert(name.to_owned(), Value::String(value));
        }
    }
    let polygons: Vec<Value> = placemark
        .descendants()
        .filter(|node| node.tag_name().name() == "Polygon")
        .map(|polygon| rings(&polygon))
        .collect::<Result<_, _>>()?;
    let first = |name: &str| {
        placemark
            .descendants()
            .find(|node| node.tag_name().name() == name)
    };
    let geometry = if polygons.len() > 1 {
        json!({ "type": "MultiPolygon", "coordinates": polygons })
    } else if let Some(polygon) = polygons.into_iter().next() {
        json!({ "type": "Polygon", "coordinates": polygon })
    } else if let Some(line) = first("LineString") {
        json!({ "type": "LineString", "coordinates": coordinates(&line)? })
    } else if let Some(point) = first("Point") {
        json!({ "type": "Point", "coordinates": coordinates(&point)?.into_iter().next() })
    } else {
        return Err("expected a Polygon, LineString or Point in the placemark, found none".into());
    };
    Ok(Drawing {
        id: placemark.attribute("id").map(str::to_owned),
        geometry,
        properties,
    })
}

fn rings(polygon: &Node<'_, '_>) -> Result<Value, String> {
    let boundary = |name: &'static str| {
        polygon
            .children()
            .filter(move |node| node.tag_name().name() == name)
    };
    boundary("outerBoundaryIs")
        .chain(boundary("innerBoundaryIs"))
        .map(|ring| coordinates(&ring).map(Value::from))
        .collect::<Result<Vec<_>, _>>()
        .map(Value::from)
}

/// `longitude,latitude[,altitude]` parted by white space.
fn coordinates(node: &Node<'_, '_>) -> Result<Vec<Value>, String> {
    let text = node
        .descendants()
        .find(|node| node.tag_name().name() == "coordinates")
        .and_then(|node| node.text())
        .ok_or("expected coordinates, found none")?;
    text.split_whitespace()
        .map(|position| {
            position
                .split(',')
                .map(|number| {
                    number
                        .parse::<f64>()
                        .map(Value::from)
                        .map_err(|_| format!("expected a number, found {number:?}"))
                })
                .collect::<Result<Vec<_>, _>>()
                .map(Value::from)
        })
        .collect()
}

fn text_of(node: &Node<'_, '_>, name: &str) -> Option<String> {
    let child = node.children().find(|child| child.tag_name().name() == name)?;
    Some(child.text()?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placemarks_with_holes_and_extended_data_are_read() {
        let text = r#"<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>
            <Placemark id="p1"><name>Yard</name>
              <ExtendedData><Data name="dwell_s"><value>600</value></Data></ExtendedData>
              <Polygon>
                <outerBoundaryIs><LinearRing><coordinates>0,0,5 4,0,5 4,4,5 0,0,5</coordinates></LinearRing></outerBoundaryIs>
                <innerBoundaryIs><LinearRing><coordinates>1,1 2,1 2,2 1,1</coordinates></LinearRing></innerBoundaryIs>
              </Polygon></Placemark>
            <Placemark><name>Empty</name></Placemark>
            </Folder></Document></kml>"#;
        let read = read(text).unwrap();
        let yard = read[0].as_ref().unwrap();
        assert_eq!(yard.id.as_deref(), Some("p1"));
        assert_eq!(yard.properties["dwell_s"], "600");
        assert_eq!(yard.geometry["coordinates"][1][1], json!([2.0, 1.0]));
        assert!(read[1].is_err());
    }
}
