//! The scripted rows that every engine of trips should get right, in order, shuffled and with everything twice.

use events::trip::v1::{Finality, Flag, HaltKind, Mode, Verdict};
use trips::engine::{Config, Device, Fix, Millis, Transit};

use crate::day::{Day, MIDNIGHT, Result, estimate, halts, has, published, result, second, shuffled};

const MINUTES: f64 = 60.0;
const HOURS: f64 = 3600.0;

/// The result of a day, after a check that shuffles and repetitions do not change it.
fn checked(day: &Day) -> Result {
    let expected = result(&day.fixes);
    for seed in 1..4 {
        assert_eq!(
            result(&shuffled(day.fixes.clone(), seed)).settled(),
            expected.clone().settled(),
            "shuffled with seed {seed}"
        );
    }
    let twice: Vec<Fix> = day.fixes.iter().flat_map(|fix| [*fix, *fix]).collect();
    assert_eq!(result(&twice), expected, "every fix twice");
    let replayed: Vec<Fix> = day.fixes.iter().chain(&day.fixes).copied().collect();
    assert_eq!(result(&replayed), expected, "the day replayed");
    expected
}

fn one_trip(day: &Day) -> (events::trip::v1::Trip, Result) {
    let result = checked(day);
    assert_eq!(result.trips.len(), 1, "{:#?}", summary(&result));
    (result.trips[0].clone(), result)
}

fn summary(result: &Result) -> Vec<(f64, f64, f64, Vec<i32>)> {
    let line = |trip: &events::trip::v1::Trip| {
        (
            second(trip.start_time.as_ref()),
            second(trip.end_time.as_ref()),
            estimate(trip),
            trip.flags.clone(),
        )
    };
    result.trips.iter().map(line).collect()
}

fn within(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "expected {expected} ± {tolerance}, found {found}"
    );
}

#[test]
fn t01_a_drive_between_two_stops_is_one_trip() {
    let day = Day::new().park(30.0 * MINUTES);
    let left = day.now_s;
    let day = day.drive(10_000.0);
    let arrived = day.now_s;
    let (trip, result) = one_trip(&day.park(30.0 * MINUTES));
    within(second(trip.start_time.as_ref()), left, 10.0);
    within(second(trip.end_time.as_ref()), arrived, 10.0);
    within(estimate(&trip), 10_000.0, 100.0);
    assert_eq!(result.stops.len(), 2);
    assert!(!trip.ongoing && !has(&trip, Flag::Edge));
}

#[test]
fn t02_a_red_light_does_not_end_a_trip() {
    let day = Day::new()
        .park(30.0 * MINUTES)
        .drive(4000.0)
        .park(3.0 * MINUTES)
        .drive(4000.0)
        .park(30.0 * MINUTES);
    one_trip(&day);
}

#[test]
fn t03_a_delivery_of_seven_minutes_does() {
    let day = Day::new()
        .park(30.0 * MINUTES)
        .drive(4000.0)
        .park(7.0 * MINUTES)
        .drive(4000.0)
        .park(30.0 * MINUTES);
    let result = checked(&day);
    assert_eq!(
        (result.trips.len(), result.stops.len()),
        (2, 3),
        "{:?}",
        summary(&result)
    );
    within(result.stops[1].duration_s, 7.0 * MINUTES, 20.0);
}

#[test]
fn t04_four_minutes_are_a_halt() {
    let day = Day::new()
        .park(30.0 * MINUTES)
        .drive(4000.0)
        .park(4.0 * MINUTES)
        .drive(4000.0)
        .park(30.0 * MINUTES);
    let (trip, _) = one_trip(&day);
    let halts = halts(&trip, HaltKind::Brief);

    assert!(
        halts.iter().any(|lasted| (lasted - 240.0).abs() <= 30.0),
        "{halts:?}"
    );
}

#[test]
fn t05_drift_of_a_parked_device_is_no_trip() {
    for accuracy in [15.0, 30.0, 50.0] {
        let day = Day::new().accuracy(accuracy).park(8.0 * HOURS);
        let result = checked(&day);
        assert_eq!(
            (result.trips.len(), result.stops.len()),
            (0, 1),
            "{:?}",
            summary(&result)
        );
    }
}

