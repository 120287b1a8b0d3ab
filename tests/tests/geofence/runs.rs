//! The same day through the consumer, undisturbed, with deaths, and again.

use std::collections::BTreeMap;

use events::Topic;
use events::fence::v1::FenceEvent;
use jiff::{SignedDuration, Timestamp};

use crate::child::run_until_death;
use crate::day::{self, DEVICES, DONE, Day, circle, point, position, record, remaining};
use crate::log::{Log, all_events, close, consume, publish, wait_for_enters};

/// A day that ended so long ago that no clock of the consumer matters, and not so long that the log forgets it.
fn day() -> Day {
    Day::new((Timestamp::now() - SignedDuration::from_hours(3)).as_millisecond())
}

/// Runs the day to its end, with deaths after so many records each, and returns what remains.
async fn through(log: &Log, day: &Day, deaths: &[u64]) -> BTreeMap<String, FenceEvent> {
    let bus = log.open();
    publish(&bus, day.fences.clone()).await;
    publish(&bus, day.positions.clone()).await;
    close(bus).await;
    for records in deaths {
        run_until_death(log, *records).await;
    }
    let bus = log.open();
    let (stop, running) = consume(&bus);
    wait_for_enters(&bus, DONE, DEVICES).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    let events = remaining(all_events(&bus).await);
    close(bus).await;
    events
}

fn assert_same(found: &BTreeMap<String, FenceEvent>, expected: &BTreeMap<String, FenceEvent>) {
    let moved = expected
        .values()
        .filter(|event| event.fence == "site" && event.fence_version == 2);
    assert!(
        expected.len() > 10 * DEVICES && moved.count() > 0,
        "the day has events"
    );
    for (id, event) in expected {
        assert_eq!(found.get(id), Some(event));
    }
    assert_eq!(found.len(), expected.len(), "and no other events");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_local_log_deaths_change_nothing() {
    let day = day();
    let expected = day.expected();
    assert_same(&through(&Log::local(), &day, &[]).await, &expected);
    // The local log gives 4,096 records at a time: the first dies before any commit, the others after some.
    let disturbed = through(&Log::local(), &day, &[2_000, 5_000, 4_500]).await;
    assert_same(&disturbed, &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_kafka_deaths_change_nothing() {
    let Some(log) = Log::kafka().await else { return };
    let day = day();
    let disturbed = through(&log, &day, &[2_000, 5_000, 4_500]).await;
    assert_same(&disturbed, &day.expected());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_adds_nothing() {
    let log = Log::local();
    let day = day();
    through(&log, &day, &[]).await;
    let bus = log.open();
    let before = all_events(&bus).await;
    let again = circle("again", 1, (0.0, 20_000.0), 100.0);
    let now = Timestamp::now().as_millisecond();
    publish(&bus, vec![record(Topic::Fences, &again.id, &again, now)]).await;
    publish(&bus, day.fences.clone()).await;
    publish(&bus, day.positions.clone()).await;
    // What tells that all of it was taken.
    let last =
        (0..DEVICES).map(|number| position(&format!("device-{number}"), now, point(0.0, 20_000.0), now));
    publish(&bus, last.collect()).await;
    let (stop, running) = consume(&bus);
    wait_for_enters(&bus, &again.id, DEVICES).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    let after = all_events(&bus).await;
    let ids = |events: &[FenceEvent]| -> Vec<String> {
        let mut ids: Vec<String> = events
            .iter()
            .filter(|event| event.fence != again.id && event.fence != day::DONE)
            .map(|event| format!("{} {}", event.event_id, event.revision))
            .collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(ids(&after), ids(&before));
    close(bus).await;
}
