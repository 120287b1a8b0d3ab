//! The contract on a real Apache Kafka.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use bus::{Backend, Bus, BusConfig, Receipt, Standing, Standings, TopicsFile};
use events::Topic;
use tests::kafka::KafkaServer;
use tokio::sync::watch;

use crate::checks::{contract, outputs, standing, start};
use crate::fixture::{Fixture, LIMIT, Settled, block_on, publish_all, read_all, record, values_of};
use crate::probe::Counter;
use crate::{checks, kill};

/// A broker with topics of its own for one check.
pub(crate) struct Kafka {
    server: Arc<KafkaServer>,
    prefix: String,
}

impl Kafka {
    /// `None` where there is no broker to start.
    pub(crate) fn new() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        if !KafkaServer::is_available() {
            return None;
        }
        let kafka = Self {
            server: KafkaServer::shared().unwrap(),
            prefix: format!("t{}-", NEXT.fetch_add(1, Ordering::Relaxed)),
        };
        make_topics(&kafka.config(), 4);
        Some(kafka)
    }
}

/// Makes all topics.
fn make_topics(config: &BusConfig, partitions: u32) {
    block_on(async {
        let bus = Bus::open(config).unwrap();
        let file = format!("[defaults]\npartitions = {partitions}\nretention_hours = 24\n");
        let file = TopicsFile::parse(&file).unwrap();
        for change in bus.admin().plan(&file).await.unwrap() {
            bus.admin().apply(&change).await.unwrap();
        }
        assert_eq!(bus.admin().plan(&file).await.unwrap(), []);
    });
}

