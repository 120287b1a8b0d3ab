//! Paths of trips as KML 2.2.

use std::io::Write;

use events::trip::v1::Trip;

/// Writes one placemark per trip.
pub(super) fn write(out: &mut impl Write, trips: &[&Trip]) -> anyhow::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<kml xmlns="http://www.opengis.net/kml/2.2">"#)?;
    writeln!(out, "<Document>")?;
    for trip in trips {
        let time = |at: &Option<events::Timestamp>| at.as_ref().map(rfc3339).unwrap_or_default();
        let line: Vec<String> = trip
            .path
            .iter()
            .map(|point| format!("{:.7},{:.7}", point.longitude, point.latitude))
            .collect();
        writeln!(out, "  <Placemark>\n    <name>{}</name>", xml(&trip.device))?;
        writeln!(
            out,
            "    <TimeSpan><begin>{}</begin><end>{}</end></TimeSpan>",
            time(&trip.start_time),
            time(&trip.end_time)
        )?;
        writeln!(
            out,
            "    <LineString><coordinates>{}</coordinates></LineString>",
            line.join(" ")
        )?;
        writeln!(out, "  </Placemark>")?;
    }
    writeln!(out, "</Document>\n</kml>")?;
    Ok(())
}

/// RFC 3339, which GPX and KML both take.
pub(super) fn rfc3339(at: &events::Timestamp) -> String {
    jiff::Timestamp::new(at.seconds, at.nanos)
        .map(|at| at.to_string())
        .unwrap_or_default()
}

/// Text for an XML element.
pub(super) fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
