//! Visits on simulated field days: routes from the reference routes of the MobilityNet outings, and what a phone reports
//! on the way and at a place (when, how accurate, how far off) drawn from what phones reported on those outings.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use trips::engine::{Fix, Millis, Place};

use crate::day::{MIDNIGHT, result};
use crate::real_days::traces;

const DAYS: u64 = 60;
const VISITS: usize = 7;
/// A visit is found when a stop of this share of ten minutes or more shares half of the time that the two cover, this
/// near.
const NEAR_M: f64 = 200.0;
const VISIT_S: f64 = 600.0;
const STOP_SHARE: f64 = 0.75;

/// What a phone reported from some moment on: seconds after it, metres east and north of the true place, accuracy.
type Pattern = Vec<(f64, f64, f64, f64)>;

/// What one phone's setting makes of a way and of a stay.
#[derive(Debug, Default)]
struct Habit {
    ways: Vec<Pattern>,
    stays: Vec<Pattern>,
}

/// Phones whose setting was the most accurate one, at any price in battery.
const ALWAYS_ON: [&str; 2] = ["android-1", "ios-1"];

/// What came of the days of some phones.
#[derive(Debug, Default)]
struct Tally {
    visits: usize,
    /// Visits during which the phone reported nothing.
    unseen: usize,
    stops: usize,
    hits: usize,
}

impl Tally {
    fn recall(&self) -> f64 {
        self.hits as f64 / self.visits as f64
    }

    fn precision(&self) -> f64 {
        self.hits as f64 / self.stops as f64
    }
}

struct Chance(u64);

impl Chance {
    /// Between 0 and 1 (Knuth's MMIX generator), so that the days are the same everywhere.
    fn share(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[(self.share() * items.len() as f64) as usize]
    }
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path)
        .expect("a table")
        .into_deserialize()
        .map(|row| row.expect("a row"))
        .collect()
}

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

/// Habits of the phones on outings by car, bicycle, scooter and bus, by phone.
fn habits(folder: &Path) -> BTreeMap<String, Habit> {
    let mut trips: BTreeMap<(String, String), Vec<(f64, f64)>> = BTreeMap::new();
    for row in rows(&folder.join("gt_trips.csv")) {
        let times = (number(&row["start_ts"]), number(&row["end_ts"]));
        trips
            .entry((row["spec"].clone(), row["period"].clone()))
            .or_default()
            .push(times);
    }
    let mut habits: BTreeMap<String, Habit> = BTreeMap::new();
    let names = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = names
        .filter(|path| path.to_string_lossy().ends_with(".csv.gz"))
        .collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let mut parts = name.trim_end_matches(".csv.gz").split("__");
        let (spec, period, phone) = (parts.next(), parts.next(), parts.next());
        let (Some(spec), Some(period), Some(phone)) = (spec, period, phone) else {
            continue;
        };
        let period: u32 = number(period.trim_start_matches('p')) as u32;
        let Some(trips) = trips.get(&(spec.to_owned(), period.to_string())) else {
            continue;
        };
        if spec.starts_with("train") {
            continue;
        }
        let file = std::fs::File::open(&path).expect("a recording");
        let mut fixes: Vec<(f64, Place, f64)> =
            csv::Reader::from_reader(BufReader::new(MultiGzDecoder::new(file)))
                .records()
                .map(|row| row.expect("a row"))
                .map(|row| {
                    (
                        number(&row[0]),
                        Place::new(number(&row[1]), number(&row[2])),
                        number(&row[3]),
                    )
                })
                .collect();
        fixes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let habit = habits.entry(phone.to_owned()).or_default();
        for (at, (start, end)) in trips.iter().enumerate() {
            let within =
                |from: f64, until: f64| fixes.iter().filter(move |fix| (from..until).contains(&fix.0));
            habit.ways.push(
                within(*start, *end)
                    .map(|fix| (fix.0 - start, 0.0, 0.0, fix.2))
                    .collect(),
            );
            let Some((next, _)) = trips.get(at + 1) else {
                continue;
            };
            // the most accurate fix well within the stay is taken for its place
            let best = within(end + 60.0, next - 60.0).min_by(|a, b| a.2.total_cmp(&b.2));
            let stay = best.map(|best| {
                within(*end, *next)
                    .map(|fix| {
                        let (east, north) = best.1.offset_m(&fix.1);
                        (fix.0 - end, east, north, fix.2)
                    })
                    .collect()
            });
            habit.stays.push(stay.unwrap_or_default());
        }
    }
    habits.retain(|_, habit| !habit.stays.is_empty());
    habits
}

