//! Properties of a feature to the fields of a definition.

use events::Timestamp;
use events::fence::v1 as proto;
use proto::fence::Shape;
use serde_json::{Map, Value};
use spatial::{Datum, Number};

use super::Drawing;
use crate::engine::DefinitionProblem;

/// The definition that a drawing makes, and what is wrong with it.
pub(super) fn fence(drawing: Drawing, number: usize) -> (proto::Fence, Vec<DefinitionProblem>) {
    let Drawing {
        id,
        geometry,
        mut properties,
    } = drawing;
    // Rules and scope may stand together or apart.
    for nested in ["rules", "scope"] {
        if let Some(Value::Object(inner)) = properties.remove(nested) {
            properties.extend(inner);
        }
    }
    let mut read = Properties {
        map: &properties,
        problems: Vec::new(),
    };
    let name = read.text(&["name", "title"]).unwrap_or_default();
    let id = read
        .text(&["id", "fence_id", "fence"])
        .or(id)
        .or_else(|| (!name.is_empty()).then(|| name.clone()))
        .unwrap_or_else(|| format!("feature-{number}"));
    let shape = match shape(&geometry, &mut read) {
        Ok(shape) => Some(shape),
        Err(sentence) => {
            read.complain(sentence);
            None
        }
    };
    let fence = proto::Fence {
        id,
        name,
        version: read.whole(&["version"]).unwrap_or(0),
        valid_from: read.time(&["valid_from"]),
        datum: read.datum().into(),
        shape,
        floor_m: read.number(&["floor_m", "floor", "min_altitude_m"]),
        ceiling_m: read.number(&["ceiling_m", "ceiling", "max_altitude_m"]),
        rules: Some(read.rules()),
        scope: Some(proto::Scope {
            organisations: read.names(&[
                "organisations",
                "organisation",
                "organizations",
                "organization",
                "org",
            ]),
            groups: read.names(&["groups", "group"]),
            devices: read.names(&["devices", "device"]),
        }),
        tags: read.names(&["tags", "tag", "kind"]),
    };
    let problems = read.problems;
    (fence, problems)
}

fn shape(geometry: &Value, read: &mut Properties<'_>) -> Result<Shape, String> {
    let coordinates = geometry.get("coordinates").unwrap_or(&Value::Null);
    match geometry.get("type").and_then(Value::as_str).unwrap_or_default() {
        "Point" => {
            let [longitude, latitude] = position(coordinates)?;
            let radius_m = read
                .number(&["radius_m", "radius"])
                .ok_or("expected radius_m in the properties of a Point, found none: a circle needs its radius in metres")?;
            Ok(Shape::Circle(proto::Circle {
                latitude,
                longitude,
                radius_m,
            }))
        }
        "LineString" => {
            let width_m = read
                .number(&["width_m", "width"])
                .or_else(|| Some(2.0 * read.number(&["half_width_m", "buffer_m"])?))
                .ok_or("expected width_m in the properties of a LineString, found none: a corridor needs its width in metres")?;
            Ok(Shape::Corridor(proto::Corridor {
                coordinates: line(coordinates)?,
                width_m,
            }))
        }
        "Polygon" => Ok(Shape::Area(proto::Area {
            polygons: vec![polygon(coordinates)?],
        })),
        "MultiPolygon" => {
            let polygons = list(coordinates)?.iter().map(polygon).collect::<Result<_, _>>()?;
            Ok(Shape::Area(proto::Area { polygons }))
        }
        "GeometryCollection" => {
            let parts = list(geometry.get("geometries").unwrap_or(&Value::Null))?;
            let polygons = parts
                .iter()
                .map(|part| match shape(part, read)? {
                    Shape::Area(area) => Ok(area.polygons),
                    _ => Err(
                        "expected only polygons in a GeometryCollection: make the others fences of their own"
                            .into(),
                    ),
                })
                .collect::<Result<Vec<_>, String>>()?;
            Ok(Shape::Area(proto::Area {
                polygons: polygons.into_iter().flatten().collect(),
            }))
        }
        other => Err(format!(
            "expected a Point with radius_m, a LineString with width_m, a Polygon or a MultiPolygon, found {other:?}"
        )),
    }
}

fn polygon(value: &Value) -> Result<proto::Polygon, String> {
    let rings = list(value)?
        .iter()
        .map(|ring| {
            Ok(proto::Ring {
                coordinates: line(ring)?,
            })
        })
        .collect::<Result<_, String>>()?;
    Ok(proto::Polygon { rings })
}

fn line(value: &Value) -> Result<Vec<f64>, String> {
    let positions = list(value)?;
    let mut numbers = Vec::with_capacity(positions.len() * 2);
    for (vertex, value) in positions.iter().enumerate() {
        numbers.extend(position(value).map_err(|sentence| format!("vertex {vertex}: {sentence}"))?);
    }
    Ok(numbers)
}

fn list(value: &Value) -> Result<&Vec<Value>, String> {
    value
        .as_array()
        .ok_or_else(|| "expected a list of coordinates, found something else".into())
}

