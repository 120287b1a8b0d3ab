//! One row to one position.
//!
//! | column | also | meaning |
//! |---|---|---|
//! | `device` | `device_id`, `imei`, `vehicle_id` | device id |
//! | `time` | `fix_time`, `timestamp`, `ts` | RFC 3339, or Unix seconds; a local time without offset is read as UTC |
//! | `latitude`, `longitude` | `lat`, `lon`, `lng` | degrees, WGS-84 |
//! | `accuracy_m` | `accuracy` | radius of 68 % |
//! | `speed_kmh` | `speed_mps` | negative = unknown |
//! | `heading_deg` | `bearing`, `heading` | degrees |
//! | `altitude_m` | `altitude` | metres |
//! | `source` | | `gnss`, `assisted`, `cell`, `wifi`, `manual` |
//! | `valid` | | `true`/`false`, `1`/`0`; true when absent |
//! | `received_at` | `write_ts` | order of arrival |
//! | `satellites`, `hdop`, `odometer_m`, `stored`, `acc_on`, `mock` | | as in the position event |

use std::io::BufRead;

use anyhow::bail;
use events::Timestamp;
use events::position::v1::{Clock, Position, Quality, Source};
use serde_json::Value;

use super::BadRow;

/// What a file holds: its usable rows and its bad ones.
type Rows = (Vec<Position>, Vec<BadRow>);

/// Reads CSV with a header line.
pub(super) fn csv(text: impl BufRead, device: &str) -> anyhow::Result<Rows> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text);
    let header: Vec<String> = reader
        .headers()?
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').to_ascii_lowercase())
        .collect();
    let columns: Vec<Option<Column>> = header.iter().map(|name| Column::named(name)).collect();
    if ![Column::Time, Column::Latitude, Column::Longitude]
        .iter()
        .all(|needed| columns.contains(&Some(*needed)))
    {
        bail!(
            "expected the columns time, latitude and longitude, found {}: name them so in the header line",
            header.join(",")
        );
    }
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) if error.is_io_error() => return Err(error.into()),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                bad.push(BadRow {
                    line,
                    reason: error.to_string(),
                });
                continue;
            }
        };
        let cells = columns
            .iter()
            .zip(&record)
            .filter_map(|(column, cell)| column.map(|column| (column, cell)));
        match position(cells, device) {
            Ok(position) => rows.push(position),
            Err(reason) => {
                bad.push(BadRow {
                    line: record.position().map_or(0, csv::Position::line),
                    reason,
                });
            }
        }
    }
    Ok((rows, bad))
}

/// Reads JSON Lines: flat objects with the columns as keys, or position events.
pub(super) fn json_lines(text: impl BufRead, device: &str) -> anyhow::Result<Rows> {
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        match json(&line, device) {
            Ok(position) => rows.push(position),
            Err(reason) => bad.push(BadRow { line: number, reason }),
        }
    }
    Ok((rows, bad))
}

fn json(line: &str, device: &str) -> Result<Position, String> {
    let value: Value =
        serde_json::from_str(line).map_err(|error| format!("expected a JSON object: {error}"))?;
    let value = match value {
        Value::Object(mut envelope) if envelope.get("value").is_some_and(Value::is_object) => {
            envelope.remove("value").unwrap_or_default()
        }
        other => other,
    };
    let Value::Object(object) = value else {
        return Err("expected a JSON object, found another kind of value".into());
    };
    if object.contains_key("fixTime") {
        return serde_json::from_value(Value::Object(object))
            .map_err(|error| format!("expected a position event: {error}"));
    }
    let cells: Vec<(Column, String)> = object
        .iter()
        .filter_map(|(name, value)| {
            let text = match value {
                Value::Null => return None,
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Column::named(&name.to_ascii_lowercase()).map(|column| (column, text))
        })
        .collect();
    position(
        cells.iter().map(|(column, text)| (*column, text.as_str())),
        device,
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Device,
    Time,
    Latitude,
    Longitude,
    Accuracy,
    SpeedKmh,
    SpeedMps,
    Heading,
    Altitude,
    Source,
    Valid,
    ReceivedAt,
    Satellites,
    Hdop,
    Odometer,
    Stored,
    AccOn,
    Mock,
}

impl Column {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "device" | "device_id" | "imei" | "vehicle_id" => Self::Device,
            "time" | "fix_time" | "timestamp" | "ts" => Self::Time,
            "latitude" | "lat" => Self::Latitude,
            "longitude" | "lon" | "lng" => Self::Longitude,
            "accuracy_m" | "accuracy" => Self::Accuracy,
            "speed_kmh" => Self::SpeedKmh,
            "speed_mps" => Self::SpeedMps,
            "heading_deg" | "heading" | "bearing" => Self::Heading,
            "altitude_m" | "altitude" => Self::Altitude,
            "source" => Self::Source,
            "valid" => Self::Valid,
            "received_at" | "write_ts" => Self::ReceivedAt,
            "satellites" => Self::Satellites,
            "hdop" => Self::Hdop,
            "odometer_m" => Self::Odometer,
            "stored" => Self::Stored,
            "acc_on" => Self::AccOn,
            "mock" => Self::Mock,
            _ => return None,
        })
    }
}