/// The reference routes by car.
fn routes(folder: &Path) -> Vec<Vec<Place>> {
    let text = std::fs::read(folder.join("spec_reference.geojson")).expect("the routes");
    let collection: serde_json::Value = serde_json::from_slice(&text).expect("GeoJSON");
    let features = collection["features"].as_array().expect("features");
    features
        .iter()
        .filter(|it| it["properties"]["kind"] == "route_coords" && it["properties"]["mode"] == "CAR")
        .map(|it| {
            let points = it["geometry"]["coordinates"].as_array().expect("points");
            let degrees = |value: &serde_json::Value| value.as_f64().expect("degrees");
            points
                .iter()
                .map(|point| Place::new(degrees(&point[1]), degrees(&point[0])))
                .collect()
        })
        .collect()
}

/// A day in the making.
struct Day<'a> {
    chance: Chance,
    habit: &'a Habit,
    /// Errors as shares of the stated accuracy, for fixes on the way.
    errors: Vec<(f64, f64)>,
    now_s: f64,
    place: Place,
    fixes: Vec<Fix>,
    visits: Vec<(f64, f64, Place)>,
}

impl Day<'_> {
    fn report(&mut self, second: f64, place: Place, accuracy_m: f64) {
        let time = MIDNIGHT + (second * 1e3) as Millis;
        self.fixes
            .extend(Fix::new(time, place.latitude, place.longitude, accuracy_m));
    }

    fn visit(&mut self, seconds: f64) {
        let pattern = self.chance.pick(&self.habit.stays).clone();
        for (after, east, north, accuracy_m) in pattern.into_iter().filter(|seen| seen.0 < seconds) {
            self.report(self.now_s + after, self.place.moved_m(east, north), accuracy_m);
        }
        self.visits.push((self.now_s, self.now_s + seconds, self.place));
        self.now_s += seconds;
    }

    /// Drives along a part of a route, with red lights.
    fn drive(&mut self, route: &[Place]) {
        let mut speed = self.chance.between(5.0, 16.0);
        let begin = (self.chance.share() * 0.3 * route.len() as f64) as usize;
        let length_m = self.chance.between(2000.0, 9000.0);
        let origin = route[begin];
        let (mut at_s, mut gone) = (0.0, 0.0);
        // seconds after leaving, metres east and north
        let mut way = vec![(0.0, 0.0, 0.0)];
        for pair in route[begin..].windows(2) {
            let step = pair[0].distance_m(&pair[1]);
            at_s += step / speed;
            gone += step;
            let (east, north) = origin.offset_m(&pair[1]);
            way.push((at_s, east, north));
            if self.chance.share() < step / 500.0 {
                speed = self.chance.between(5.0, 16.0);
            }
            if self.chance.share() < 0.08 {
                at_s += self.chance.between(15.0, 120.0);
                way.push((at_s, east, north));
            }
            if gone >= length_m {
                break;
            }
        }
        let start = self.place;
        let spot = |seconds: f64| {
            let next = way.partition_point(|point| point.0 < seconds).max(1);
            let (a, b) = (way[next - 1], way[next.min(way.len() - 1)]);
            let share = if b.0 > a.0 {
                (seconds - a.0) / (b.0 - a.0)
            } else {
                1.0
            };
            start.moved_m(a.1 + (b.1 - a.1) * share, a.2 + (b.2 - a.2) * share)
        };
        let pattern = self.chance.pick(&self.habit.ways).clone();
        for (after, _, _, accuracy_m) in pattern.into_iter().filter(|seen| seen.0 < at_s) {
            let (east, north) = *self.chance.pick(&self.errors);
            let place = spot(after).moved_m(east * accuracy_m, north * accuracy_m);
            self.report(self.now_s + after, place, accuracy_m);
        }
        self.place = spot(at_s);
        self.now_s += at_s;
    }
}

