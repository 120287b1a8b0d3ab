//! Paths of trips as GPX 1.1.

use std::io::Write;

use events::trip::v1::Trip;

use super::kml::{rfc3339, xml};

/// Writes one track per trip.
pub(super) fn write(out: &mut impl Write, trips: &[&Trip]) -> anyhow::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<gpx version="1.1" creator="milepost" xmlns="http://www.topografix.com/GPX/1/1">"#
    )?;
    for trip in trips {
        writeln!(
            out,
            "  <trk>\n    <name>{}</name>\n    <trkseg>",
            xml(&trip.device)
        )?;
        for point in &trip.path {
            let time = point.time.as_ref().map(rfc3339).unwrap_or_default();
            writeln!(
                out,
                r#"      <trkpt lat="{:.7}" lon="{:.7}"><time>{time}</time></trkpt>"#,
                point.latitude, point.longitude
            )?;
        }
        writeln!(out, "    </trkseg>\n  </trk>")?;
    }
    writeln!(out, "</gpx>")?;
    Ok(())
}
