//! The checks.

use std::sync::Arc;

use bus::{Bus, Change, PublishError, Read, ReadFrom, ReadItem, Receipt, Standing, Standings, TopicsFile};
use bytes::Bytes;
use events::{Message as _, Topic};
use tokio_util::sync::CancellationToken;

use crate::fixture::{
    Fixture, LIMIT, Settled, block_on, collect, publish_all, read_all, record, text, values_of,
};
use crate::probe::Counter;

/// Makes a test of each check, on what the function returns; `None` skips it. Without names: of every check.
macro_rules! contract {
    ($fixture:path) => {
        $crate::checks::contract! { $fixture:
            records_of_a_key_keep_their_order_and_headers
            what_was_acknowledged_is_there_after_a_restart
            receipts_are_settled_once
            a_stage_goes_on_where_it_stopped
            a_refused_record_goes_to_the_rejects_and_the_stream_goes_on
            definitions_come_before_inputs_and_are_followed
            a_second_runner_takes_over_with_the_state
            reading_by_key_time_and_end
            compaction_keeps_the_newest_record_of_each_key
            a_record_that_is_too_large_is_refused_for_good
            old_records_are_forgotten_and_new_ones_kept
            a_stage_is_ready_when_it_holds_partitions_with_their_state
        }
    };
    ($fixture:path: $($check:ident)*) => {$(
        #[test]
        fn $check() {
            if let Some(fixture) = $fixture() {
                $crate::checks::$check(&fixture);
            }
        }
    )*};
}
pub(crate) use contract;

/// Names of some devices, enough that every partition has one.
pub(crate) fn keys() -> Vec<String> {
    (0..16).map(|number| format!("device-{number}")).collect()
}

/// Starts the stage; the second value stops it and waits for its end.
pub(crate) fn start(
    bus: &Bus,
    stage: Arc<Counter>,
) -> (CancellationToken, tokio::task::JoinHandle<Result<(), bus::Error>>) {
    let stop = CancellationToken::new();
    let (bus, token) = (bus.clone(), stop.clone());
    (stop, tokio::spawn(async move { bus.run(stage, token).await }))
}

/// Follows the outputs until there are `count` of them.
pub(crate) async fn outputs(bus: &Bus, topic: Topic, count: usize) -> Vec<bus::Received> {
    let mut reader = bus.read(Read::follow(topic));
    let mut records = Vec::new();
    while records.len() < count {
        records.push(reader.next().await.expect("following does not end").unwrap());
    }
    records
}

pub(crate) fn records_of_a_key_keep_their_order_and_headers(fixture: &dyn Fixture) {
    block_on(async {
        let bus = Bus::open(&fixture.config()).unwrap();
        let publisher = bus.publisher();
        let mut records = Vec::new();
        for number in 0..200 {
            for key in keys() {
                records.push(record(Topic::Positions, &key, Some(&number.to_string())));
            }
        }
        let first = records[0].clone();
        publish_all(&publisher, records).await;
        let found = read_all(&bus, Topic::Positions).await;
        assert_eq!(found.len(), 16 * 200);
        let expected: Vec<String> = (0..200).map(|number| number.to_string()).collect();
        for key in keys() {
            assert_eq!(values_of(&found, &key), expected, "{key}");
            let partitions: std::collections::BTreeSet<u32> = found
                .iter()
                .filter(|record| record.key == key)
                .map(|record| record.partition)
                .collect();
            assert_eq!(partitions.len(), 1, "{key} is in one partition");
        }
        let read = found.iter().find(|record| record.key == first.key).unwrap();
        assert_eq!(read.timestamp, first.timestamp);
        assert_eq!(read.header("event-id"), Some(&first.headers[0].1));
        bus.close();
    });
}

pub(crate) fn what_was_acknowledged_is_there_after_a_restart(fixture: &dyn Fixture) {
    block_on(async {
        let config = fixture.config();
        for round in 0..3 {
            let bus = Bus::open(&config).unwrap();
            let value = round.to_string();
            publish_all(
                &bus.publisher(),
                keys()
                    .iter()
                    .map(|key| record(Topic::Positions, key, Some(&value))),
            )
            .await;
            let found = read_all(&bus, Topic::Positions).await;
            assert_eq!(found.len(), 16 * (round + 1));
            bus.close();
        }
    });
}

