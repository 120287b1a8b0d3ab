//! What broken devices send makes no wrong trip, and does not end the program.

use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;

/// Noon of a day, Unix seconds.
const NOON: i64 = 1_772_452_800;
const PLACE: (f64, f64) = (31.23, 121.47);
/// Metres per degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// A file of positions in the making.
struct Rows {
    text: String,
    now: i64,
    north_m: f64,
}

impl Rows {
    fn new() -> Self {
        Self {
            text: "device,time,latitude,longitude,accuracy_m,received_at\n".to_owned(),
            now: NOON,
            north_m: 0.0,
        }
    }

    /// A row as it is written, arriving now.
    fn raw(&mut self, device: &str, time: &str, latitude: f64, longitude: f64) {
        let now = self.now;
        writeln!(self.text, "{device},{time},{latitude},{longitude},8,{now}").expect("text");
    }

    fn report(&mut self) {
        self.now += 10;
        let time = self.now.to_string();
        self.raw("van", &time, PLACE.0 + self.north_m / DEGREE_M, PLACE.1);
    }

    fn park(&mut self, seconds: i64) {
        (0..seconds / 10).for_each(|_| self.report());
    }

    fn drive(&mut self, metres: f64) {
        for _ in 0..(metres / 120.0) as usize {
            self.north_m += 120.0;
            self.report();
        }
    }

    /// Half an hour parked, a drive of 6 km, half an hour parked; `fault` happens in the middle of the drive.
    fn drive_with(fault: impl FnOnce(&mut Self)) -> Self {
        let mut rows = Self::new();
        rows.park(1800);
        rows.drive(3000.0);
        fault(&mut rows);
        rows.drive(3000.0);
        rows.park(1800);
        rows
    }
}

/// Trips and stops that the program finds, and what it says on standard error.
struct Found {
    trips: Vec<Value>,
    stops: Vec<Value>,
    said: String,
}

fn derive(text: &str) -> Found {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("positions.csv");
    std::fs::write(&file, text).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args(["derive", "trips", "--positions"])
        .arg(&file)
        .output()
        .expect("started");
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.success(), "{said}");
    let lines = String::from_utf8(output.stdout).expect("text");
    let records: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let (trips, stops) = records.into_iter().partition(|record| record["kind"] == "trip");
    Found { trips, stops, said }
}

/// One trip of about six kilometres between two stops.
fn assert_one_drive(found: &Found) {
    assert_eq!(
        (found.trips.len(), found.stops.len()),
        (1, 2),
        "{:?}",
        found.trips
    );
    let metres = found.trips[0]["distance"]["estimate_m"].as_f64().expect("metres");
    assert!((5700.0..6300.0).contains(&metres), "{metres}");
}

fn has_flag(record: &Value, flag: &str) -> bool {
    let flags = record["flags"].as_array();
    flags.is_some_and(|flags| {
        flags
            .iter()
            .any(|it| it.as_str().is_some_and(|it| it.ends_with(flag)))
    })
}

#[test]
fn a_plain_drive_is_the_drive_that_the_others_are_held_against() {
    let found = derive(&Rows::drive_with(|_| {}).text);
    assert_one_drive(&found);
    assert_eq!(found.said, "");
}

#[test]
fn a_clock_of_1970_is_left_out_and_counted() {
    let found = derive(
        &Rows::drive_with(|rows| {
            for second in 0..20 {
                rows.raw("van", &second.to_string(), 40.0, 100.0);
            }
        })
        .text,
    );
    assert_one_drive(&found);
    assert!(
        found.said.contains("20 positions left out: time"),
        "{}",
        found.said
    );
}

#[test]
fn a_clock_ahead_of_the_arrival_is_left_out_and_counted() {
    let found = derive(
        &Rows::drive_with(|rows| {
            rows.raw("van", "2106-02-07T06:28:15Z", 31.0, 121.0);
            rows.raw("van", &(rows.now + 86_400).to_string(), 31.0, 121.0);
        })
        .text,
    );
    assert_one_drive(&found);
    assert!(
        found.said.contains("2 positions left out: ahead of its arrival"),
        "{}",
        found.said
    );
}

