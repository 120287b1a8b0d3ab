//! Faults that only librdkafka's mock cluster can make, and the contract as far as it goes there: it knows no
//! creation of topics, keeps little, and answers a group's join after three seconds.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use bus::{Backend, Bus, BusConfig, Outcome, PublishError, Receipt, Spool};
use events::Topic;
use rdkafka::mocking::{MockCluster, MockCoordinator};
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use tokio_util::sync::CancellationToken;

use crate::checks::contract;
use crate::fixture::{Fixture, Settled, block_on, publish_all, read_all, record, values_of};
use crate::probe::Counter;
use crate::spool::append;

pub(crate) struct Mock(MockCluster<'static, DefaultProducerContext>);

impl Mock {
    pub(crate) fn new() -> Self {
        Self::with_brokers(1)
    }

    fn with_brokers(count: i32) -> Self {
        let cluster = MockCluster::new(count).unwrap();
        for topic in Topic::ALL {
            cluster.create_topic(topic.name(), 4, 1).unwrap();
        }
        Self(cluster)
    }

    #[allow(clippy::unnecessary_wraps)] // as the checks want it
    fn for_a_check() -> Option<Self> {
        Some(Self::new())
    }
}

impl Fixture for Mock {
    fn config(&self) -> BusConfig {
        let mut config = BusConfig {
            backend: Backend::Kafka,
            ..BusConfig::default()
        };
        config.kafka.brokers = self.0.bootstrap_servers();
        config
    }

    fn another(&self, _first: &Bus) -> Bus {
        Bus::open(&self.config()).unwrap()
    }
}

contract! { Mock::for_a_check:
    records_of_a_key_keep_their_order_and_headers
    what_was_acknowledged_is_there_after_a_restart
    receipts_are_settled_once
    a_record_that_is_too_large_is_refused_for_good
}

/// Publishes numbered records of one device.
fn publish(bus: &Bus, numbers: std::ops::Range<u64>) -> Arc<Settled> {
    let settled = Arc::new(Settled::default());
    for number in numbers {
        bus.publisher().publish(
            record(Topic::Positions, "device", Some(&number.to_string())),
            Receipt::new(settled.clone(), number),
        );
    }
    settled
}

fn outcomes(settled: &Settled) -> Vec<Outcome> {
    settled
        .outcomes()
        .into_iter()
        .map(|(_, outcome)| outcome)
        .collect()
}

/// Publishes a record again and again until it is durable.
async fn publish_until_taken(bus: &Bus) {
    loop {
        let settled = publish(bus, 1000..1001);
        settled.wait_for(1).await;
        if outcomes(&settled)[0].is_ok() {
            break;
        }
    }
}

#[test]
fn errors_that_pass_delay_records_and_keep_their_order() {
    let mock = Mock::new();
    block_on(async {
        let bus = Bus::open(&mock.config()).unwrap();
        mock.0.request_errors(
            RDKafkaApiKey::Produce,
            &[
                RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                RDKafkaRespErr::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                RDKafkaRespErr::RD_KAFKA_RESP_ERR__TRANSPORT,
                RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            ],
        );
        let settled = publish(&bus, 0..100);
        settled.wait_for(100).await;
        assert!(outcomes(&settled).iter().all(Result::is_ok));
        let found = read_all(&bus, Topic::Positions).await;
        let expected: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        assert_eq!(values_of(&found, "device"), expected);
        bus.close();
    });
}

#[test]
fn with_no_broker_nothing_is_acknowledged_and_the_budget_bounds_what_waits() {
    let mock = Mock::new();
    block_on(async {
        let mut config = mock.config();
        config.kafka.message_timeout_seconds = 2;
        config.in_flight_bytes = bus::InFlightBytes(10_000);
        let bus = Bus::open(&config).unwrap();
        publish_all(
            &bus.publisher(),
            [record(Topic::Positions, "device", Some("before"))],
        )
        .await;
        mock.0.broker_down(-1).unwrap();
        let settled = publish(&bus, 0..1000);
        let publisher = bus.publisher();
        assert!(!publisher.has_room());
        assert!(publisher.in_flight_bytes() <= 12_500, "the limit and a quarter");
        settled.wait_for(1000).await;
        for outcome in outcomes(&settled) {
            let error = outcome.unwrap_err();
            assert!(error.is_retryable(), "{error}");
        }
        assert!(bus.flush(Duration::from_secs(60)).await);
        assert_eq!((publisher.in_flight(), publisher.in_flight_bytes()), (0, 0));

        mock.0.broker_up(-1).unwrap();
        publish_until_taken(&bus).await;
        bus.close();
    });
}

#[test]
fn a_producer_with_a_fatal_error_is_replaced() {
    let mock = Mock::new();
    block_on(async {
        let bus = Bus::open(&mock.config()).unwrap();
        let before = [record(Topic::Positions, "device", Some("before"))];
        publish_all(&bus.publisher(), before).await;
        // For a request that nothing preceded this means that client and broker have lost each other.
        let errors = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER];
        mock.0.request_errors(RDKafkaApiKey::Produce, &errors);
        let settled = publish(&bus, 0..10);
        settled.wait_for(10).await;
        for outcome in outcomes(&settled) {
            let taken_by_the_next = outcome.is_ok();
            let retryable = matches!(outcome, Err(PublishError::Unavailable(_)));
            assert!(taken_by_the_next || retryable, "{outcome:?}");
        }
        publish_until_taken(&bus).await;
        assert!(bus.flush(Duration::from_secs(60)).await);
        bus.close();
    });
}