pub(crate) fn receipts_are_settled_once(fixture: &dyn Fixture) {
    block_on(async {
        let mut config = fixture.config();
        config.in_flight_bytes = bus::InFlightBytes(20_000);
        let bus = Bus::open(&config).unwrap();
        let publisher = bus.publisher();
        let settled = Arc::new(Settled::default());
        for token in 0..2000 {
            publisher.publish(
                record(Topic::Positions, "device", Some("value")),
                Receipt::new(settled.clone(), token),
            );
        }
        bus.close();
        publisher.publish(
            record(Topic::Positions, "device", Some("late")),
            Receipt::new(settled.clone(), 2000),
        );
        settled.wait_for(2001).await;
        assert!(bus.flush(LIMIT).await);
        let mut outcomes = settled.outcomes();
        outcomes.sort_by_key(|(token, _)| *token);
        let tokens: Vec<u64> = outcomes.iter().map(|(token, _)| *token).collect();
        assert_eq!(
            tokens,
            (0..=2000).collect::<Vec<u64>>(),
            "each once, none besides"
        );
        assert!(outcomes[0].1.is_ok());
        assert!(outcomes[2000].1.is_err(), "a closed log takes nothing");
        assert_eq!((publisher.in_flight(), publisher.in_flight_bytes()), (0, 0));

        let bus = Bus::open(&fixture.config()).unwrap();
        let taken = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).count();
        assert_eq!(
            read_all(&bus, Topic::Positions).await.len(),
            taken,
            "what was acknowledged, no more"
        );
        bus.close();
    });
}

pub(crate) fn a_stage_goes_on_where_it_stopped(fixture: &dyn Fixture) {
    block_on(async {
        let config = fixture.config();
        for round in 1..=3 {
            let bus = Bus::open(&config).unwrap();
            publish_all(
                &bus.publisher(),
                keys()
                    .iter()
                    .map(|key| record(Topic::Positions, key, Some(&format!("v{round}")))),
            )
            .await;
            let stage = Arc::new(Counter::default());
            let (stop, running) = start(&bus, stage.clone());
            let found = outputs(&bus, Topic::DeviceEvents, 16 * round).await;
            stop.cancel();
            running.await.unwrap().unwrap();
            assert_eq!(stage.seen().len(), 16, "every record is applied once");
            for key in keys() {
                let expected: Vec<String> = (1..=round).map(|number| format!("v{number}#{number}")).collect();
                assert_eq!(values_of(&found, &key), expected, "{key}");
            }
            bus.close();
        }
    });
}

pub(crate) fn a_refused_record_goes_to_the_rejects_and_the_stream_goes_on(fixture: &dyn Fixture) {
    block_on(async {
        let bus = Bus::open(&fixture.config()).unwrap();
        publish_all(
            &bus.publisher(),
            ["a", "refuse", "b"].map(|value| record(Topic::Positions, "device", Some(value))),
        )
        .await;
        let (stop, running) = start(&bus, Arc::new(Counter::default()));
        let found = outputs(&bus, Topic::DeviceEvents, 2).await;
        assert_eq!(values_of(&found, "device"), ["a#1", "b#2"]);
        let rejects = outputs(&bus, Topic::Rejects, 1).await;
        let reject =
            events::reject::v1::Reject::decode(rejects[0].value.clone().unwrap_or_default()).unwrap();
        assert_eq!(
            (&*reject.stage, &*reject.reason, &*reject.device),
            ("counter", "field", "device")
        );
        assert_eq!(reject.content, Bytes::from_static(b"refuse"));
        assert!(reject.detail.contains("found `refuse`"));
        assert_eq!(rejects[0].header("event-id").map(text), Some(&*reject.event_id));
        stop.cancel();
        running.await.unwrap().unwrap();
        bus.close();
    });
}

pub(crate) fn definitions_come_before_inputs_and_are_followed(fixture: &dyn Fixture) {
    block_on(async {
        let bus = Bus::open(&fixture.config()).unwrap();
        let publisher = bus.publisher();
        publish_all(&publisher, [record(Topic::Positions, "device", Some("a"))]).await;
        publish_all(
            &publisher,
            [
                record(Topic::Bindings, "x", Some("refuse")),
                record(Topic::Bindings, "x", Some("!")),
            ],
        )
        .await;
        let stage = Arc::new(Counter::with_definitions());
        let (stop, running) = start(&bus, stage);
        let found = outputs(&bus, Topic::DeviceEvents, 1).await;
        assert_eq!(values_of(&found, "device"), ["a#1!"]);

        publish_all(&publisher, [record(Topic::Bindings, "x", Some("?"))]).await;
        let mut count = 1;
        // The stage learns of it soon; until then outputs have the old suffix.
        loop {
            count += 1;
            publish_all(&publisher, [record(Topic::Positions, "device", Some("b"))]).await;
            let found = outputs(&bus, Topic::DeviceEvents, count).await;
            if values_of(&found, "device")[count - 1].ends_with('?') {
                break;
            }
        }
        stop.cancel();
        running.await.unwrap().unwrap();
        bus.close();
    });
}

