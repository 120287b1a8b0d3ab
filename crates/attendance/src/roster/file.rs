//! The roster file: TOML, described in `docs/rosters.md`.
//!
//! Each table is read by itself, so that one that is wrong leaves the others standing, and remembers its lines.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use super::problem::wording;
use super::{Definitions, Place, Problem, Sourced};

/// Largest roster file in bytes.
const LARGEST: usize = 64 << 20;

/// Reads a roster file. `name` stands in problems; `include` reads the files that calendars name, relative to the
/// roster.
pub fn read(
    name: &str,
    text: &str,
    include: &dyn Fn(&str) -> Result<String, String>,
    into: &mut Definitions,
) -> Vec<Problem> {
    let mut reading = Reading {
        name,
        text,
        problems: Vec::new(),
    };
    if text.len() > LARGEST {
        reading.refuse(
            1,
            format!(
                "expected a roster of at most {LARGEST} bytes, found {}; split it",
                text.len()
            ),
        );
        return reading.problems;
    }
    let document = match DeTable::parse(text) {
        Ok(document) => document.into_inner(),
        Err(error) => {
            let line = error.span().map_or(1, |span| reading.line(span.start));
            reading.refuse(
                line,
                format!("this is not TOML: {}; correct the line", error.message()),
            );
            return reading.problems;
        }
    };
    let mut defaults = Map::new();
    let mut defaults_place = Place {
        file: name.to_owned(),
        line: 1,
        fields: Vec::new(),
    };
    for (key, value) in document {
        let (section, span) = (key.get_ref().to_string(), value.span());
        let line = reading.line(key.span().start);
        if matches!(section.as_str(), "zone" | "policy" | "calendar") {
            defaults_place.fields.push((section.clone(), line));
            defaults.insert(section, plain(value.get_ref()));
            continue;
        }
        let DeValue::Array(items) = value.into_inner() else {
            reading.refuse(
                reading.line(span.start),
                format!("expected tables [[{section}]], found something else"),
            );
            continue;
        };
        for item in items {
            let place = reading.place(&item);
            let value = plain(item.get_ref());
            reading.table(&section, value, place, include, into);
        }
    }
    if !defaults.is_empty()
        && let Some(defaults) = reading.message(Value::Object(defaults), &defaults_place)
    {
        into.defaults = Sourced {
            value: defaults,
            at: defaults_place,
        };
    }
    reading.problems
}

struct Reading<'a> {
    name: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn refuse(&mut self, line: usize, text: String) {
        self.problems.push(Problem {
            file: self.name.to_owned(),
            line,
            text,
            harmless: false,
        });
    }

    fn line(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    fn place(&self, item: &toml::Spanned<DeValue<'_>>) -> Place {
        let fields = match item.get_ref() {
            DeValue::Table(table) => table
                .iter()
                .map(|(key, _)| (key.get_ref().to_string(), self.line(key.span().start)))
                .collect(),
            _ => Vec::new(),
        };
        Place {
            file: self.name.to_owned(),
            line: self.line(item.span().start),
            fields,
        }
    }

    fn table(
        &mut self,
        section: &str,
        mut value: Value,
        at: Place,
        include: &dyn Fn(&str) -> Result<String, String>,
        into: &mut Definitions,
    ) {
        shorthand(section, &mut value);
        match section {
            "persons" => self.push(value, at, &mut into.persons),
            "sites" => self.push(value, at, &mut into.sites),
            "shifts" => self.push(value, at, &mut into.shifts),
            "patterns" => self.push(value, at, &mut into.patterns),
            "rosters" => self.push(value, at, &mut into.assignments),
            "policies" => self.push(value, at, &mut into.policies),
            "approvals" => self.push(value, at, &mut into.approvals),
            "balances" => self.push(value, at, &mut into.balances),
            "presence" => self.push(value, at, &mut into.presences),
            "bindings" => self.push(value, at, &mut into.bindings),
            "punches" => self.push(value, at, &mut into.punches),
            "calendars" => {
                self.lists(&mut value, &at, include);
                self.push(value, at, &mut into.calendars);
            }
            other => self.refuse(
                at.line,
                format!(
                    "expected persons, sites, bindings, shifts, patterns, rosters, policies, calendars, approvals, \
                     punches, presence or balances, found [[{other}]]; correct the name"
                ),
            ),
        }
    }

    fn push<T: DeserializeOwned>(&mut self, value: Value, at: Place, into: &mut Vec<Sourced<T>>) {
        if let Some(value) = self.message(value, &at) {
            into.push(Sourced { value, at });
        }
    }

    fn message<T: DeserializeOwned>(&mut self, value: Value, at: &Place) -> Option<T> {
        match T::deserialize(&value) {
            Ok(message) => Some(message),
            Err(error) => {
                let text = error.to_string();
                let found = text.split('`').nth(1).unwrap_or_default();
                let holds = |value: &Value| value.as_str() == Some(found);
                let named = value
                    .as_object()
                    .and_then(|table| table.iter().find(|(_, value)| holds(value)));
                let problem = match named {
                    Some((field, _)) => at.problem(field, format!("{field}: {}", wording(&text))),
                    None => at.problem(found, wording(&text)),
                };
                self.problems.push(Problem {
                    text: format!("{}; correct it, the rest is used", problem.text),
                    ..problem
                });
                None
            }
        }
    }

    /// Adds the days of the national lists that a calendar names in `files`, before its own.
    fn lists(&mut self, calendar: &mut Value, at: &Place, include: &dyn Fn(&str) -> Result<String, String>) {
        let Some(table) = calendar.as_object_mut() else {
            return;
        };
        let Some(files) = table.remove("files") else {
            return;
        };
        let mut days = Vec::new();
        for file in files.as_array().into_iter().flatten().filter_map(Value::as_str) {
            match include(file).and_then(|text| national(&text)) {
                Ok(list) => days.extend(list),
                Err(text) => self
                    .problems
                    .push(at.problem("files", format!("calendar file {file}: {text}"))),
            }
        }
        if let Some(own) = table.remove("days") {
            days.extend(own.as_array().cloned().unwrap_or_default());
        }
        table.insert("days".into(), Value::Array(days));
    }
}