/// How to open the log: dead consumers are noticed within two seconds.
pub(crate) fn settings(brokers: &str, prefix: &str) -> BusConfig {
    let mut config = BusConfig {
        backend: Backend::Kafka,
        ..BusConfig::default()
    };
    config.kafka.brokers = brokers.to_owned();
    config.kafka.prefix = prefix.to_owned();
    config.kafka.transaction_timeout_seconds = 6;
    config.kafka.properties = [("session.timeout.ms", "2000"), ("heartbeat.interval.ms", "300")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    config
}

impl Fixture for Kafka {
    fn config(&self) -> BusConfig {
        settings(&self.server.brokers(), &self.prefix)
    }

    fn another(&self, _first: &Bus) -> Bus {
        Bus::open(&self.config()).unwrap()
    }
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_done_twice_whenever_the_process_dies() {
    if let Some(kafka) = Kafka::new() {
        kill::at_every_step(
            &kafka,
            &[
                "kafka-begun",
                "kafka-outputs-sent",
                "kafka-state-sent",
                "kafka-offsets-sent",
                "kafka-committed",
                "restored",
                "applied",
            ],
        );
    }
}

/// A broker whose groups miss a member later than a test would wait.
struct Patient(Kafka);

impl Fixture for Patient {
    fn config(&self) -> BusConfig {
        let mut config = self.0.config();
        config.kafka.instance = Some(kill::NAME.to_owned());
        // Longer than LIMIT, and no longer than `max.poll.interval.ms`, as the client wants it.
        let session = (LIMIT + Duration::from_secs(60)).as_millis().to_string();
        config.kafka.properties.insert(kill::SESSION.to_owned(), session);
        config
    }

    fn another(&self, _first: &Bus) -> Bus {
        Bus::open(&self.config()).unwrap()
    }
}

#[test]
fn who_comes_back_under_its_name_goes_on_before_it_is_missed() {
    let Some(kafka) = Kafka::new() else { return };
    let kafka = Patient(kafka);
    let notes = tempfile::tempdir().unwrap();
    let ended = kill::run_child(&kafka, notes.path(), 0, Some("kafka-committed:1"));
    assert!(!ended, "the child dies");
    block_on(async {
        let bus = Bus::open(&kafka.config()).unwrap();
        let positions = read_all(&bus, Topic::Positions).await.len();
        let (stop, running) = start(&bus, Arc::new(Counter::default()));
        outputs(&bus, Topic::DeviceEvents, positions).await;
        stop.cancel();
        running.await.unwrap().unwrap();
        bus.close();
    });
}

/// Two processes with one name: the older ends, and says why.
#[test]
fn who_is_replaced_under_its_name_ends_with_a_sentence() {
    let Some(kafka) = Kafka::new() else { return };
    let kafka = Patient(kafka);
    block_on(async {
        let bus = Bus::open(&kafka.config()).unwrap();
        let (_stop, running) = start(&bus, Arc::new(Counter::default()));
        standing(&mut bus.standings(), |standing| {
            standing.is_some_and(|standing| standing.is_ready())
        })
        .await;
        let other = kafka.another(&bus);
        let (stop, running_other) = start(&other, Arc::new(Counter::default()));
        let ended = tokio::time::timeout(LIMIT, running).await.expect("it ends");
        let said = ended.unwrap().unwrap_err().to_string();
        assert!(said.contains("bus.kafka.instance"), "{said}");
        standing(&mut other.standings(), |standing| {
            standing.is_some_and(|standing| standing.is_ready())
        })
        .await;
        stop.cancel();
        running_other.await.unwrap().unwrap();
        other.close();
        bus.close();
    });
}

/// A process that stood still for so long that others took its partitions may not write when it goes on.
#[test]
fn a_zombie_cannot_commit() {
    let Some(kafka) = Kafka::new() else { return };
    block_on(async {
        let mut config = kafka.config();
        let longest = ("max.poll.interval.ms".to_owned(), "2500".to_owned());
        config.kafka.properties.extend([longest]);
        let (bus, other) = (Bus::open(&config).unwrap(), Bus::open(&config).unwrap());
        let publisher = bus.publisher();
        let gate = Arc::new(Barrier::new(2));
        let zombie = Arc::new(Counter::stalling(gate.clone()));
        let (stop_zombie, running_zombie) = start(&bus, zombie.clone());
        let round = |value| {
            checks::keys()
                .into_iter()
                .map(move |key| record(Topic::Positions, &key, Some(value)))
        };
        publish_all(&publisher, round("a")).await;
        outputs(&bus, Topic::DeviceEvents, 16).await;
        publish_all(&publisher, round("stall")).await;
        while !zombie.has_stalled() {
            tokio::task::yield_now().await;
        }
        let healthy = Arc::new(Counter::default());
        let (stop, running) = start(&other, healthy.clone());
        outputs(&bus, Topic::DeviceEvents, 32).await;
        gate.wait();
        publish_all(&publisher, round("b")).await;
        outputs(&bus, Topic::DeviceEvents, 48).await;
        stop_zombie.cancel();
        running_zombie.await.unwrap().unwrap();
        publish_all(&publisher, round("c")).await;
        let found = outputs(&bus, Topic::DeviceEvents, 64).await;
        for key in checks::keys() {
            assert_eq!(values_of(&found, &key), ["a#1", "stall#2", "b#3", "c#4"], "{key}");
        }
        stop.cancel();
        running.await.unwrap().unwrap();
        assert_eq!(
            read_all(&bus, Topic::DeviceEvents).await.len(),
            64,
            "nothing twice"
        );
        other.close();
        bus.close();
    });
}

#[test]
fn who_gets_no_partition_stands_by_and_takes_over() {
    if !KafkaServer::is_available() {
        return;
    }
    let server = KafkaServer::shared().unwrap();
    let config = settings(&server.brokers(), "standby-");
    make_topics(&config, 1);
    block_on(async {
        let (bus, other) = (Bus::open(&config).unwrap(), Bus::open(&config).unwrap());
        let (mut first, mut second) = (bus.standings(), other.standings());
        let (stop_first, running_first) = start(&bus, Arc::new(Counter::default()));
        let (stop_second, running_second) = start(&other, Arc::new(Counter::default()));
        let stands = |standings: &watch::Receiver<Standings>| standings.borrow().get("counter").copied();
        // Which of the two has it is the group's choice.
        let settled = async {
            loop {
                match (stands(&first), stands(&second)) {
                    (Some(Standing::Holding(1)), Some(Standing::Standby)) => return true,
                    (Some(Standing::Standby), Some(Standing::Holding(1))) => return false,
                    _ => {}
                }
                tokio::select! {
                    changed = first.changed() => changed.unwrap(),
                    changed = second.changed() => changed.unwrap(),
                }
            }
        };
        let first_holds = tokio::time::timeout(LIMIT, settled).await.expect("one holds it");
        let mut runners = [
            (stop_first, running_first, first),
            (stop_second, running_second, second),
        ];
        if !first_holds {
            runners.reverse();
        }
        let [(stop, running, _), (stop_rest, running_rest, mut rest)] = runners;
        stop.cancel();
        running.await.unwrap().unwrap();
        standing(&mut rest, |standing| standing == Some(Standing::Holding(1))).await;
        stop_rest.cancel();
        running_rest.await.unwrap().unwrap();
        other.close();
        bus.close();
    });
}

#[test]
fn a_broker_that_dies_and_comes_back_loses_nothing() {
    if !KafkaServer::is_available() {
        return;
    }
    // Not the shared one.
    let mut server = KafkaServer::start().unwrap();
    let mut config = settings(&server.brokers(), "");
    // A busy machine takes its time for two starts of a broker; that is no reason to give up all records.
    config.kafka.message_timeout_seconds = 0;
    make_topics(&config, 4);
    let bus = Bus::open(&config).unwrap();
    let (stop, running) = block_on(async {
        publish_all(&bus.publisher(), [record(Topic::Positions, "device", Some("0"))]).await;
        let started = start(&bus, Arc::new(Counter::default()));
        outputs(&bus, Topic::DeviceEvents, 1).await;
        started
    });
    drop((stop, running));
    let settled = Arc::new(Settled::default());
    let mut token = 0;
    for _ in 0..2 {
        for _ in 0..50 {
            token += 1;
            let value = token.to_string();
            bus.publisher().publish(
                record(Topic::Positions, "device", Some(&value)),
                Receipt::new(settled.clone(), token),
            );
        }
        server.kill_hard().unwrap();
        server.restart().unwrap();
    }
    block_on(async {
        settled.wait_for(100).await;
        let found = read_all(&bus, Topic::Positions).await;
        let there = values_of(&found, "device");
        assert!(settled.outcomes().iter().any(|(_, outcome)| outcome.is_ok()));
        for (token, outcome) in settled.outcomes() {
            let times = there.iter().filter(|value| **value == token.to_string()).count();
            assert!(
                times == 1 || outcome.is_err() && times == 0,
                "{token} is there {times} times: {outcome:?}"
            );
        }
        let (stop, running) = start(&bus, Arc::new(Counter::default()));
        let events = outputs(&bus, Topic::DeviceEvents, there.len()).await;
        let expected: Vec<String> = (1..)
            .zip(&there)
            .map(|(count, value)| format!("{value}#{count}"))
            .collect();
        assert_eq!(values_of(&events, "device"), expected);
        stop.cancel();
        running.await.unwrap().unwrap();
        bus.close();
    });
}

contract!(Kafka::new);
