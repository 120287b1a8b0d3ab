//! How near the records come to the truth: simulated staff whose every crossing of the border is known.

use std::collections::HashMap;

use attendance::derive::{Options, derive};
use attendance::roster::resolve;
use events::attendance::v1::{Grade, Record};
use events::position::v1::{Position, Source};
use jiff::civil::{Date, date};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use spatial::{Point, distance};

use crate::scenarios::{base, definitions};
use crate::track::{CENTRE, fix};

const DAY: Date = date(2025, 9, 24);
/// 00:00 in Shanghai on [`DAY`], Unix seconds.
const MIDNIGHT: i64 = 1_758_643_200;
/// Radius of the site.
const RADIUS_M: f64 = 200.0;
/// Where 68 % of a round normal error lie, in standard deviations of one axis.
const ROUND_68: f64 = 1.51;

/// Records of a day of shift S1 (09:00 to 18:00, break 12:00 to 13:00) at headquarters, by person.
fn records(staff: usize, positions: Vec<Position>) -> HashMap<String, Record> {
    let persons: String = (0..staff)
        .map(|number| {
            format!(
                "[[persons]]\nid = \"P{number}\"\nsites = [\"HQ\"]\n\
                 [[rosters]]\nperson = \"P{number}\"\nshift = \"S1\"\nday = \"{DAY}\"\n"
            )
        })
        .collect();
    let (written, problems) = definitions(&[base(), persons]);
    let resolved = resolve(&written, &HashMap::new());
    assert_eq!((problems, resolved.problems), (Vec::new(), Vec::new()));
    let options = Options {
        from: Some(DAY),
        until: Some(DAY),
        ..Options::default()
    };
    let derived = derive(&resolved.roster, &written, positions, &options);
    assert!(derived.strangers.is_empty(), "each device is a person");
    derived
        .records
        .into_iter()
        .map(|record| (record.person.clone(), record))
        .collect()
}

/// A step of a standard normal distribution (Box and Muller).
fn normal(random: &mut StdRng) -> f64 {
    let radius = (-2.0 * random.random_range(f64::MIN_POSITIVE..1.0).ln()).sqrt();
    radius * random.random_range(0.0..std::f64::consts::TAU).cos()
}

/// The point that lies so many metres east and north.
fn shifted(point: Point, east: f64, north: f64) -> Point {
    distance::destination(point, east.atan2(north).to_degrees(), east.hypot(north))
}

/// One true day: when the border was crossed, and how fast.
struct Walk {
    /// Pairs of entering and leaving, seconds of the day.
    stays: Vec<(f64, f64)>,
    speed_ms: f64,
    bearing: f64,
}

impl Walk {
    fn new(random: &mut StdRng) -> Self {
        let minutes = |random: &mut StdRng, from: f64, to: f64| random.random_range(from..to) * 60.0;
        let arrival = minutes(random, 500.0, 565.0);
        let departure = minutes(random, 1_060.0, 1_125.0);
        let mut stays = Vec::new();
        let mut entered = arrival;
        for (earliest, latest) in [(585.0, 620.0), (790.0, 950.0)] {
            if random.random_bool(0.5) {
                continue;
            }
            // Within two minutes of the limit of 15 the limit decides about the whole of it: left out.
            let long = random.random_bool(0.7);
            let out = if long {
                minutes(random, 17.0, 90.0)
            } else {
                minutes(random, 4.0, 13.0)
            };
            let left = minutes(random, earliest, latest);
            stays.push((entered, left));
            entered = left + out;
        }
        stays.push((entered, departure));
        Self {
            stays,
            speed_ms: random.random_range(1.2..8.0),
            bearing: random.random_range(0.0..360.0),
        }
    }

    /// Metres from the centre: walks straight in and out, and stays between a few metres and 1.5 km.
    fn metres(&self, at: f64) -> f64 {
        let inside = self.stays.iter().find(|(from, to)| *from <= at && at < *to);
        let edge = self
            .stays
            .iter()
            .flat_map(|(from, to)| [(at - from).abs(), (at - to).abs()])
            .fold(f64::INFINITY, f64::min);
        match inside {
            Some(_) => (RADIUS_M - self.speed_ms * edge).max(20.0),
            None => (RADIUS_M + self.speed_ms * edge).min(1_500.0),
        }
    }

