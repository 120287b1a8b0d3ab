//! Outings with their truth, in the layout of the MobilityNet extract: `<spec>__p<period>__<phone>.csv.gz` with the
//! fixes, `gt_periods.csv`, `gt_trips.csv`, `gt_sections.csv`, `spec_legs.csv` and `spec_reference.geojson` with the
//! truth.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use trips::engine::{Fix, Millis, Place};
use trips::score::Interval;

/// One phone on one outing.
#[derive(Debug, Clone)]
pub(crate) struct Recording {
    /// Name of the file.
    pub(crate) name: String,
    /// Kind of the outing, of which there are several.
    pub(crate) spec: String,
    pub(crate) phone: String,
    /// Fixes within the outing with their times of arrival, in the order in which the phone stored them.
    pub(crate) fixes: Vec<(Fix, Millis)>,
    pub(crate) trips: Vec<Interval>,
    pub(crate) car_legs: Vec<CarLeg>,
    /// Times between trips.
    pub(crate) stands: Vec<Interval>,
}

/// A drive along a route that is known.
#[derive(Debug, Clone)]
pub(crate) struct CarLeg {
    pub(crate) at: Interval,
    pub(crate) length_m: f64,
    /// The route, empty when it is not told.
    pub(crate) route: Vec<Place>,
}

#[derive(Debug, Deserialize)]
struct PeriodRow {
    spec: String,
    period: String,
    start_ts: f64,
    end_ts: f64,
}

#[derive(Debug, Deserialize)]
struct TripRow {
    spec: String,
    period: String,
    start_ts: f64,
    end_ts: f64,
}

#[derive(Debug, Deserialize)]
struct SectionRow {
    spec: String,
    period: String,
    trip_id: String,
    leg_id: String,
    mode: String,
    start_ts: f64,
    end_ts: f64,
}

#[derive(Debug, Deserialize)]
struct LegRow {
    spec: String,
    trip_id: String,
    leg_id: String,
    kind: String,
    valid_start_ts: Option<f64>,
    valid_end_ts: Option<f64>,
    length_m: Option<f64>,
}

/// The reference routes, as GeoJSON.
#[derive(Debug, Deserialize)]
struct Routes {
    features: Vec<Feature>,
}

#[derive(Debug, Deserialize)]
struct Feature {
    properties: RouteOf,
    geometry: Geometry,
}

#[derive(Debug, Deserialize)]
struct RouteOf {
    spec: String,
    trip_id: String,
    leg_id: String,
    kind: String,
    valid_start_ts: Option<f64>,
    valid_end_ts: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Geometry {
    coordinates: serde_json::Value,
}

#[derive(Debug, Deserialize)]
struct FixRow {
    ts: f64,
    lat: f64,
    lon: f64,
    accuracy_m: f64,
    speed_mps: Option<f64>,
    write_ts: Option<f64>,
}

/// Every recording of the folder, by name.
///
/// # Errors
/// When a file of the layout is missing or is none.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Vec<Recording>> {
    let mut periods: HashMap<(String, String), Interval> = HashMap::new();
    for row in rows::<PeriodRow>(&folder.join("gt_periods.csv"))? {
        periods.insert(
            (row.spec, row.period),
            Interval {
                start: row.start_ts,
                end: row.end_ts,
            },
        );
    }
    let mut trips: BTreeMap<(String, String), Vec<Interval>> = BTreeMap::new();
    for row in rows::<TripRow>(&folder.join("gt_trips.csv"))? {
        trips.entry((row.spec, row.period)).or_default().push(Interval {
            start: row.start_ts,
            end: row.end_ts,
        });
    }
    let sections: Vec<SectionRow> = rows(&folder.join("gt_sections.csv"))?;
    let legs: Vec<LegRow> = rows(&folder.join("spec_legs.csv"))?;
    let path = folder.join("spec_reference.geojson");
    let text = std::fs::read(&path).with_context(|| format!("open {}", path.display()))?;
    let routes: Routes = serde_json::from_slice(&text).with_context(|| format!("read {}", path.display()))?;