#[test]
fn times_that_are_none_are_named_with_their_line() {
    let found = derive(&Rows::drive_with(|rows| rows.raw("van", "yesterday", 31.0, 121.0)).text);
    assert_one_drive(&found);
    assert!(found.said.contains("yesterday"), "{}", found.said);
}

#[test]
fn a_clock_that_jumps_back_and_forth_makes_no_further_trip() {
    // the device repeats the last minutes of its stay under the times of half an hour before
    let mut rows = Rows::new();
    rows.park(3600);
    rows.now -= 1500;
    rows.park(1800);
    let found = derive(&rows.text);
    assert_eq!(
        (found.trips.len(), found.stops.len()),
        (0, 1),
        "{:?}",
        found.trips
    );
}

#[test]
fn the_place_of_an_empty_memory_is_left_out_and_counted() {
    let found = derive(
        &Rows::drive_with(|rows| {
            for _ in 0..10 {
                rows.now += 10;
                rows.raw("van", &rows.now.to_string(), 0.0, 0.0);
            }
        })
        .text,
    );
    assert_one_drive(&found);
    assert!(
        found.said.contains("10 positions left out: place"),
        "{}",
        found.said
    );
}

#[test]
fn places_off_the_earth_are_told() {
    let found = derive(&Rows::drive_with(|rows| rows.raw("van", &rows.now.to_string(), 131.0, 421.0)).text);
    assert_one_drive(&found);
    assert_ne!(found.said, "");
}

#[test]
fn a_rocket_is_taken_out_of_the_trip_and_flagged() {
    let found = derive(
        &Rows::drive_with(|rows| {
            rows.now += 10;
            rows.raw("van", &rows.now.to_string(), PLACE.0 + 5.0, PLACE.1);
        })
        .text,
    );
    assert_one_drive(&found);
    assert!(
        has_flag(&found.trips[0], "JUMPS_REMOVED"),
        "{}",
        found.trips[0]["flags"]
    );
}

#[test]
fn two_vehicles_under_one_id_are_flagged_and_no_way_leads_from_one_to_the_other() {
    let mut rows = Rows::new();
    for _ in 0..360 {
        rows.north_m += 120.0;
        rows.report();
        rows.raw("van", &(rows.now + 5).to_string(), 39.9, 116.4);
    }
    let found = derive(&rows.text);
    let flagged = |record: &Value| has_flag(record, "ID_CONFLICT");
    assert!(
        found.trips.iter().chain(&found.stops).any(flagged),
        "{:?}",
        found.trips
    );
    for trip in &found.trips {
        let metres = trip["distance"]["estimate_m"].as_f64().expect("metres");
        assert!(metres < 45_000.0, "{metres}");
    }
}

#[test]
fn a_day_with_one_fix_is_a_place_and_no_trip() {
    let mut rows = Rows::new();
    rows.report();
    let found = derive(&rows.text);
    assert_eq!(
        (found.trips.len(), found.stops.len()),
        (0, 1),
        "{:?}",
        found.trips
    );
}

#[test]
fn a_file_without_rows_is_no_error() {
    let found = derive(&Rows::new().text);
    assert_eq!((found.trips.len(), found.stops.len()), (0, 0));
}

#[test]
fn a_bad_device_does_not_touch_a_good_one() {
    let found = derive(
        &Rows::drive_with(|rows| {
            for step in 0..200 {
                let time = rows.now + (step * 7919) % 5000 - 2500;
                let place = f64::from(i32::try_from(step % 17).expect("small"));
                rows.raw(
                    "broken",
                    &time.to_string(),
                    place * 9.0 - 70.0,
                    place * 20.0 - 170.0,
                );
            }
        })
        .text,
    );
    let van = |records: &[Value]| -> Vec<Value> {
        let of_van = records.iter().filter(|record| record["device"] == "van");
        of_van.cloned().collect()
    };
    assert_one_drive(&Found {
        trips: van(&found.trips),
        stops: van(&found.stops),
        said: String::new(),
    });
}