    /// Minutes outside between arrival and departure that the limit of 15 makes away.
    fn away_min(&self) -> f64 {
        self.stays
            .windows(2)
            .filter_map(|pair| Some(pair.get(1)?.0 - pair.first()?.1))
            .filter(|out| *out > 900.0)
            .sum::<f64>()
            / 60.0
    }

    /// A fix each minute; each 50th is lost; the error wanders as that of a receiver between houses does.
    fn fixes(&self, device: &str, random: &mut StdRng, into: &mut Vec<Position>) {
        let (mut east, mut north) = (normal(random), normal(random));
        let mut at = 420 * 60 + random.random_range(0..60);
        while at < 1_200 * 60 {
            let accuracy: f64 = random.random_range(5.0..20.0);
            let step = (1.0_f64 - 0.8 * 0.8).sqrt();
            east = 0.8 * east + step * normal(random);
            north = 0.8 * north + step * normal(random);
            let sigma = accuracy / ROUND_68;
            #[allow(clippy::cast_precision_loss, reason = "seconds of a day")]
            let place = distance::destination(CENTRE, self.bearing, self.metres(at as f64));
            if !random.random_bool(0.02) {
                let seen = shifted(place, east * sigma, north * sigma);
                into.push(fix(device, MIDNIGHT + at, seen, accuracy, MIDNIGHT + at));
            }
            at += 60;
        }
    }
}

/// The 50th and 95th of hundred, and the largest.
fn quantiles(errors: &mut [f64]) -> (f64, f64, f64) {
    errors.sort_by(f64::total_cmp);
    let at = |share: usize| errors[(errors.len() - 1) * share / 100];
    (at(50), at(95), at(100))
}

