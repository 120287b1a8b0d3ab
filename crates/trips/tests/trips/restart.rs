//! A restart between any two positions changes nothing that is published.

use std::collections::HashMap;

use bus::{Out, Received, Stage};
use bytes::Bytes;
use events::position::v1::Position;
use events::trip::v1::{Stop, Trip};
use events::{Message as _, Topic};
use jiff::Timestamp;
use trips::TripStage;
use trips::engine::{Config, Fix, Record};

use crate::day::{Day, Result};

/// The event of a fix that came at once.
pub(crate) fn position(fix: &Fix) -> Position {
    let at = events::Timestamp {
        seconds: fix.time.div_euclid(1000),
        nanos: (fix.time.rem_euclid(1000) * 1_000_000) as i32,
    };
    Position {
        device: "d".to_owned(),
        fix_time: Some(at),
        received_at: Some(at),
        valid: true,
        latitude: fix.latitude(),
        longitude: fix.longitude(),
        accuracy_m: Some(fix.accuracy_m()),
        ..Position::default()
    }
}

fn received(fix: &Fix, offset: u64) -> (Received, Timestamp) {
    let timestamp = Timestamp::from_millisecond(fix.time).expect("a time");
    let record = Received {
        topic: Topic::Positions,
        partition: 0,
        offset,
        key: Bytes::from_static(b"d"),
        value: Some(position(fix).encode_to_vec().into()),
        headers: Vec::new(),
        timestamp,
    };
    (record, timestamp)
}

/// What the stage publishes when it is restarted before each of these positions.
fn published(fixes: &[Fix], restarts: &[usize]) -> Result {
    let stage = TripStage::new(Config::default());
    let mut saved: HashMap<Bytes, Bytes> = HashMap::new();
    let mut state = stage.restore(0, Vec::new());
    let mut records = Vec::new();
    let mut collect = |out: Out, saved: &mut HashMap<Bytes, Bytes>| {
        for (key, value) in out.state {
            match value {
                Some(value) => saved.insert(key, value),
                None => saved.remove(&key),
            };
        }
        for record in out.records {
            let value = record.value.expect("a value");
            records.push(match record.topic {
                Topic::Trips => Record::Trip(Trip::decode(value).expect("a trip")),
                Topic::Stops => Record::Stop(Stop::decode(value).expect("a stop")),
                other => panic!("{other:?}"),
            });
        }
    };
    let mut now = Timestamp::UNIX_EPOCH;
    for (offset, fix) in fixes.iter().enumerate() {
        if restarts.contains(&offset) {
            state = stage.restore(0, saved.clone().into_iter().collect());
        }
        let (record, at) = received(fix, offset as u64);
        now = at;
        let mut out = Out::default();
        stage.apply(&mut state, &record, now, &mut out).expect("applied");
        stage.tick(&mut state, now, &mut out);
        stage.settle(&mut state, &mut out);
        collect(out, &mut saved);
    }
    // an hour of silence: what is due without data
    for minute in 1..=60 {
        let mut out = Out::default();
        stage.tick(
            &mut state,
            now + jiff::SignedDuration::from_mins(minute),
            &mut out,
        );
        stage.settle(&mut state, &mut out);
        collect(out, &mut saved);
    }
    Result::of(records)
}

#[test]
fn half_made_trips_survive_a_restart_at_any_place() {
    let day = Day::new()
        .park(1800.0)
        .drive(6000.0)
        .park(900.0)
        .drive(4000.0)
        .park(1800.0);
    let whole = published(&day.fixes, &[]);
    assert_eq!((whole.trips.len(), whole.stops.len()), (2, 3));
    for restarts in [
        vec![1],
        vec![200],
        vec![190, 210, 250],
        (0..day.fixes.len()).step_by(37).collect(),
    ] {
        let broken = published(&day.fixes, &restarts);
        let ids = |result: &Result| {
            let trips: Vec<_> = result.trips.iter().map(|trip| trip.trip_id.clone()).collect();
            let stops: Vec<_> = result.stops.iter().map(|stop| stop.stop_id.clone()).collect();
            (trips, stops)
        };
        assert_eq!(ids(&broken), ids(&whole), "restarts at {restarts:?}");
        for (a, b) in broken.trips.iter().zip(&whole.trips) {
            assert!(
                (a.duration_s - b.duration_s).abs() <= 20.0,
                "restarts at {restarts:?}"
            );
        }
    }
}

#[test]
fn silence_alone_ends_a_trip() {
    let day = Day::new().park(1800.0).drive(6000.0).park(240.0);
    let found = published(&day.fixes, &[]);
    assert_eq!((found.trips.len(), found.stops.len()), (1, 2));
    assert!(!found.trips[0].ongoing);
}

#[test]
fn a_trip_that_is_cut_off_is_told_as_it_stands() {
    let day = Day::new().park(1800.0).drive(6000.0);
    let found = published(&day.fixes, &[]);
    assert_eq!((found.trips.len(), found.stops.len()), (1, 1));
    assert!(found.trips[0].ongoing);
}
