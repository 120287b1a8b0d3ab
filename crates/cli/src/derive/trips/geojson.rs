//! Paths of trips as a GeoJSON FeatureCollection (RFC 7946).

use std::io::{self, Write};

use events::trip::v1::Trip;
use serde_json::json;

/// Writes one LineString per trip, with times and distance as properties.
pub(super) fn write(out: &mut impl Write, trips: &[&Trip]) -> anyhow::Result<()> {
    let feature = |trip: &&Trip| {
        let line: Vec<_> = trip
            .path
            .iter()
            .map(|point| json!([point.longitude, point.latitude]))
            .collect();
        let times: Vec<_> = trip.path.iter().map(|point| json!(point.time)).collect();
        json!({
            "type": "Feature",
            "id": trip.trip_id,
            "geometry": { "type": "LineString", "coordinates": line },
            "properties": {
                "device": trip.device,
                "start_time": trip.start_time,
                "end_time": trip.end_time,
                "distance_m": trip.distance.as_ref().map(|distance| distance.estimate_m),
                "times": times,
            },
        })
    };
    let features: Vec<_> = trips
        .iter()
        .filter(|trip| trip.path.len() >= 2)
        .map(feature)
        .collect();
    serde_json::to_writer(
        &mut *out,
        &json!({ "type": "FeatureCollection", "features": features }),
    )
    .map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}