/// GPS each 60 s: arrival and departure within 90 s for 95 of 100, minutes away within 2.
#[test]
#[allow(clippy::cast_precision_loss, reason = "seconds of a day")]
fn staff_with_gps_each_minute() {
    const STAFF: usize = 200;
    let mut random = StdRng::seed_from_u64(20_250_924);
    let walks: Vec<Walk> = (0..STAFF).map(|_| Walk::new(&mut random)).collect();
    let mut positions = Vec::new();
    for (number, walk) in walks.iter().enumerate() {
        walk.fixes(&format!("P{number}"), &mut random, &mut positions);
    }
    let records = records(STAFF, positions);
    let (mut arrivals, mut departures, mut away) = (Vec::new(), Vec::new(), Vec::new());
    for (number, walk) in walks.iter().enumerate() {
        let record = &records[&format!("P{number}")];
        let seen = |time: &Option<events::Timestamp>| {
            let time = time.as_ref().expect("both are seen with a fix a minute");
            (time.seconds - MIDNIGHT) as f64
        };
        arrivals.push((seen(&record.r#in) - walk.stays[0].0).abs());
        departures.push((seen(&record.out) - walk.stays[walk.stays.len() - 1].1).abs());
        away.push((f64::from(record.away) - walk.away_min()).abs());
    }
    let (arrival, departure, away) = (
        quantiles(&mut arrivals),
        quantiles(&mut departures),
        quantiles(&mut away),
    );
    eprintln!("{STAFF} person-days, a fix each 60 s (p50, p95, largest):");
    eprintln!("  arrival error, s:   {arrival:.1?}");
    eprintln!("  departure error, s: {departure:.1?}");
    eprintln!("  away error, min:    {away:.1?}");
    assert!(arrival.1 <= 90.0 && departure.1 <= 90.0, "p95 within 90 s");
    assert!(away.2 <= 2.0, "away within 2 min");
}

/// Where somebody with positions by towers only really was.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Truth {
    Present,
    /// Elsewhere all day, metres from the border.
    Absent(f64),
}

/// A position each 5 minutes by one of three towers around; each is off by an error of 500 to 1,500 m (68 %) that stays
/// the same all day, and a phone stays with a tower for half an hour or so.
fn by_towers(device: &str, truth: Truth, random: &mut StdRng, into: &mut Vec<Position>) {
    let home = distance::destination(CENTRE, random.random_range(0.0..360.0), 8_000.0);
    let bearing = random.random_range(0.0..360.0);
    let towers = |place: Point, random: &mut StdRng| {
        [(); 3].map(|()| {
            let accuracy: f64 = random.random_range(500.0..1_500.0);
            let sigma = accuracy / ROUND_68;
            (
                shifted(place, sigma * normal(random), sigma * normal(random)),
                accuracy,
            )
        })
    };
    let there = match truth {
        Truth::Present => CENTRE,
        Truth::Absent(metres) => distance::destination(CENTRE, bearing, RADIUS_M + metres),
    };
    let (at_home, there) = (towers(home, random), towers(there, random));
    let mut tower = 0;
    for slot in 0..168 {
        let at = 6 * 3_600 + slot * 300;
        if random.random_bool(0.17) {
            tower = random.random_range(0..3);
        }
        let working = (8 * 3_600 + 2_700..18 * 3_600 + 900).contains(&at);
        let (point, accuracy) = if working { there[tower] } else { at_home[tower] };
        let mut position = fix(device, MIDNIGHT + at, point, accuracy, MIDNIGHT + at);
        position.set_source(Source::Cell);
        into.push(position);
    }
}

/// Positions by towers only: nobody who was there is absent, and who was far away is found.
#[test]
#[allow(clippy::cast_precision_loss, reason = "shares")]
fn staff_with_towers_only() {
    const STAFF: usize = 600;
    let mut random = StdRng::seed_from_u64(5_001_500);
    let mut positions = Vec::new();
    let truths: Vec<Truth> = (0..STAFF)
        .map(|number| {
            let truth = match number % 6 {
                0..=2 => Truth::Present,
                3 | 4 => Truth::Absent(random.random_range(3_000.0..15_000.0)),
                _ => Truth::Absent(random.random_range(500.0..3_000.0)),
            };
            by_towers(&format!("P{number}"), truth, &mut random, &mut positions);
            truth
        })
        .collect();
    let records = records(STAFF, positions);
    let mut table: [HashMap<&'static str, usize>; 3] = Default::default();
    let (mut wrong, mut counted, mut scheduled) = (0, 0, 0);
    for (number, truth) in truths.iter().enumerate() {
        let record = &records[&format!("P{number}")];
        let row = match truth {
            Truth::Present => 0,
            Truth::Absent(metres) if *metres >= 3_000.0 => 1,
            Truth::Absent(_) => 2,
        };
        *table[row].entry(record.grade().as_str_name()).or_default() += 1;
        let absent = matches!(
            record.grade(),
            Grade::Absent | Grade::HalfAbsentAm | Grade::HalfAbsentPm
        );
        wrong += usize::from(*truth == Truth::Present && absent);
        if *truth == Truth::Present {
            let labels = record.labels.as_ref().expect("labels");
            counted += labels.present + labels.unknown;
            scheduled += record.scheduled;
        }
    }
    for (what, grades) in ["present", "absent beyond 3 km", "absent within 3 km"]
        .iter()
        .zip(&table)
    {
        let mut grades: Vec<_> = grades.iter().collect();
        grades.sort();
        eprintln!("{what}: {grades:?}");
    }
    eprintln!("minutes of those present that are neither away nor absent: {counted} of {scheduled}");
    let far: usize = table[1].values().sum();
    let found = table[1].get("GRADE_ABSENT").copied().unwrap_or(0);
    eprintln!(
        "wrongly absent: {wrong}; found beyond 3 km: {found} of {far} ({:.1} %)",
        100.0 * found as f64 / far as f64
    );
    assert_eq!(wrong, 0, "nobody who was there is absent");
    assert!(found as f64 >= 0.95 * far as f64, "95 of 100 are found");
}