#[test]
fn t06_one_coarse_jump_is_no_trip() {
    let mut day = Day::new().park(4.0 * HOURS);
    day.accuracy_m = 1500.0;
    day.report_off(6000.0, 0.0);
    day.now_s += 10.0;
    let result = checked(&day.accuracy(8.0).park(4.0 * HOURS));
    assert_eq!(result.trips.len(), 0, "{:?}", summary(&result));
}

#[test]
fn t07_one_jump_that_no_vehicle_makes_is_no_trip() {
    let mut day = Day::new().accuracy(10.0).park(4.0 * HOURS);
    day.report_off(6000.0, 0.0);
    day.now_s += 10.0;
    let result = checked(&day.park(4.0 * HOURS));
    assert_eq!(result.trips.len(), 0, "{:?}", summary(&result));
}

#[test]
fn t08_a_silent_night_at_one_place_is_a_stop() {
    let day = Day::new().drive(5000.0).park(15.0 * MINUTES);
    let arrived = day.now_s - 15.0 * MINUTES;
    let day = day.silent(14.0 * HOURS, 5.0, 5.0).park(60.0);
    let left = day.now_s;
    let result = checked(&day.drive(5000.0).park(15.0 * MINUTES));
    assert_eq!(
        (result.trips.len(), result.stops.len()),
        (2, 2),
        "{:?}",
        summary(&result)
    );
    within(result.stops[0].duration_s, left - arrived, 30.0);
    assert!(
        result
            .trips
            .iter()
            .all(|trip| !has(trip, Flag::Gap) && !has(trip, Flag::Inferred))
    );
}

#[test]
fn t09_waking_elsewhere_is_an_inferred_trip() {
    let day = Day::new().park(30.0 * MINUTES);
    let last = day.fixes.last().map(|fix| fix.time);
    let day = day.silent(14.0 * HOURS, 40_000.0, 0.0);
    let woke = day.now_s;
    let (trip, result) = one_trip(&day.park(30.0 * MINUTES));
    assert!(has(&trip, Flag::Inferred), "{:?}", trip.flags);
    within(estimate(&trip), 40_000.0, 100.0);
    let start = trip.start.as_ref().expect("a start");
    let last = last.expect("a fix");
    within(
        second(start.earliest.as_ref()),
        (last - MIDNIGHT) as f64 / 1e3,
        1.0,
    );
    within(second(start.latest.as_ref()), woke, 11.0);
    assert_eq!(result.stops.len(), 2);
    let arrived = second(result.stops[1].start_time.as_ref());
    assert!(
        arrived >= second(trip.end_time.as_ref()),
        "the stop begins before the trip has ended: {arrived}"
    );
}

#[test]
fn t10_a_tunnel_is_bridged() {
    let day = Day::new()
        .park(30.0 * MINUTES)
        .drive(5000.0)
        .silent(35.0 * MINUTES, 21_200.0, 21_200.0);
    let (trip, _) = one_trip(&day.drive(5000.0).park(30.0 * MINUTES));
    assert!(has(&trip, Flag::Gap), "{:?}", trip.flags);

    within(estimate(&trip), 40_000.0, 400.0);
}

#[test]
fn t11_a_late_wake_up_is_back_dated() {
    let day = Day::new().park(30.0 * MINUTES);
    let left = day.now_s;
    let gone = 200.0 * 50.0 / 3.6 / 2.0_f64.sqrt();
    let day = day.silent(200.0, gone, gone);
    let (trip, _) = one_trip(&day.drive(8000.0).park(30.0 * MINUTES));
    let back_dated = left + 200.0 - second(trip.start_time.as_ref());
    assert!((60.0..=210.0).contains(&back_dated), "{back_dated}");
    assert!(has(&trip, Flag::InferredStart), "{:?}", trip.flags);
    within(estimate(&trip), 8000.0 + 200.0 * 50.0 / 3.6, 150.0);
}

