//! One recording as a picture: where the carrier was over time, what is true and what was found.

use std::fmt::Write as _;

use trips::engine::Place;
use trips::score::Interval;

use super::outings::Recording;
use super::trips::{Found, interval, seconds};

const WIDTH: f64 = 1400.0;
const HEIGHT: f64 = 620.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 50.0;
/// Bottom of the curve.
const BASE: f64 = 470.0;

/// The picture as SVG: distance from the first place over time with the accuracy of each fix, bars of the true and the
/// found trips and stops below.
pub(super) fn svg(recording: &Recording, found: &Found) -> String {
    let mut fixes: Vec<_> = recording.fixes.iter().map(|(fix, _)| *fix).collect();
    fixes.sort();
    let found_trips: Vec<Interval> = found.trips.iter().map(interval).collect();
    let times = fixes.iter().map(|fix| fix.time as f64 / 1e3).chain(
        recording
            .trips
            .iter()
            .chain(&found_trips)
            .flat_map(|trip| [trip.start, trip.end]),
    );
    let (from, until) = times.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
        (low.min(at), high.max(at))
    });
    let home = fixes.first().map_or(Place::new(0.0, 0.0), Place::from);
    let away: Vec<f64> = fixes
        .iter()
        .map(|fix| home.distance_m(&Place::from(fix)) / 1e3)
        .collect();
    let far = away.iter().copied().fold(0.1, f64::max) * 1.05;
    let x = |at: f64| LEFT + (at - from) / (until - from).max(1.0) * (WIDTH - LEFT - RIGHT);
    let y = |km: f64| BASE - km / far * (BASE - TOP);

    let mut text = String::new();
    let _ = writeln!(
        text,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#ffffff"/><text x="{LEFT}" y="28" font-size="17">{}</text>"##,
        recording.name.replace('&', "&amp;").replace('<', "&lt;")
    );
    let mut shade = |trips: &[Interval], color: &str, top: f64, height: f64, opacity: f64| {
        for trip in trips {
            let _ = writeln!(
                text,
                r#"<rect x="{:.1}" y="{top}" width="{:.1}" height="{height}" fill="{color}" fill-opacity="{opacity}"/>"#,
                x(trip.start),
                (x(trip.end) - x(trip.start)).max(1.0)
            );
        }
    };
    let stops: Vec<Interval> = found
        .stops
        .iter()
        .map(|stop| Interval {
            start: seconds(stop.start_time.as_ref()),
            end: seconds(stop.end_time.as_ref()).min(until),
        })
        .collect();
    let halts: Vec<Interval> = found
        .trips
        .iter()
        .flat_map(|trip| &trip.halts)
        .map(|halt| Interval {
            start: seconds(halt.start_time.as_ref()),
            end: seconds(halt.end_time.as_ref()),
        })
        .collect();
    shade(&recording.trips, "#2e7d32", TOP, BASE - TOP, 0.10);
    shade(&recording.trips, "#2e7d32", 500.0, 18.0, 1.0);
    shade(&found_trips, "#1565c0", 526.0, 18.0, 1.0);
    shade(&halts, "#ffffff", 530.0, 10.0, 0.75);
    shade(&stops, "#8d6e63", 552.0, 18.0, 1.0);
    for (label, at) in [("truth", 513.0), ("trips", 539.0), ("stops", 565.0)] {
        let _ = writeln!(
            text,
            r#"<text x="{:.1}" y="{at}" text-anchor="end">{label}</text>"#,
            LEFT - 8.0
        );
    }
    for (fix, km) in fixes.iter().zip(&away) {
        let at = x(fix.time as f64 / 1e3);
        let accuracy = (fix.accuracy_m() / 1e3).min(far);
        let _ = writeln!(
            text,
            r##"<line x1="{at:.1}" x2="{at:.1}" y1="{:.1}" y2="{:.1}" stroke="#b0bec5" stroke-opacity="0.35"/><circle cx="{at:.1}" cy="{:.1}" r="1.6" fill="#37474f"/>"##,
            y((km + accuracy).min(far)),
            y((km - accuracy).max(0.0)),
            y(*km)
        );
    }
    axes(&mut text, from, until, far, x, y);
    text.push_str("</svg>\n");
    text
}

fn axes(text: &mut String, from: f64, until: f64, far: f64, x: impl Fn(f64) -> f64, y: impl Fn(f64) -> f64) {
    let _ = writeln!(
        text,
        r##"<path d="M{LEFT} {TOP}V{BASE}H{:.1}" fill="none" stroke="#000000"/>"##,
        WIDTH - RIGHT
    );
    let span = until - from;
    let step = [600.0, 1800.0, 3600.0, 7200.0, 14_400.0, 43_200.0]
        .into_iter()
        .find(|step| span / step <= 12.0);
    let step = step.unwrap_or(86_400.0);
    let mut at = (from / step).ceil() * step;
    while at <= until {
        let label = jiff::Timestamp::from_second(at as i64).map(|at| at.strftime("%H:%M").to_string());
        let _ = writeln!(
            text,
            r##"<path d="M{0:.1} {BASE}v6" stroke="#000000"/><text x="{0:.1}" y="{1}" text-anchor="middle">{2}</text>"##,
            x(at),
            BASE + 20.0,
            label.unwrap_or_default()
        );
        at += step;
    }
    let step = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
        .into_iter()
        .find(|step| far / step <= 6.0);
    let step = step.unwrap_or(500.0);
    for tick in 0..=(far / step) as usize {
        let km = tick as f64 * step;
        let _ = writeln!(
            text,
            r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{km:.1} km</text>"#,
            LEFT - 8.0,
            y(km) + 4.0
        );
    }
    let _ = writeln!(
        text,
        r#"<text x="{LEFT}" y="600">distance from the first fix over time (UTC), grey: accuracy of the fix; green: true trips; blue: found trips, pale: halts and waits; brown: found stops</text>"#
    );
}