pub(crate) fn a_second_runner_takes_over_with_the_state(fixture: &dyn Fixture) {
    block_on(async {
        let bus = Bus::open(&fixture.config()).unwrap();
        let other = fixture.another(&bus);
        let publisher = bus.publisher();
        let (first, second) = (Arc::new(Counter::default()), Arc::new(Counter::default()));
        let (stop_first, running_first) = start(&bus, first.clone());
        let round = |number: usize| {
            keys()
                .into_iter()
                .map(move |key| record(Topic::Positions, &key, Some(&format!("v{number}"))))
        };
        publish_all(&publisher, round(1)).await;
        outputs(&bus, Topic::DeviceEvents, 16).await;
        let (stop_second, running_second) = start(&other, second.clone());
        for number in 2..=5 {
            publish_all(&publisher, round(number)).await;
            outputs(&bus, Topic::DeviceEvents, 16 * number).await;
        }
        stop_first.cancel();
        running_first.await.unwrap().unwrap();
        publish_all(&publisher, round(6)).await;
        let found = outputs(&bus, Topic::DeviceEvents, 16 * 6).await;
        for key in keys() {
            let expected: Vec<String> = (1..=6).map(|number| format!("v{number}#{number}")).collect();
            assert_eq!(values_of(&found, &key), expected, "{key}");
        }
        assert!(!second.seen().is_empty() && !second.restored().is_empty());
        stop_second.cancel();
        running_second.await.unwrap().unwrap();
        assert_eq!(
            read_all(&bus, Topic::DeviceEvents).await.len(),
            16 * 6,
            "nothing twice"
        );
        other.close();
        bus.close();
    });
}

pub(crate) fn reading_by_key_time_and_end(fixture: &dyn Fixture) {
    block_on(async {
        let bus = Bus::open(&fixture.config()).unwrap();
        let publisher = bus.publisher();
        let old =
            jiff::Timestamp::from_millisecond(jiff::Timestamp::now().as_millisecond() - 600_000).unwrap();
        publish_all(
            &publisher,
            keys().iter().map(|key| bus::Record {
                timestamp: old,
                ..record(Topic::Positions, key, Some("old"))
            }),
        )
        .await;
        publish_all(
            &publisher,
            keys()
                .iter()
                .map(|key| record(Topic::Positions, key, Some("new"))),
        )
        .await;
        let mut read = Read::all(Topic::Positions);
        read.key = Some(Bytes::from_static(b"device-3"));
        let found = collect(&bus, read).await;
        assert_eq!(found.len(), 2);
        assert_eq!(values_of(&found, "device-3"), ["old", "new"]);

        let mut read = Read::all(Topic::Positions);
        read.from = ReadFrom::Time(old.checked_add(jiff::SignedDuration::from_secs(60)).unwrap());
        let found = collect(&bus, read).await;
        assert_eq!(found.len(), 16);
        assert!(found.iter().all(|record| record.value.as_deref() == Some(b"new")));

        let mut read = Read::follow(Topic::Positions);
        read.from = ReadFrom::End;
        let mut reader = bus.read(read);
        assert!(matches!(reader.next_item().await, Some(Ok(ReadItem::CaughtUp))));
        publish_all(&publisher, [record(Topic::Positions, "device-1", Some("next"))]).await;
        assert_eq!(
            reader.next().await.unwrap().unwrap().value.as_deref(),
            Some(&b"next"[..])
        );
        bus.close();
    });
}

