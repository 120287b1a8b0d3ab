//! What devices send when they are broken makes no trip and stops nothing.

use events::position::v1::Position;
use proptest::prelude::*;
use trips::engine::{Admission, Config, Device, Fix, Record};
use trips::intake::{self, Unusable};

use crate::day::{Day, MIDNIGHT, Result, has, published, result};
use events::trip::v1::Flag;

fn position(seconds: i64, latitude: f64, longitude: f64) -> Position {
    Position {
        device: "d".to_owned(),
        fix_time: Some(events::Timestamp { seconds, nanos: 0 }),
        valid: true,
        latitude,
        longitude,
        ..Position::default()
    }
}

#[test]
fn positions_without_time_or_place_are_no_fixes() {
    let config = Config::default();
    let day = MIDNIGHT / 1000;
    assert_eq!(
        intake::fix(&position(86_400, 31.0, 121.0), &config),
        Err(Unusable::Time)
    );
    assert_eq!(
        intake::fix(&position(day, 0.0, 0.0), &config),
        Err(Unusable::Place)
    );
    assert_eq!(
        intake::fix(&position(day, 91.0, 0.0), &config),
        Err(Unusable::Place)
    );
    assert_eq!(
        intake::fix(&position(day, f64::NAN, 0.0), &config),
        Err(Unusable::Place)
    );
    let void = Position {
        valid: false,
        ..position(day, 31.0, 121.0)
    };
    assert_eq!(intake::fix(&void, &config), Err(Unusable::NotValid));
    let unset = Position {
        fix_time: None,
        ..position(day, 31.0, 121.0)
    };
    assert_eq!(intake::fix(&unset, &config), Err(Unusable::Time));
}

#[test]
fn a_rocket_is_left_out_and_flagged() {
    let mut day = Day::new().park(1800.0).drive(5000.0);
    day.report_off(80_000.0, 0.0);
    day.now_s += 10.0;
    let found = result(&day.drive(5000.0).park(1800.0).fixes);
    assert_eq!(found.trips.len(), 1);
    assert!(has(&found.trips[0], Flag::JumpsRemoved));
    assert!(found.trips[0].distance.as_ref().expect("a distance").estimate_m < 10_300.0);
}

#[test]
fn a_clock_that_jumps_back_is_sorted_in() {
    let mut day = Day::new().park(1800.0);
    day.now_s -= 900.0;
    let found = result(&day.park(3600.0).fixes);
    assert_eq!((found.trips.len(), found.stops.len()), (0, 1));
}

#[test]
fn years_of_reports_need_bounded_memory() {
    let config = Config::default();
    let mut device = Device::default();
    let (mut finals, mut most) = (0, 0);
    // a device that reports every five seconds, parked by night and driving by day
    let mut day = Day::new().every(5.0);
    for _ in 0..14 {
        day.fixes.clear();
        day = day.park(14.0 * 3600.0).drive(200_000.0);
        let rest = 24.0 * 3600.0 - (14.0 * 3600.0 + 200_000.0 * 3.6 / 50.0);
        day = day.park(rest);
        for fix in &day.fixes {
            assert_eq!(device.push(*fix, None, &config), Admission::Taken);
            if device.is_due(&config) {
                let records = device.update("d", fix.time, &config);
                finals += records.iter().filter(|record| is_final_trip(record)).count();
            }
            most = most.max(device.bytes());
        }
    }
    assert!(most <= 64 << 10, "{most} bytes");
    assert!(finals >= 8, "{finals} final trips");
    let old = Fix::new(MIDNIGHT, 31.0, 121.0, 8.0).expect("a fix");
    assert_eq!(device.push(old, None, &config), Admission::TooLate);
}

fn is_final_trip(record: &Record) -> bool {
    matches!(record, Record::Trip(trip) if trip.finality() == events::trip::v1::Finality::Final)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever comes, records are in order, do not overlap and have finite numbers.
    #[test]
    fn any_fixes_make_orderly_records(
        raw in prop::collection::vec((0_i64..200_000, -90.0..90.0_f64, -180.0..180.0_f64, 0.0..30_000.0_f64), 0..300),
        close in prop::bool::ANY,
    ) {
        let spread = if close { 0.0005 } else { 1.0 };
        let fixes: Vec<Fix> = raw
            .iter()
            .filter_map(|(s, latitude, longitude, accuracy)| {
                Fix::new(MIDNIGHT + s * 1000, latitude * spread, longitude * spread, *accuracy)
            })
            .collect();
        let found = Result::of(published(&fixes, &Config::default()));
        for trip in &found.trips {
            prop_assert!(trip.duration_s >= 0.0, "{trip:?}");
            prop_assert!(trip.distance.as_ref().is_some_and(|distance| distance.estimate_m.is_finite()));
        }
        let trips = found.trips.iter().map(|trip| (trip.start_time, trip.end_time));
        let stops = found.stops.iter().map(|stop| (stop.start_time, stop.end_time));
        let mut times: Vec<_> = trips.chain(stops).collect();
        times.sort_by_key(|(start, end)| [start, end].map(|at| at.map(|at| (at.seconds, at.nanos))));
        for pair in times.windows(2) {
            let (end, start) = (pair[0].1.expect("an end"), pair[1].0.expect("a start"));
            prop_assert!((end.seconds, end.nanos) <= (start.seconds, start.nanos), "{pair:?}");
        }
    }
}
