//! GF11 with the noise of real phones: recordings of outings that lie beside the repository. Between two trips the carriers
//! stood; what their phones reported there, as seen from the mean of it, is the noise of a parked phone.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use geofence::engine::{Fix, Kind};
use spatial::Point;

use crate::shuffled::Dice;
use crate::world::{MONDAY, PLACE, World, circle, fix};

/// Shortest stand that counts, and its fewest fixes.
const STAND_MS: i64 = 600_000;
const STAND_FIXES: usize = 5;
/// The times of the truth were written down by people: so long after a trip and before the next one is not taken for parked.
const WALKING_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
/// Days that are put together in another order of the stands.
const SHUFFLED_DAYS: u64 = 200;

/// What a phone reported while it stood.
struct Stand {
    length_ms: i64,
    /// Milliseconds after the begin, degrees north and east of the mean, and accuracy; in the order in which they were stored.
    noise: Vec<(i64, [f64; 2], f64)>,
}

#[test]
fn gf11_a_parked_phone_with_real_noise_does_not_leave() {
    let shared = std::env::var_os("MILEPOST_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let folder = shared.join("data/traces/mobilitynet");
    if !folder.join("gt_trips.csv").exists() {
        eprintln!(
            "skipped: {} is missing; set MILEPOST_SHARED to the folder that holds data/traces",
            folder.display()
        );
        return;
    }
    let mut stands = stands(&folder);
    let hours = |stands: &[Stand]| stands.iter().map(|stand| stand.length_ms).sum::<i64>() / 3_600_000;
    // All stands one after the other, cut into days.
    let mut days = 0;
    for day in whole_days(&stands) {
        one_enter(&day, &format!("day {days} in the order of the recordings"));
        days += 1;
    }
    assert!(days >= 3, "{days} days");
    for seed in 0..SHUFFLED_DAYS {
        Dice::new(seed).shuffle(&mut stands);
        let day = whole_days(&stands).swap_remove(0);
        one_enter(&day, &format!("day of seed {seed}"));
    }
    eprintln!(
        "{} stands of {} hours, {days} days and {SHUFFLED_DAYS} shuffled ones",
        stands.len(),
        hours(&stands)
    );
}

/// A day of fixes in a circle of 50 m around the place where the phone is: entered once, never left.
fn one_enter(day: &[Fix], name: &str) {
    let mut world = World::new(&[circle("home", PLACE, 50.0)]);
    for fix in day {
        world.observe(*fix).unwrap();
    }
    world.finish(MONDAY + DAY_MS);
    let count = |kind| {
        let remaining = world.remaining();
        remaining
            .iter()
            .filter(|remaining| remaining.kind == kind)
            .count()
    };
    assert_eq!(
        (count(Kind::Enter), count(Kind::Exit), count(Kind::Cross)),
        (1, 0, 0),
        "{name}: {:?}",
        world.summary()
    );
    // Nothing was told and taken back either.
    assert!(
        world
            .changes
            .iter()
            .all(|change| change.transition.kind != Kind::Exit),
        "{name}"
    );
}

/// The stands one after the other as fixes of whole days that each begin on [`MONDAY`].
fn whole_days(stands: &[Stand]) -> Vec<Vec<Fix>> {
    let mut days = vec![Vec::new()];
    let mut begin = 0;
    for stand in stands {
        for (after, [north, east], accuracy) in &stand.noise {
            let (day, time) = ((begin + after) / DAY_MS, (begin + after) % DAY_MS);
            let day = usize::try_from(day).unwrap();
            if day >= days.len() {
                days.push(Vec::new());
            }
            let place = Point {
                latitude: PLACE.latitude + north,
                longitude: PLACE.longitude + east,
            };
            days[day].push(fix(MONDAY + time, place, *accuracy as f32));
        }
        begin += stand.length_ms;
    }
    days.truncate(usize::try_from(begin / DAY_MS).unwrap());
    days
}

fn stands(folder: &Path) -> Vec<Stand> {
    let mut trips: HashMap<(String, String), Vec<[i64; 2]>> = HashMap::new();
    for row in rows(&folder.join("gt_trips.csv")) {
        let times = [millis(&row["start_ts"]), millis(&row["end_ts"])];
        trips
            .entry((row["spec"].clone(), row["period"].clone()))
            .or_default()
            .push(times);
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".csv.gz"))
        .collect();
    files.sort();
    let mut stands = Vec::new();
    for file in files {
        // spec__pNN__phone.csv.gz
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let mut parts = name.split("__");
        let (spec, period) = (parts.next().unwrap(), parts.next().unwrap());
        let period = period.trim_start_matches('p').parse::<u32>().unwrap();
        let reported = rows(&file);
        for pair in trips[&(spec.to_owned(), period.to_string())].windows(2) {
            let (begin, end) = (pair[0][1] + WALKING_MS, pair[1][0] - WALKING_MS);
            stands.extend(stand(&reported, begin, end));
        }
    }
    stands
}

fn stand(reported: &[HashMap<String, String>], begin: i64, end: i64) -> Option<Stand> {
    let there: Vec<(i64, [f64; 2], f64)> = reported
        .iter()
        .map(|row| {
            (
                millis(&row["ts"]),
                [number(&row["lat"]), number(&row["lon"])],
                number(&row["accuracy_m"]),
            )
        })
        .filter(|(time, ..)| (begin..end).contains(time))
        .collect();
    if end - begin < STAND_MS || there.len() < STAND_FIXES {
        return None;
    }
    let mean = |axis: usize| there.iter().map(|(_, place, _)| place[axis]).sum::<f64>() / there.len() as f64;
    let (north, east) = (mean(0), mean(1));
    // As many metres east there as at the place.
    let stretch = north.to_radians().cos() / PLACE.latitude.to_radians().cos();
    let noise = there
        .iter()
        .map(|(time, [latitude, longitude], accuracy)| {
            (
                time - begin,
                [latitude - north, (longitude - east) * stretch],
                *accuracy,
            )
        })
        .collect();
    Some(Stand {
        length_ms: end - begin,
        noise,
    })
}

fn rows(path: &Path) -> Vec<HashMap<String, String>> {
    let file = File::open(path).unwrap();
    let text: Box<dyn Read> = if path.extension().is_some_and(|kind| kind == "gz") {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    csv::Reader::from_reader(text)
        .into_deserialize()
        .map(Result::unwrap)
        .collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

fn millis(text: &str) -> i64 {
    (number(text) * 1e3).round() as i64
}