pub(crate) fn compaction_keeps_the_newest_record_of_each_key(fixture: &dyn Fixture) {
    block_on(async {
        let bus = Bus::open(&fixture.config()).unwrap();
        let publisher = bus.publisher();
        for round in 0..50 {
            publish_all(
                &publisher,
                keys()
                    .iter()
                    .map(|key| record(Topic::Bindings, key, Some(&format!("v{round}")))),
            )
            .await;
        }
        publish_all(&publisher, [record(Topic::Bindings, "device-0", None)]).await;
        // Kafka compacts when it comes to it, and never the segment that is written: until then write on.
        loop {
            let fillers =
                (0..16).map(|number| record(Topic::Bindings, &format!("filler-{number}"), Some("x")));
            publish_all(&publisher, fillers).await;
            let found = read_all(&bus, Topic::Bindings).await;
            let compacted = (1..16).all(|number| {
                let values = values_of(&found, &format!("device-{number}"));
                assert_eq!(values.last(), Some(&"v49"), "the newest stays");
                values.len() == 1
            });
            let deleted = values_of(&found, "device-0");
            assert!(deleted.is_empty() || deleted.last() == Some(&"deleted"));
            if compacted && deleted.len() <= 1 {
                break;
            }
            tokio::task::yield_now().await;
        }
        bus.close();
    });
}

pub(crate) fn a_record_that_is_too_large_is_refused_for_good(fixture: &dyn Fixture) {
    block_on(async {
        let bus = Bus::open(&fixture.config()).unwrap();
        let settled = Arc::new(Settled::default());
        let mut large = record(Topic::Positions, "device", None);
        large.value = Some(vec![0; 17 << 20].into());
        bus.publisher().publish(large, Receipt::new(settled.clone(), 0));
        settled.wait_for(1).await;
        let (_, outcome) = settled.outcomes().remove(0);
        assert!(matches!(outcome, Err(PublishError::Refused(_))), "{outcome:?}");
        assert!(!outcome.unwrap_err().is_retryable());
        assert!(read_all(&bus, Topic::Positions).await.is_empty());
        bus.close();
    });
}

pub(crate) fn old_records_are_forgotten_and_new_ones_kept(fixture: &dyn Fixture) {
    block_on(async {
        let bus = Bus::open(&fixture.config()).unwrap();
        let publisher = bus.publisher();
        let file = TopicsFile::parse("[topics.positions]\npartitions = 4\nretention_hours = 1\n").unwrap();
        for change in bus.admin().plan(&file).await.unwrap() {
            if matches!(&change, Change::Retention { spec, .. } if spec.topic == Topic::Positions) {
                bus.admin().apply(&change).await.unwrap();
            }
        }
        let old = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(2);
        let padding = "x".repeat(4000);
        for _ in 0..20 {
            publish_all(
                &publisher,
                keys().iter().map(|key| bus::Record {
                    timestamp: old,
                    ..record(Topic::Positions, key, Some(&padding))
                }),
            )
            .await;
        }
        let mut fresh = 0;
        loop {
            // Kafka forgets whole segments, and begins a new one when something is written.
            publish_all(
                &publisher,
                keys()
                    .iter()
                    .map(|key| record(Topic::Positions, key, Some("new"))),
            )
            .await;
            fresh += 16;
            let topics = bus.admin().topics().await.unwrap();
            let positions = topics.iter().find(|info| info.topic == Topic::Positions).unwrap();
            assert_eq!(positions.retention_hours, Some(1));
            if positions.partitions.iter().all(|partition| partition.start > 0) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let found = read_all(&bus, Topic::Positions).await;
        assert!(found.iter().all(|record| record.offset > 0));
        let kept = found
            .iter()
            .filter(|record| record.value.as_deref() == Some(b"new"))
            .count();
        assert_eq!(kept, fresh, "no record of today is forgotten");
        bus.close();
    });
}

pub(crate) fn a_stage_is_ready_when_it_holds_partitions_with_their_state(fixture: &dyn Fixture) {
    block_on(async {
        let bus = Bus::open(&fixture.config()).unwrap();
        let mut standings = bus.standings();
        assert!(standings.borrow().is_empty());
        let (stop, running) = start(&bus, Arc::new(Counter::default()));
        let standing = standing(&mut standings, |standing| {
            standing.is_some_and(Standing::is_ready)
        })
        .await;
        assert!(matches!(standing, Some(Standing::Holding(1..))), "{standing:?}");
        stop.cancel();
        running.await.unwrap().unwrap();
        assert!(standings.borrow().is_empty(), "it does not run any more");
        bus.close();
    });
}

/// Waits until the counter stands so.
pub(crate) async fn standing(
    standings: &mut tokio::sync::watch::Receiver<Standings>,
    is_so: impl Fn(Option<Standing>) -> bool,
) -> Option<Standing> {
    let of = |all: &Standings| all.get("counter").copied();
    let found = tokio::time::timeout(LIMIT, standings.wait_for(|all| is_so(of(all)))).await;
    of(&found.expect("the counter is ready").unwrap())
}
