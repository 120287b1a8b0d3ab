//! The contract on a real Apache Kafka.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bus::{Backend, Bus, BusConfig, TopicsFile};
use tests::kafka::KafkaServer;

use crate::fixture::{Fixture, block_on};
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
        block_on(async {
            let bus = Bus::open(&kafka.config()).unwrap();
            let file = TopicsFile::parse("[defaults]\npartitions = 4\nretention_hours = 24\n").unwrap();
            for change in bus.admin().plan(&file).await.unwrap() {
                bus.admin().apply(&change).await.unwrap();
            }
            assert_eq!(bus.admin().plan(&file).await.unwrap(), []);
        });
        Some(kafka)
    }
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

macro_rules! contract {
    ($($check:ident)*) => {$(
        #[test]
        fn $check() {
            if let Some(kafka) = Kafka::new() {
                checks::$check(&kafka);
            }
        }
    )*};
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

contract! {
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
}
