//! Where somebody was, written short, as presences or as positions.
//!
//! `HQ 08:52-18:07`: at a site; `out@3000 14:00-15:10`: so many metres west of headquarters; `? 13:30-15:30`: nothing
//! is known; `border@20/15`: each minute that far to one and the other side of the border, with that accuracy;
//! `one@3000/1200`: a single fix; `cell@8000/1000`: coarse fixes at a distance from the centre; `flip`: two towers take
//! turns. Before, between and after the entries the person is elsewhere. Behind: `known TIME` when it became known,
//! `ahead HOURS` of a wrong clock, `mock`, `dev NAME`. Times count from the midnight of the row's day.

use attendance::roster::when::second;
use events::position::v1::{Position, Quality, Source};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use spatial::{Point, distance};

pub(crate) const CENTRE: Point = Point {
    latitude: 31.2304,
    longitude: 121.4737,
};
/// Seconds between two fixes.
const EACH_S: i64 = 60;
/// How long before and after the entries the person is known to be elsewhere.
const AROUND_S: i64 = 3 * 3600;

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) place: String,
    pub(crate) from: i64,
    pub(crate) until: i64,
    pub(crate) known: Option<i64>,
    pub(crate) ahead: i64,
    pub(crate) mock: bool,
    pub(crate) device: String,
}

pub(crate) fn entries(track: &[String], day: Date, zone: &TimeZone) -> Vec<Entry> {
    let midnight = second(day.at(0, 0, 0, 0), zone);
    track.iter().map(|text| entry(text, midnight)).collect()
}

fn entry(text: &str, midnight: i64) -> Entry {
    let mut words = text.split_whitespace();
    let place = words.next().expect("a place").to_owned();
    let times = words.next().expect("two times");
    let cut = times
        .char_indices()
        .skip(1)
        .find(|(_, c)| *c == '-')
        .expect("from-until")
        .0;
    let mut entry = Entry {
        place,
        from: midnight + clock(&times[..cut]),
        until: midnight + clock(&times[cut + 1..]),
        known: None,
        ahead: 0,
        mock: false,
        device: "D1".into(),
    };
    while let Some(word) = words.next() {
        match word {
            "known" => entry.known = Some(midnight + clock(words.next().expect("a time"))),
            "ahead" => entry.ahead = words.next().expect("hours").parse::<i64>().expect("hours") * 3600,
            "mock" => entry.mock = true,
            "dev" => entry.device = words.next().expect("a device").to_owned(),
            other => panic!("unknown word {other:?} in {text:?}"),
        }
    }
    entry
}

fn clock(text: &str) -> i64 {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.trim_start_matches('+')),
    };
    let parts: Vec<i64> = text
        .split(':')
        .map(|part| part.parse().expect("a number"))
        .collect();
    let seconds =
        parts.first().expect("hours") * 3600 + parts.get(1).unwrap_or(&0) * 60 + parts.get(2).unwrap_or(&0);
    sign * seconds
}

/// True when the entries can be told without positions.
pub(crate) fn can_be_told(entries: &[Entry]) -> bool {
    entries.iter().all(|entry| {
        let exact = !["border", "one", "cell", "flip", "at"]
            .iter()
            .any(|kind| entry.place.starts_with(kind));
        exact && entry.ahead == 0 && !entry.mock && entry.device == "D1"
    })
}

/// The entries as `[[presence]]` tables.
pub(crate) fn presences(entries: &[Entry]) -> Vec<String> {
    let text = |at: i64| format!("\"{}\"", jiff::Timestamp::from_second(at).expect("a time"));
    let unknown_at = |at: i64| {
        entries
            .iter()
            .any(|entry| entry.place == "?" && (entry.from == at || entry.until == at))
    };
    entries
        .iter()
        .filter(|entry| entry.place != "?")
        .map(|entry| {
            let place = match entry.place.strip_prefix("out@") {
                Some(metres) => format!("outside = true, distance_m = {metres}"),
                None => format!("site = \"{}\"", entry.place),
            };
            let known = entry.known.map_or_else(String::new, |at| format!(", known_at = {}", text(at)));
            let late = entry.known.is_some();
            format!(
                "{{ person = \"P1\", {place}, from = {}, until = {}, unknown_before = {}, unknown_after = {}{known} }}",
                text(entry.from),
                text(entry.until),
                unknown_at(entry.from) && !late,
                unknown_at(entry.until) && !late,
            )
        })
        .collect()
}