fn position<'a>(cells: impl Iterator<Item = (Column, &'a str)>, device: &str) -> Result<Position, String> {
    let mut position = Position {
        device: device.into(),
        clock: Clock::Device.into(),
        source: Source::Gnss.into(),
        valid: true,
        ..Position::default()
    };
    let (mut latitude, mut longitude) = (None, None);
    for (column, text) in cells {
        if text.is_empty() {
            continue;
        }
        match column {
            Column::Device => position.device = text.into(),
            Column::Time => position.fix_time = Some(time("time", text)?),
            Column::ReceivedAt => position.received_at = Some(time("received_at", text)?),
            Column::Latitude => latitude = Some(number("latitude", text)?),
            Column::Longitude => longitude = Some(number("longitude", text)?),
            Column::Accuracy => position.accuracy_m = known(number("accuracy_m", text)?),
            Column::SpeedKmh => position.speed_kmh = known(number("speed_kmh", text)?),
            Column::SpeedMps => position.speed_kmh = known(number("speed_mps", text)? * 3.6),
            Column::Heading => position.heading_deg = Some(number("heading_deg", text)?),
            Column::Altitude => position.altitude_m = Some(number("altitude_m", text)?),
            Column::Source => position.source = source(text)?.into(),
            Column::Valid => position.valid = flag("valid", text)?,
            Column::Satellites => position.satellites = text.parse().ok(),
            Column::Hdop => position.hdop = known(number("hdop", text)?),
            Column::Odometer => position.odometer_m = known(number("odometer_m", text)?),
            Column::Stored => position.stored = flag("stored", text)?,
            Column::AccOn => {
                position.status.get_or_insert_default().acc_on = Some(flag("acc_on", text)?);
            }
            Column::Mock => {
                if flag("mock", text)? {
                    position.quality.push(Quality::Mock.into());
                }
            }
        }
    }
    let fix_time = position.fix_time.ok_or("expected time, found none")?;
    position.latitude = latitude.ok_or("expected latitude, found none")?;
    position.longitude = longitude.ok_or("expected longitude, found none")?;
    position.event_id = events::id::deterministic(&[
        b"position",
        position.device.as_bytes(),
        &fix_time.seconds.to_be_bytes(),
        &fix_time.nanos.to_be_bytes(),
        &position.latitude.to_be_bytes(),
        &position.longitude.to_be_bytes(),
    ])
    .to_string();
    Ok(position)
}

/// Phones say -1 for what they do not know.
fn known(number: f64) -> Option<f64> {
    (number >= 0.0).then_some(number)
}

fn number(column: &str, text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| format!("expected a number in {column}, found {text:?}"))
}

fn flag(column: &str, text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => Ok(true),
        "0" | "false" | "no" => Ok(false),
        _ => Err(format!("expected true or false in {column}, found {text:?}")),
    }
}

fn source(text: &str) -> Result<Source, String> {
    Ok(match text.to_ascii_lowercase().as_str() {
        "gnss" | "gps" | "beidou" => Source::Gnss,
        "assisted" | "agps" => Source::Assisted,
        "cell" | "lbs" | "cell-id" | "cellid" | "cell_id" => Source::Cell,
        "wifi" => Source::Wifi,
        "manual" => Source::Manual,
        _ => {
            return Err(format!(
                "expected the source gnss, assisted, cell, wifi or manual, found {text:?}"
            ));
        }
    })
}

/// RFC 3339, or Unix seconds with or without decimals; a time without offset is read as UTC.
fn time(column: &str, text: &str) -> Result<Timestamp, String> {
    let unusable = || format!("expected {column} as RFC 3339 or Unix seconds, found {text:?}");
    let timestamp = match unix(text) {
        Some(timestamp) => timestamp,
        None => match text.parse::<jiff::Timestamp>() {
            Ok(timestamp) => timestamp,
            Err(_) => text
                .parse::<jiff::civil::DateTime>()
                .and_then(|civil| jiff::tz::TimeZone::UTC.to_timestamp(civil))
                .map_err(|_| unusable())?,
        },
    };
    let nanos = timestamp.as_nanosecond().rem_euclid(1_000_000_000);
    Ok(Timestamp {
        seconds: timestamp
            .as_nanosecond()
            .div_euclid(1_000_000_000)
            .try_into()
            .map_err(|_| unusable())?,
        nanos: nanos.try_into().map_err(|_| unusable())?,
    })
}

/// Unix seconds, read digit by digit: a float would not keep all digits of the fraction.
fn unix(text: &str) -> Option<jiff::Timestamp> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: i64 = seconds.parse().ok()?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nanos: i32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    jiff::Timestamp::new(whole, if seconds.starts_with('-') { -nanos } else { nanos }).ok()
}
