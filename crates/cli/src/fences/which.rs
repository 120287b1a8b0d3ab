use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use geofence::engine::FenceSet;
use serde::Serialize;
use spatial::Point;

use super::Fences;
use crate::exit::{FAILED, Outcome};

/// Least probability that is shown for a point with an accuracy.
const LEAST: f64 = 0.01;

/// Prints a JSON line for each point, in the order of the file: its id and the ids of the fences that contain it. A point on a
/// border is inside. With `accuracy_m` also the probability of each fence near it.
///
/// Example: milepost fences which --fences yards.geojson --points points.csv
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Fences as GeoJSON, KML or WKT
    #[arg(long, value_name = "FILE")]
    fences: PathBuf,
    /// Points as CSV with the columns id,latitude,longitude and optionally accuracy_m; `-` is standard input
    #[arg(long, value_name = "FILE")]
    points: PathBuf,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fences: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<BTreeMap<&'a str, f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let fences = Fences::read(&arguments.fences)?;
    fences.report();
    let (set, _) = FenceSet::load(&fences.usable, i64::MAX);
    drop(fences);
    let text = crate::derive::positions::open(&arguments.points)
        .with_context(|| format!("read {}", arguments.points.display()))?;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text);
    let header: Vec<String> = reader.headers()?.iter().map(str::to_ascii_lowercase).collect();
    let column = |names: &[&str]| header.iter().position(|name| names.contains(&name.as_str()));
    let (Some(latitude), Some(longitude)) =
        (column(&["latitude", "lat"]), column(&["longitude", "lon", "lng"]))
    else {
        bail!(
            "expected the columns id, latitude and longitude, found {}: name them so in the header line",
            header.join(",")
        );
    };
    let (id, accuracy) = (column(&["id"]), column(&["accuracy_m", "accuracy"]));
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut failed = false;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let number = reader.position().line().to_string();
        let name = id.and_then(|column| record.get(column)).unwrap_or(&number);
        let line = match point(&record, latitude, longitude) {
            Ok(point) => {
                let metres = accuracy
                    .and_then(|column| record.get(column)?.parse().ok())
                    .filter(|metres: &f64| *metres > 0.0);
                Line {
                    id: name,
                    fences: Some(set.containing(point)),
                    probability: metres
                        .map(|metres| set.probable(point, metres, LEAST).into_iter().collect()),
                    error: None,
                }
            }
            Err(error) => {
                failed = true;
                Line {
                    id: name,
                    fences: None,
                    probability: None,
                    error: Some(error),
                }
            }
        };
        serde_json::to_writer(&mut out, &line)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(if failed {
        ExitCode::from(FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

fn point(record: &csv::StringRecord, latitude: usize, longitude: usize) -> Result<Point, String> {
    let number = |column: usize, name: &str| -> Result<f64, String> {
        let text = record.get(column).unwrap_or_default();
        text.parse()
            .map_err(|_| format!("expected a number in {name}, found {text:?}"))
    };
    Point::new(number(latitude, "latitude")?, number(longitude, "longitude")?)
        .map_err(|error| error.to_string())
}