#[test]
fn t12_stored_fixes_that_arrive_after_the_end_make_revision_two() {
    let before = Day::new().park(30.0 * MINUTES);
    let (left, first) = (before.now_s, before.fixes.len());
    let day = before.drive(10_000.0);
    let (arrived, last) = (day.now_s, day.fixes.len());
    let day = day.park(30.0 * MINUTES);
    let third = (last - first) / 3;
    let middle = first + third..last - third;
    let config = Config::default();
    let mut device = Device::default();
    let mut records = Vec::new();
    let in_time = day
        .fixes
        .iter()
        .enumerate()
        .filter(|(at, _)| !middle.contains(at));
    for (_, fix) in in_time {
        device.push(*fix, None, &config);
        if device.is_due(&config) {
            records.extend(device.update("d", fix.time, &config));
        }
    }
    let early = Result::of(records.clone());
    assert_eq!(
        early.trips.iter().map(|trip| trip.revision).collect::<Vec<_>>(),
        [1]
    );
    for fix in &day.fixes[middle] {
        device.push(*fix, None, &config);
    }
    records.extend(device.update("d", MIDNIGHT, &config));
    let late = Result::of(records.clone());
    assert_eq!(late.trips.len(), 1);
    assert_eq!(late.trips[0].trip_id, early.trips[0].trip_id);
    assert_eq!(late.trips[0].revision, 2);
    assert_eq!(late.trips[0].finality(), Finality::Provisional);
    records.extend(device.close("d", &config));
    assert_eq!(Result::of(records).settled(), result(&day.fixes).settled());
    within(second(late.trips[0].start_time.as_ref()), left, 10.0);
    within(second(late.trips[0].end_time.as_ref()), arrived, 10.0);
}

#[test]
fn t13_repetitions_publish_nothing() {
    let day = Day::new()
        .park(30.0 * MINUTES)
        .drive(10_000.0)
        .park(30.0 * MINUTES);
    let config = Config::default();
    let once = published(&day.fixes, &config);
    let replayed: Vec<Fix> = day.fixes.iter().chain(&day.fixes).copied().collect();
    assert_eq!(published(&replayed, &config), once);
}

#[test]
fn t15_walking_between_two_drives_is_a_leg_of_its_own() {
    let day = Day::new()
        .park(30.0 * MINUTES)
        .drive(6000.0)
        .go(20.0 * MINUTES * 1.3, 1.3, 90.0)
        .drive(6000.0);
    let (trip, _) = one_trip(&day.park(30.0 * MINUTES));
    let modes: Vec<Mode> = trip.legs.iter().map(|leg| leg.mode()).collect();
    assert_eq!(modes, [Mode::Vehicle, Mode::Walk, Mode::Vehicle]);
    let walked = second(trip.legs[1].end_time.as_ref()) - second(trip.legs[1].start_time.as_ref());
    within(walked, 20.0 * MINUTES, 120.0);
}

#[test]
fn t16_a_wait_at_a_station_is_a_stop_unless_the_place_is_for_waiting() {
    let day = Day::new()
        .park(30.0 * MINUTES)
        .go(20_000.0, 25.0, 45.0)
        .park(25.0 * MINUTES);
    let station = day.fixes.last().copied().expect("a fix");
    let day = day.go(20_000.0, 25.0, 45.0).park(30.0 * MINUTES);
    let result = checked(&day);
    assert_eq!(result.trips.len(), 2, "{:?}", summary(&result));
    let (latitude, longitude) = (station.latitude(), station.longitude());
    let config = Config {
        transit: vec![Transit {
            latitude,
            longitude,
            radius_m: 200.0,
        }],
        ..Config::default()
    };
    let waiting = Result::of(published(&day.fixes, &config));
    assert_eq!(waiting.trips.len(), 1, "{:?}", summary(&waiting));
    within(
        halts(&waiting.trips[0], HaltKind::Wait).iter().sum(),
        25.0 * MINUTES,
        30.0,
    );
}

#[test]
fn t17_the_claim_uses_an_odometer_that_agrees() {
    for (rate, verdict) in [(1.05, Verdict::Odometer), (1.3, Verdict::OdometerDiffers)] {
        let day = Day::new()
            .odometer(50_000.0, rate)
            .park(30.0 * MINUTES)
            .drive(9900.0)
            .park(30.0 * MINUTES);
        let (trip, _) = one_trip(&day);
        let distance = trip.distance.expect("a distance");
        assert_eq!(distance.verdict(), verdict);
        within(distance.odometer_m.expect("an odometer"), 9900.0 * rate, 5.0);
        within(distance.estimate_m, 9900.0, 99.0);
        let claim = if verdict == Verdict::Odometer {
            9900.0 * rate
        } else {
            distance.estimate_m
        };
        within(distance.claim_m, claim, 5.0);
    }
}