    let mut recordings = Vec::new();
    for path in recordings_of(folder)? {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let Some((spec, period, phone)) = parts(&name) else {
            continue;
        };
        let key = (spec.clone(), period.clone());
        let Some(period_of) = periods.get(&key) else {
            continue;
        };
        let trips = trips.get(&key).cloned().unwrap_or_default();
        let car_legs = sections
            .iter()
            .filter(|section| section.spec == spec && section.period == period && section.mode == "CAR")
            .filter_map(|section| {
                Some(CarLeg {
                    at: Interval {
                        start: section.start_ts,
                        end: section.end_ts,
                    },
                    length_m: length(section, &legs)?,
                    route: route(section, &routes),
                })
            })
            .collect();
        let nexts = trips.iter().skip(1).map(|trip| trip.start).chain([period_of.end]);
        let stands = trips
            .iter()
            .zip(nexts)
            .map(|(trip, next)| Interval {
                start: trip.end,
                end: next,
            })
            .collect();
        recordings.push(Recording {
            fixes: fixes(&path, period_of)?,
            name,
            spec,
            phone,
            trips,
            car_legs,
            stands,
        });
    }
    Ok(recordings)
}

/// Length of the reference route of a section, of the edition that held at its time.
fn length(section: &SectionRow, legs: &[LegRow]) -> Option<f64> {
    let holds = |leg: &&LegRow| {
        leg.spec == section.spec
            && leg.trip_id == section.trip_id
            && leg.leg_id == section.leg_id
            && leg.kind == "route_coords"
            && leg.valid_start_ts.is_none_or(|from| from <= section.start_ts)
            && leg.valid_end_ts.is_none_or(|until| section.start_ts <= until)
    };
    legs.iter().find(holds)?.length_m
}

/// The reference route of a section.
fn route(section: &SectionRow, routes: &Routes) -> Vec<Place> {
    let holds = |feature: &&Feature| {
        let of = &feature.properties;
        of.spec == section.spec
            && of.trip_id == section.trip_id
            && of.leg_id == section.leg_id
            && of.kind == "route_coords"
            && of.valid_start_ts.is_none_or(|from| from <= section.start_ts)
            && of.valid_end_ts.is_none_or(|until| section.start_ts <= until)
    };
    let line = routes.features.iter().find(holds);
    let points: Vec<[f64; 2]> = line
        .and_then(|feature| serde_json::from_value(feature.geometry.coordinates.clone()).ok())
        .unwrap_or_default();
    points
        .iter()
        .map(|[longitude, latitude]| Place::new(*latitude, *longitude))
        .collect()
}

fn recordings_of(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let listing = std::fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = listing
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.to_string_lossy().ends_with(".csv.gz"));
    paths.sort();
    Ok(paths)
}

/// Spec, period and phone of a recording's file name.
fn parts(name: &str) -> Option<(String, String, String)> {
    let mut parts = name.strip_suffix(".csv.gz")?.split("__");
    let (spec, period, phone) = (parts.next()?, parts.next()?, parts.next()?);
    let period: u32 = period.strip_prefix('p')?.parse().ok()?;
    Some((spec.to_owned(), period.to_string(), phone.to_owned()))
}

fn fixes(path: &Path, period: &Interval) -> anyhow::Result<Vec<(Fix, Millis)>> {
    let millis = |seconds: f64| (seconds * 1e3).round() as Millis;
    let fix = |row: FixRow| {
        let fix = Fix::new(millis(row.ts), row.lat, row.lon, row.accuracy_m)?.with_speed(row.speed_mps);
        Some((fix, millis(row.write_ts.unwrap_or(row.ts))))
    };
    let rows: Vec<FixRow> = rows(path)?;
    Ok(rows
        .into_iter()
        .filter(|row| (period.start..=period.end).contains(&row.ts))
        .filter_map(fix)
        .collect())
}

fn rows<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    let text: Box<dyn Read> = if path.extension().is_some_and(|kind| kind == "gz") {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    csv::Reader::from_reader(text)
        .into_deserialize()
        .collect::<Result<_, _>>()
        .with_context(|| format!("read {}", path.display()))
}