/// The library may wait for ever for a coordinator that died, whatever time it is given.
#[test]
fn a_stage_whose_coordinator_died_in_the_middle_of_a_commit_ends_when_it_is_told_to() {
    let mock = Mock::with_brokers(2);
    let cluster = &mock.0;
    cluster.create_topic("milepost.counter-state.v1", 4, 1).unwrap();
    for topic in [
        "milepost.counter-state.v1",
        Topic::Positions.name(),
        Topic::DeviceEvents.name(),
    ] {
        for partition in 0..4 {
            cluster.partition_leader(topic, partition, Some(1)).unwrap();
        }
    }
    let group = MockCoordinator::Group("milepost.counter".to_owned());
    cluster.coordinator(group, 2).unwrap();
    let transactions = MockCoordinator::Transaction("milepost.counter.one".to_owned());
    cluster.coordinator(transactions, 1).unwrap();
    block_on(async {
        let mut config = mock.config();
        config.kafka.instance = Some("one".to_owned());
        let bus = Bus::open(&config).unwrap();
        let gate = Arc::new(Barrier::new(2));
        let (stage, stop) = (
            Arc::new(Counter::stalling(gate.clone())),
            CancellationToken::new(),
        );
        let running = tokio::spawn({
            let (bus, stage, stop) = (bus.clone(), stage.clone(), stop.clone());
            async move { bus.run(stage, stop).await }
        });
        publish_all(
            &bus.publisher(),
            [record(Topic::Positions, "device", Some("stall"))],
        )
        .await;
        while !stage.has_stalled() {
            tokio::task::yield_now().await;
        }
        cluster.broker_down(2).unwrap();
        gate.wait();
        stop.cancel();
        running.await.unwrap().unwrap();
        bus.close();
    });
}

#[test]
fn a_partition_that_cannot_be_reached_does_not_stop_the_others() {
    // Partition 3 is alone on the second broker. The mock cluster crashes when a partition has no leader at all.
    let mock = Mock::with_brokers(2);
    let leader = |partition, broker| {
        mock.0
            .partition_leader(Topic::Positions.name(), partition, Some(broker))
            .unwrap()
    };
    for partition in 0..4 {
        leader(partition, if partition == 3 { 2 } else { 1 });
    }
    block_on(async {
        let mut config = mock.config();
        config.in_flight_bytes = bus::InFlightBytes(100_000);
        config.kafka.message_timeout_seconds = 30;
        config
            .kafka
            .properties
            .insert("statistics.interval.ms".to_owned(), "50".to_owned());
        let bus = Bus::open(&config).unwrap();
        let publisher = bus.publisher();
        let keys: Vec<String> = (0..32).map(|number| format!("device-{number}")).collect();
        publish_all(
            &publisher,
            keys.iter()
                .map(|key| record(Topic::Positions, key, Some("before"))),
        )
        .await;
        let placed = read_all(&bus, Topic::Positions).await;
        let stuck = |key: &str| {
            placed
                .iter()
                .any(|record| record.key == key && record.partition == 3)
        };
        mock.0.broker_down(2).unwrap();
        // The client has told its partitions when one of them refuses.
        let settled = Arc::new(Settled::default());
        let lost = keys.iter().find(|key| stuck(key)).unwrap();
        while outcomes(&settled).iter().all(Result::is_ok) {
            publisher.publish(
                record(Topic::Positions, lost, Some("lost")),
                Receipt::new(settled.clone(), 0),
            );
            tokio::task::yield_now().await;
        }
        assert!(
            outcomes(&settled)
                .iter()
                .flat_map(|outcome| outcome.as_ref().err())
                .all(|error| error.is_retryable())
        );
        assert!(publisher.has_room());
        for _ in 0..50 {
            let others = keys.iter().filter(|key| !stuck(key));
            publish_all(
                &publisher,
                others.map(|key| record(Topic::Positions, key, Some("after"))),
            )
            .await;
        }
        leader(3, 1);
        bus.close();
    });
}

#[test]
fn what_is_spooled_while_no_broker_is_there_arrives_in_order_when_one_is() {
    let mock = Mock::new();
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path(), 1 << 20).unwrap();
        assert!(append(&spool, 0..10).await.iter().all(Result::is_ok));
        let mut config = mock.config();
        config.kafka.message_timeout_seconds = 1;
        mock.0.broker_down(-1).unwrap();
        let bus = Bus::open(&config).unwrap();
        let stop = CancellationToken::new();
        let (drained, publisher, token) = (spool.clone(), bus.publisher(), stop.clone());
        let draining = tokio::spawn(async move {
            drained
                .drain(&publisher, token, |_, _| panic!("nothing is refused for good"))
                .await
        });
        // What comes later has waited as long as the spooled records, in vain.
        while bus.publisher().in_flight() == 0 {
            tokio::task::yield_now().await;
        }
        let settled = publish(&bus, 0..1);
        settled.wait_for(1).await;
        assert!(outcomes(&settled)[0].is_err());
        assert_eq!(spool.len(), 20);

        mock.0.broker_up(-1).unwrap();
        spool.emptied().await;
        stop.cancel();
        draining.await.unwrap().unwrap();
        let expected: Vec<String> = (0..10).map(|value| value.to_string()).collect();
        for topic in [Topic::Positions, Topic::DeviceEvents] {
            assert_eq!(values_of(&read_all(&bus, topic).await, "device"), expected);
        }
        bus.close();
    });
}