#[test]
fn t18_an_odometer_that_stands_still_is_not_used() {
    let day = Day::new()
        .odometer(50_000.0, 0.0)
        .park(30.0 * MINUTES)
        .drive(9700.0)
        .park(30.0 * MINUTES);
    let (trip, _) = one_trip(&day);
    let distance = trip.distance.expect("a distance");
    assert_eq!(distance.verdict(), Verdict::OdometerStuck);
    assert!(has(&trip, Flag::OdometerStuck));
    within(distance.claim_m, 9700.0, 97.0);
}

#[test]
fn t19_two_vehicles_under_one_id_make_no_zig_zag() {
    let one = Day::new()
        .park(30.0 * MINUTES)
        .drive(10_000.0)
        .park(30.0 * MINUTES);
    let mut other = Day::new()
        .seed(99)
        .silent(5.0, 5000.0, 0.0)
        .park(30.0 * MINUTES)
        .drive(10_000.0);
    other = other.park(30.0 * MINUTES);
    let mut both = one.clone();
    both.fixes.extend(&other.fixes);
    both.fixes.sort();
    let (trip, _) = one_trip(&both);
    assert!(has(&trip, Flag::IdConflict), "{:?}", trip.flags);
    within(estimate(&trip), 10_000.0, 150.0);
}

#[test]
fn t20_midnight_and_clock_changes_do_not_matter() {
    // 2026-03-29T01:00:00Z: clocks in Europe go forward; the engine counts elapsed seconds
    let mut day = Day::new();
    day.now_s = 27.0 * 86_400.0 + HOURS - 20.0 * MINUTES - 30.0 * MINUTES;
    let day = day.park(30.0 * MINUTES);
    let left = day.now_s;
    let day = day.drive(40.0 * MINUTES * 50.0 / 3.6);
    let (trip, _) = one_trip(&day.park(30.0 * MINUTES));
    within(trip.duration_s, 40.0 * MINUTES, 20.0);
    within(second(trip.start_time.as_ref()), left, 10.0);
}

#[test]
fn t21_a_round_trip_has_a_length() {
    let day = Day::new().park(30.0 * MINUTES);
    let day = [0.0, 90.0, 180.0, 270.0]
        .iter()
        .fold(day, |day, heading| day.go(2000.0, 12.0, *heading));
    let (trip, _) = one_trip(&day.park(30.0 * MINUTES));
    within(estimate(&trip), 8000.0, 120.0);
}

#[test]
fn t22_a_commute_seen_by_radio_cells_is_one_uncertain_trip() {
    for (seed, accuracy) in [(1, 500.0), (2, 1000.0), (3, 2000.0)] {
        let day = Day::new()
            .seed(seed)
            .every(60.0)
            .accuracy(accuracy)
            .park(3.0 * HOURS);
        let left = day.now_s;
        let day = day.go(15_000.0, 8.0, 60.0);
        let arrived = day.now_s;
        let (trip, _) = one_trip(&day.park(3.0 * HOURS));
        assert!(has(&trip, Flag::LowConfidence), "{:?}", trip.flags);
        assert_eq!(
            trip.distance.as_ref().expect("a distance").verdict(),
            Verdict::Unusable
        );
        within(second(trip.start_time.as_ref()), left, 10.0 * MINUTES);
        within(second(trip.end_time.as_ref()), arrived, 10.0 * MINUTES);
    }
}

#[test]
fn a_fix_ahead_of_its_arrival_changes_nothing() {
    let config = Config::default();
    let mut device = Device::default();
    let fix = Fix::new(MIDNIGHT + 301_000, 31.0, 121.0, 8.0).expect("a fix");
    assert_eq!(
        device.push(fix, Some(MIDNIGHT), &config),
        trips::engine::Admission::Future
    );
    assert!(device.close("d", &config).is_empty());
}

#[test]
fn one_fix_is_a_place_and_no_trip() {
    let fix = Fix::new(MIDNIGHT, 31.0, 121.0, 8.0).expect("a fix");
    let result = result(&[fix]);
    assert_eq!((result.trips.len(), result.stops.len()), (0, 1));
    assert!(Fix::new(MIDNIGHT as Millis, 0.0, 0.0, 8.0).is_none());
}
