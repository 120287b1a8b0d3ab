//! Positions from a file: CSV with a header line, or JSON Lines; compressed with gzip or not; `-` is standard input.
//!
//! Columns of the CSV, and keys of flat JSON objects, stand in [`row`]. A JSON line may also be a position event as
//! `milepost topics read positions` prints it. When every row tells `received_at`, rows come in that order, else in
//! the order of the file.

mod row;
mod source;

use std::path::Path;

use anyhow::{Context as _, bail};
use events::position::v1::Position;

pub(crate) use source::open;

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub(crate) struct BadRow {
    /// Line of the file, from 1.
    pub(crate) line: u64,
    /// What was expected, what was found.
    pub(crate) reason: String,
}

/// Positions of a file in their order of arrival.
#[derive(Debug)]
pub(crate) struct Positions {
    pub(crate) positions: Vec<Position>,
    /// Rows that could not be used, in the order of the file.
    pub(crate) bad: Vec<BadRow>,
}

impl Positions {
    /// Reads the file at `path`; `-` is standard input. Rows without a device column get the name of the file.
    ///
    /// # Errors
    /// When the file cannot be read, or its header lacks time, latitude or longitude.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = source::open(path).with_context(|| format!("read {}", path.display()))?;
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy())
            .unwrap_or_default();
        let device = match name.split('.').next() {
            None | Some("" | "-") => "device",
            Some(stem) => stem,
        };
        Self::parse(text, device).with_context(|| format!("read {}", path.display()))
    }

    /// Reads rows from text; rows without a device get `device`.
    pub(crate) fn parse(mut text: impl std::io::BufRead, device: &str) -> anyhow::Result<Self> {
        let first = text
            .fill_buf()?
            .iter()
            .copied()
            .find(|byte| !byte.is_ascii_whitespace());
        let (rows, bad) = match first {
            None => bail!("expected a CSV header or JSON Lines, found nothing"),
            Some(b'{') => row::json_lines(text, device)?,
            Some(_) => row::csv(text, device)?,
        };
        let mut positions = rows;
        if positions.iter().all(|position| position.received_at.is_some()) {
            positions.sort_by_key(|position| position.received_at.map(|at| (at.seconds, at.nanos)));
        }
        Ok(Self { positions, bad })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use events::position::v1::Source;

    fn parse(text: &str) -> Positions {
        Positions::parse(text.as_bytes(), "phone").unwrap()
    }

    #[test]
    fn the_documented_columns_are_read() {
        let found = parse(
            "device,time,latitude,longitude,accuracy_m,speed_kmh,heading_deg,altitude_m,source,valid\n\
             A1,2026-03-02T08:00:00.250+08:00,31.2304,121.4737,5,36.5,270,12,cell,true\n\
             A1,1772409610,31.2305,121.4738,,,,,,0\n",
        );
        assert_eq!(found.bad, []);
        let [first, second] = &found.positions[..] else {
            panic!("{found:?}")
        };
        assert_eq!(first.device, "A1");
        assert_eq!(
            first.fix_time.map(|at| (at.seconds, at.nanos)),
            Some((1_772_409_600, 250_000_000))
        );
        assert_eq!((first.latitude, first.longitude), (31.2304, 121.4737));
        assert_eq!(
            (first.accuracy_m, first.speed_kmh, first.heading_deg),
            (Some(5.0), Some(36.5), Some(270.0))
        );
        assert_eq!((first.source(), first.valid), (Source::Cell, true));
        assert_eq!(second.fix_time.map(|at| at.seconds), Some(1_772_409_610));
        assert_eq!((second.accuracy_m, second.valid), (None, false));
        assert_ne!(first.event_id, second.event_id);
    }

    #[test]
    fn columns_of_phone_traces_are_read_and_ordered_by_arrival() {
        let found = parse(
            "ts,lat,lon,accuracy_m,speed_mps,altitude_m,bearing,write_ts\n\
             1563821747.546,37.3942943,-122.0800941,16.0,10.0,-8.7,0.0,1563821748.323\n\
             1563821716.121,37.3938443,-122.0807385,128.9,-1,0.0,0.0,1563821716.892\n",
        );
        assert_eq!(found.bad, []);
        let speeds: Vec<_> = found
            .positions
            .iter()
            .map(|position| position.speed_kmh)
            .collect();
        assert_eq!(speeds, [None, Some(36.0)]);
        assert_eq!(found.positions[0].device, "phone");
        assert_eq!(found.positions[0].fix_time.map(|at| at.nanos), Some(121_000_000));
    }

    #[test]
    fn json_lines_flat_or_as_events_are_read() {
        let found = parse(concat!(
            r#"{"device":"A1","time":"2026-03-02T00:00:00Z","latitude":1.5,"longitude":2.5,"accuracy_m":7}"#,
            "\n\n",
            r#"{"device":"A1","fixTime":"2026-03-02T00:00:10Z","latitude":1.5,"longitude":2.5,"valid":true}"#,
            "\n",
            r#"{"key":"A1","value":{"device":"A1","fixTime":"2026-03-02T00:00:20Z","latitude":1.5,"longitude":2.5}}"#,
            "\n",
        ));
        assert_eq!(found.bad, []);
        let times: Vec<_> = found
            .positions
            .iter()
            .map(|position| position.fix_time.map(|at| at.seconds % 100))
            .collect();
        assert_eq!(times, [Some(0), Some(10), Some(20)]);
    }

    #[test]
    fn a_bad_row_is_named_and_the_rest_is_read() {
        let found = parse(
            "device,time,latitude,longitude\n\
             A1,2026-03-02T00:00:00Z,1.5,2.5\n\
             A1,yesterday,1.5,2.5\n\
             A1,2026-03-02T00:00:20Z,north,2.5\n\
             A1,2026-03-02T00:00:30Z\n\
             A1,2026-03-02T00:00:40Z,1.5,2.5\n",
        );
        assert_eq!(found.positions.len(), 2);
        let bad: Vec<String> = found.bad.iter().map(ToString::to_string).collect();
        assert_eq!(
            bad,
            [
                "line 3: expected time as RFC 3339 or Unix seconds, found \"yesterday\"",
                "line 4: expected a number in latitude, found \"north\"",
                "line 5: expected latitude, found none",
            ]
        );
    }

    #[test]
    fn a_header_without_coordinates_is_refused() {
        let error = Positions::parse("device,time\nA1,0\n".as_bytes(), "x").unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected the columns time, latitude and longitude, found device,time: name them so in the header line"
        );
    }
}