#[test]
fn visits_of_field_days_are_found() {
    let Some(folder) = traces() else { return };
    let folder = folder.join("mobilitynet");
    let (habits, routes) = (habits(&folder), routes(&folder));
    let mut tallies: BTreeMap<bool, Tally> = BTreeMap::new();
    for (number, (phone, habit)) in (0..DAYS).zip(habits.iter().cycle()) {
        let errors = habit.stays.iter().flatten().filter(|seen| seen.3 <= 100.0);
        let errors: Vec<(f64, f64)> = errors
            .map(|seen| (seen.1 / seen.3, seen.2 / seen.3))
            .filter(|error| error.0.hypot(error.1) < 3.0)
            .collect();
        if errors.is_empty() {
            continue;
        }
        let mut day = Day {
            chance: Chance(number + 1),
            habit,
            errors,
            now_s: 8.0 * 3600.0,
            place: Place::new(31.23, 121.47),
            fixes: Vec::new(),
            visits: Vec::new(),
        };
        day.visit(1800.0);
        for _ in 0..VISITS {
            let route = day.chance.pick(&routes).clone();
            day.drive(&route);
            let seconds = day.chance.between(VISIT_S, 3600.0);
            day.visit(seconds);
        }
        day.fixes.sort();
        let seen = |visit: &&(f64, f64, Place)| {
            let at = |second: f64| MIDNIGHT + (second * 1e3) as Millis;
            day.fixes
                .iter()
                .any(|fix| (at(visit.0)..=at(visit.1)).contains(&fix.time))
        };
        let stops: Vec<(f64, f64, Place)> = result(&day.fixes)
            .stops
            .iter()
            .map(|stop| {
                let second = |at: Option<events::Timestamp>| crate::day::second(at.as_ref());
                let place = Place::new(stop.latitude, stop.longitude);
                (second(stop.start_time), second(stop.end_time), place)
            })
            .filter(|stop| stop.1 - stop.0 >= STOP_SHARE * VISIT_S)
            .collect();
        let found = |visit: &&(f64, f64, Place)| {
            stops.iter().any(|stop| {
                let common = visit.1.min(stop.1) - visit.0.max(stop.0);
                let union = visit.1.max(stop.1) - visit.0.min(stop.0);
                common >= union / 2.0 && visit.2.distance_m(&stop.2) <= NEAR_M
            })
        };
        let matched = day.visits.iter().filter(found).count();
        let tally = tallies.entry(ALWAYS_ON.contains(&phone.as_str())).or_default();
        tally.visits += day.visits.len();
        tally.unseen += day.visits.len() - day.visits.iter().filter(seen).count();
        tally.stops += stops.len();
        tally.hits += matched;
    }
    for (always_on, tally) in &tallies {
        let phones = if *always_on {
            "that sense all the time"
        } else {
            "that sleep"
        };
        tell(&format!(
            "field days, phones {phones}: {} visits, {} without a fix, {} stops, {} match: recall {:.3}, precision {:.3}",
            tally.visits,
            tally.unseen,
            tally.stops,
            tally.hits,
            tally.recall(),
            tally.precision()
        ));
    }
    // a guard against getting worse, below what is measured
    let (always_on, asleep) = (&tallies[&true], &tallies[&false]);
    assert!(always_on.recall() >= 0.9 && always_on.precision() >= 0.97);
    assert!(asleep.recall() >= 0.4 && asleep.precision() >= 0.85);
}

/// Shows a figure with `--nocapture`.
#[allow(clippy::print_stdout, reason = "figures are for people to read")]
fn tell(figure: &str) {
    println!("{figure}");
}