/// The entries as positions, one a minute.
pub(crate) fn positions(entries: &[Entry], sites: impl Fn(&str) -> Option<Point>) -> Vec<Position> {
    let mut positions = Vec::new();
    for entry in entries {
        fixes(entry, &sites, &mut positions);
        // Before a silence the last fix is at its very beginning.
        let silence =
            |other: &Entry| matches!(other.place.as_str(), "?" | "flip") && other.from == entry.until;
        if entry.known.is_none() && entries.iter().any(silence) {
            fixes(
                &Entry {
                    from: entry.until,
                    until: entry.until + 1,
                    ..entry.clone()
                },
                &sites,
                &mut positions,
            );
        }
    }
    let seen: Vec<&Entry> = entries.iter().filter(|entry| entry.place != "?").collect();
    let elsewhere = seen
        .iter()
        .all(|entry| entry.ahead == 0 && !entry.mock && !entry.place.starts_with("cell"));
    if let (Some(first), Some(last)) = (
        seen.iter().map(|entry| entry.from).min(),
        seen.iter().map(|entry| entry.until).max(),
    ) && elsewhere
    {
        let device = seen.first().map_or("D1", |entry| entry.device.as_str());
        let all_late = seen.iter().map(|entry| entry.known).min().flatten();
        let mut at = first - AROUND_S;
        while at < last + AROUND_S {
            let covered = entries.iter().any(|entry| {
                let here = entry.from <= at && at < entry.until;
                let near = (at - entry.from).abs() < EACH_S || (at - entry.until).abs() < EACH_S;
                here || (near && entry.place == "?")
            });
            if !covered {
                positions.push(fix(
                    device,
                    at,
                    distance::destination(CENTRE, 270.0, 1_500.0),
                    10.0,
                    all_late.unwrap_or(at),
                ));
            }
            at += EACH_S;
        }
        // Leaving is seen at once.
        for entry in &seen {
            let followed = entries
                .iter()
                .any(|other| other.from <= entry.until && entry.until < other.until);
            if !followed && !["one", "at"].iter().any(|kind| entry.place.starts_with(kind)) {
                let at = entry.until;
                positions.push(fix(
                    device,
                    at,
                    distance::destination(CENTRE, 270.0, 1_500.0),
                    10.0,
                    all_late.unwrap_or(at),
                ));
            }
        }
    }
    positions
}

pub(crate) fn fixes(entry: &Entry, sites: &impl Fn(&str) -> Option<Point>, into: &mut Vec<Position>) {
    let (kind, figures) = entry.place.split_once('@').unwrap_or((&entry.place, ""));
    let mut figures = figures.split('/').filter_map(|figure| figure.parse::<f64>().ok());
    let (metres, accuracy) = (figures.next().unwrap_or(0.0), figures.next().unwrap_or(10.0));
    let west = |metres: f64| distance::destination(CENTRE, 270.0, metres);
    let mut at = entry.from;
    let mut turn = 0_u32;
    while at < entry.until {
        let even = turn.is_multiple_of(2);
        let (point, accuracy) = match kind {
            "?" => return,
            "out" => (west(metres), 10.0),
            "border" => (west(if even { 200.0 + metres } else { 200.0 - metres }), accuracy),
            "one" | "cell" | "at" => (west(metres), accuracy),
            "flip" => (west(if even { 300.0 } else { 6_300.0 }), 1_500.0),
            site => (sites(site).unwrap_or_else(|| panic!("no site {site:?}")), 10.0),
        };
        let known = entry.known.unwrap_or(at);
        let mut position = fix(&entry.device, at + entry.ahead, point, accuracy, known);
        if entry.mock {
            position.quality.push(Quality::Mock.into());
        }
        if kind == "cell" || kind == "flip" {
            position.set_source(Source::Cell);
        }
        into.push(position);
        at += EACH_S;
        turn += 1;
    }
}

pub(crate) fn fix(device: &str, at: i64, point: Point, accuracy: f64, received_at: i64) -> Position {
    let time = |seconds: i64| Some(events::Timestamp { seconds, nanos: 0 });
    Position {
        event_id: format!("{device}-{at}"),
        device: device.to_owned(),
        fix_time: time(at),
        received_at: time(received_at),
        source: Source::Gnss.into(),
        valid: true,
        latitude: point.latitude,
        longitude: point.longitude,
        accuracy_m: Some(accuracy),
        ..Position::default()
    }
}