/// The days of a national list: `{"days": [{"name": …, "date": …, "isOffDay": …}]}`.
fn national(text: &str) -> Result<Vec<Value>, String> {
    let list: Value = serde_json::from_str(text).map_err(|error| format!("this is no JSON: {error}"))?;
    let days = list
        .get("days")
        .and_then(Value::as_array)
        .ok_or_else(|| "expected an object with `days`, each with date, name and isOffDay".to_owned())?;
    days.iter()
        .map(|day| {
            let date = day
                .get("date")
                .and_then(Value::as_str)
                .ok_or("a day without a date")?;
            let off = day
                .get("isOffDay")
                .and_then(Value::as_bool)
                .ok_or("a day without isOffDay")?;
            let statutory = date.parse().is_ok_and(super::statutory::is_statutory);
            let kind = match (off, statutory) {
                (false, _) => "DAY_KIND_WORK",
                (true, true) => "DAY_KIND_STATUTORY",
                (true, false) => "DAY_KIND_REST",
            };
            Ok(serde_json::json!({ "date": date, "kind": kind, "name": day.get("name") }))
        })
        .collect()
}

/// TOML as JSON: times become text.
fn plain(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.as_str().to_owned()), Value::from),
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(time) => Value::String(time.to_string()),
        DeValue::Array(items) => items.iter().map(|item| plain(item.get_ref())).collect(),
        DeValue::Table(table) => table
            .iter()
            .map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref())))
            .collect(),
    }
}

/// Names of enum values, by section and field.
pub(super) const NAMES: [(&str, &str, &str); 9] = [
    ("sites", "kind", "SITE_KIND_"),
    ("shifts", "kind", "SHIFT_KIND_"),
    ("approvals", "kind", "APPROVAL_KIND_"),
    ("punches", "kind", "PUNCH_KIND_"),
    ("policies", "coarse", "COARSE_"),
    ("policies", "outside_punch", "OUTSIDE_PUNCH_"),
    ("policies", "overtime", "OVERTIME_BASIS_"),
    ("cycle", "length", "CYCLE_LENGTH_"),
    ("days", "kind", "DAY_KIND_"),
];

/// Writes out what people may write short: enum values by name, spans as `09:00-12:00`, corners as pairs.
fn shorthand(section: &str, value: &mut Value) {
    let Some(table) = value.as_object_mut() else {
        return;
    };
    for (_, field, prefix) in NAMES.iter().filter(|(of, _, _)| *of == section) {
        if let Some(Value::String(name)) = table.get_mut(*field)
            && !name.starts_with(prefix)
        {
            *name = format!("{prefix}{}", name.to_uppercase().replace('-', "_"));
        }
    }
    for (field, field_value) in table.iter_mut() {
        match (field.as_str(), field_value) {
            ("breaks" | "parts", Value::Array(spans)) => spans.iter_mut().for_each(span),
            ("core" | "night", text) => span(text),
            ("cycle", cycle) if section == "policies" => {
                if let Value::String(length) = cycle {
                    *cycle = serde_json::json!({ "length": length });
                }
                shorthand("cycle", cycle);
            }
            ("days", Value::Array(days)) => days.iter_mut().for_each(|day| shorthand("days", day)),
            ("polygon", Value::Array(corners)) => corners.iter_mut().for_each(corner),
            ("visits", Value::Array(visits)) => visits.iter_mut().for_each(visit),
            _ => {}
        }
    }
}

fn span(value: &mut Value) {
    if let Some((start, end)) = value.as_str().and_then(|text| text.split_once(['-', '–'])) {
        *value = serde_json::json!({ "start": start.trim(), "end": end.trim() });
    }
}

fn corner(value: &mut Value) {
    if let Some([longitude, latitude]) = value.as_array().map(Vec::as_slice) {
        *value = serde_json::json!({ "longitude": longitude, "latitude": latitude });
    }
}

fn visit(value: &mut Value) {
    if let Some(site) = value.as_str() {
        *value = serde_json::json!({ "site": site });
    }
}