/// Longitude and latitude; a number that JSON cannot hold comes as null and is named by the check of the shape.
fn position(value: &Value) -> Result<[f64; 2], String> {
    let number = |value: &Value| match value {
        Value::Null => Some(f64::NAN),
        other => other.as_f64(),
    };
    match value.as_array().map(Vec::as_slice) {
        Some([longitude, latitude, ..]) => Some([number(longitude), number(latitude)]),
        _ => None,
    }
    .and_then(|[longitude, latitude]| Some([longitude?, latitude?]))
    .ok_or_else(|| "expected longitude and latitude as two numbers".into())
}

struct Properties<'a> {
    map: &'a Map<String, Value>,
    problems: Vec<DefinitionProblem>,
}

impl Properties<'_> {
    fn complain(&mut self, sentence: String) {
        self.problems.push(DefinitionProblem::Field(sentence));
    }

    /// The first of these names that is there and not null.
    fn get(&self, names: &[&'static str]) -> Option<(&'static str, &Value)> {
        names.iter().find_map(|name| {
            let value = self.map.get(*name)?;
            (!value.is_null() && value.as_str() != Some("")).then_some((*name, value))
        })
    }

    fn text(&self, names: &[&'static str]) -> Option<String> {
        match self.get(names)?.1 {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn number(&mut self, names: &[&'static str]) -> Option<f64> {
        let (name, value) = self.get(names)?;
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            let sentence = format!("expected a number in {name}, found {value}");
            self.complain(sentence);
        }
        number
    }

    fn whole(&mut self, names: &[&'static str]) -> Option<u32> {
        let number = self.number(names)?;
        if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
            return Some(number as u32);
        }
        let name = names.first().copied().unwrap_or_default();
        self.complain(format!(
            "expected a whole number in {name}, found {}",
            Number(number)
        ));
        None
    }

    fn flag(&mut self, names: &[&'static str]) -> Option<bool> {
        let (name, value) = self.get(names)?;
        let flag = match value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => match number.as_u64() {
                Some(0) => Some(false),
                Some(1) => Some(true),
                _ => None,
            },
            _ => None,
        };
        if flag.is_none() {
            let sentence = format!("expected true or false in {name}, found {value}");
            self.complain(sentence);
        }
        flag
    }

    /// Seconds: under a name with its unit as a number, or as a text with units such as `10m`.
    fn seconds(&mut self, names: &[(&'static str, f64)]) -> Option<f64> {
        names.iter().find_map(|(name, unit_s)| {
            let (_, value) = self.get(&[name])?;
            if let Value::String(text) = value
                && let Ok(duration) = text.parse::<jiff::SignedDuration>()
            {
                return Some(duration.as_secs_f64());
            }
            self.number(&[name]).map(|number| number * unit_s)
        })
    }

    /// A list of names, or one text with commas.
    fn names(&mut self, names: &[&'static str]) -> Vec<String> {
        match self.get(names) {
            Some((_, Value::Array(values))) => values
                .iter()
                .filter_map(|value| match value {
                    Value::String(text) => Some(text.clone()),
                    Value::Number(number) => Some(number.to_string()),
                    _ => None,
                })
                .collect(),
            Some((_, Value::String(text))) => text
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            Some((_, Value::Number(number))) => vec![number.to_string()],
            _ => Vec::new(),
        }
    }

    fn time(&mut self, names: &[&'static str]) -> Option<Timestamp> {
        let text = self.text(names)?;
        match text.parse::<jiff::Timestamp>() {
            Ok(timestamp) => Some(crate::engine::timestamp(timestamp.as_millisecond())),
            Err(_) => {
                self.complain(format!(
                    "expected valid_from as RFC 3339, such as 2026-03-02T08:00:00+08:00, found {text:?}"
                ));
                None
            }
        }
    }

    fn datum(&mut self) -> proto::Datum {
        let Some(text) = self.text(&["datum", "coordinate_system", "crs"]) else {
            return proto::Datum::Wgs84;
        };
        match text.parse::<Datum>() {
            Ok(Datum::Wgs84) => proto::Datum::Wgs84,
            Ok(Datum::Gcj02) => proto::Datum::Gcj02,
            Ok(Datum::Bd09) => proto::Datum::Bd09,
            Err(error) => {
                self.complain(error.to_string());
                proto::Datum::Wgs84
            }
        }
    }

    fn rules(&mut self) -> proto::Rules {
        let margin = self.number(&["margin_m"]);
        proto::Rules {
            p_in: self.number(&["p_in"]),
            p_out: self.number(&["p_out"]),
            enter_margin_m: self.number(&["enter_margin_m", "in_margin_m"]).or(margin),
            exit_margin_m: self.number(&["exit_margin_m", "out_margin_m"]).or(margin),
            enter_fixes: self.whole(&[
                "enter_fixes",
                "n_in",
                "min_fixes_in",
                "enter_min_fixes",
                "min_fixes",
            ]),
            exit_fixes: self.whole(&[
                "exit_fixes",
                "n_out",
                "min_fixes_out",
                "exit_min_fixes",
                "min_fixes",
            ]),
            enter_dwell_s: self.seconds(&[
                ("enter_dwell_s", 1.0),
                ("in_dwell_s", 1.0),
                ("dwell_in_s", 1.0),
                ("min_inside_s", 1.0),
            ]),
            exit_dwell_s: self.seconds(&[
                ("exit_dwell_s", 1.0),
                ("out_dwell_s", 1.0),
                ("dwell_out_s", 1.0),
                ("min_outside_s", 1.0),
            ]),
            dwell_s: self.seconds(&[
                ("dwell_s", 1.0),
                ("dwell_min", 60.0),
                ("dwell_minutes", 60.0),
                ("dwell", 1.0),
            ]),
            stale_s: self.seconds(&[
                ("stale_s", 1.0),
                ("stale_after_s", 1.0),
                ("stale_min", 60.0),
                ("stale_h", 3600.0),
                ("stale_hours", 3600.0),
                ("stale", 1.0),
            ]),
            cross: self.flag(&["cross"]),
            uncertain: self.flag(&["uncertain"]),
            schedule: self.schedule(),
        }
    }

    fn schedule(&mut self) -> Option<proto::Schedule> {
        let (_, value) = self.get(&["schedule", "active", "hours"])?;
        let parts: Vec<&Value> = match value {
            Value::Array(parts) => parts.iter().collect(),
            Value::Object(whole) => match whole.get("windows") {
                Some(Value::Array(windows)) => windows.iter().collect(),
                _ => vec![value],
            },
            other => vec![other],
        };
        let zone_names = ["time_zone", "timezone", "zone", "tz"];
        let inner = zone_names.iter().find_map(|name| value.get(name)?.as_str());
        let time_zone = inner
            .map(str::to_owned)
            .or_else(|| self.text(&zone_names))
            .unwrap_or_default();
        let mut windows = Vec::new();
        let mut problems = Vec::new();
        for part in parts {
            match window(part) {
                Ok(found) => windows.extend(found),
                Err(sentence) => problems.push(sentence),
            }
        }
        for sentence in problems {
            self.complain(sentence);
        }
        Some(proto::Schedule { time_zone, windows })
    }
}

/// `Mon-Fri 08:00-18:00`, several parted by `;`, or an object with days, start and end.
fn window(value: &Value) -> Result<Vec<proto::Window>, String> {
    match value {
        Value::String(text) => text
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(text_window)
            .collect(),
        Value::Object(object) => {
            let text = |names: &[&str]| {
                names
                    .iter()
                    .find_map(|name| object.get(*name)?.as_str())
                    .map(str::to_owned)
            };
            let day_texts: Vec<String> = match object.get("days") {
                Some(Value::Array(days)) => days
                    .iter()
                    .map(|day| day.as_str().map_or_else(|| day.to_string(), str::to_owned))
                    .collect(),
                Some(Value::String(days)) => days.split([',', ' ']).map(str::to_owned).collect(),
                _ => Vec::new(),
            };
            let missing = |what: &str| format!("expected the {what} of the schedule as HH:MM, found none");
            Ok(vec![proto::Window {
                days: days(day_texts.iter().map(String::as_str))?,
                start: text(&["start", "from", "begin"]).ok_or_else(|| missing("start"))?,
                end: text(&["end", "to", "until"]).ok_or_else(|| missing("end"))?,
            }])
        }
        other => Err(format!(
            "expected a schedule such as \"Mon-Fri 08:00-18:00\", found {other}"
        )),
    }
}

fn text_window(text: &str) -> Result<proto::Window, String> {
    let unusable = || format!("expected a schedule such as \"Mon-Fri 08:00-18:00\", found {text:?}");
    let text = text.replace(['–', '—'], "-");
    let (before, hours) = text.rsplit_once(' ').unwrap_or(("", &text));
    let (start, end) = hours.split_once('-').ok_or_else(unusable)?;
    Ok(proto::Window {
        days: days(before.split([',', ' ']))?,
        start: start.trim().to_owned(),
        end: end.trim().to_owned(),
    })
}

/// Days of the week as numbers of the schema: names, at least their first three letters, and spans such as `Mon-Fri`.
fn days<'a>(texts: impl Iterator<Item = &'a str>) -> Result<Vec<i32>, String> {
    let mut days = Vec::new();
    for text in texts.map(str::trim).filter(|text| !text.is_empty()) {
        match text.split_once('-') {
            Some((first, last)) => {
                let (mut day, last) = (day(first)?, day(last)?);
                days.push(day);
                while day != last {
                    day = day % 7 + 1;
                    days.push(day);
                }
            }
            None => days.push(day(text)?),
        }
    }
    days.sort_unstable();
    days.dedup();
    Ok(days)
}

fn day(text: &str) -> Result<i32, String> {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let lower = text.trim().to_ascii_lowercase();
    NAMES
        .iter()
        .zip(1..)
        .find_map(|(name, number)| lower.starts_with(name).then_some(number))
        .or_else(|| lower.parse().ok().filter(|number| (1..=7).contains(number)))
        .ok_or_else(|| format!("expected a day of the week such as Mon, found {text:?}"))
}
