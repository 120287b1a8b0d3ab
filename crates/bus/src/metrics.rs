//! Metrics of the log. The names begin with `milepost_kafka_` where they are about a producer or consumer of the log,
//! whichever backend it has, and with `milepost_bus_` where they are about the local store.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use rdkafka::error::KafkaError;
use rdkafka::statistics::Statistics;

use crate::runner::Lag;

const LAG: &str = "milepost_kafka_consumer_lag";
const EVENT_TIME_LAG: &str = "milepost_kafka_consumer_event_time_lag_seconds";
const REBALANCES: &str = "milepost_kafka_consumer_rebalances_total";
const COMMIT: &str = "milepost_kafka_consumer_commit_seconds";
const COMMIT_ERRORS: &str = "milepost_kafka_consumer_commit_errors_total";
const REFUSED: &str = "milepost_kafka_consumer_refused_records_total";
const QUEUE_MESSAGES: &str = "milepost_kafka_producer_queue_messages";
const QUEUE_BYTES: &str = "milepost_kafka_producer_queue_bytes";
const DELIVERY: &str = "milepost_kafka_producer_delivery_seconds";
const DELIVERY_ERRORS: &str = "milepost_kafka_producer_delivery_errors_total";
const FATAL: &str = "milepost_kafka_producer_fatal_total";
const BROKER_RTT: &str = "milepost_kafka_producer_broker_rtt_seconds";
const GROUP_RECORDS: &str = "milepost_bus_group_records";
const GROUP_SECONDS: &str = "milepost_bus_group_commit_seconds";
const SPOOL_CORRUPT: &str = "milepost_gateway_spool_corrupt_records_total";
const STORE_FAILURES: &str = "milepost_bus_store_failures_total";

/// Registers the help texts. Call once, after the recorder is installed.
pub fn describe() {
    describe_gauge!(
        LAG,
        "Records of a partition that a consumer group has not taken yet"
    );
    describe_gauge!(
        EVENT_TIME_LAG,
        Unit::Seconds,
        "Age of the newest record that a consumer group took"
    );
    describe_counter!(REBALANCES, "Times that a consumer's partitions changed");
    describe_histogram!(
        COMMIT,
        Unit::Seconds,
        "Time to commit outputs, state and offsets together"
    );
    describe_counter!(
        COMMIT_ERRORS,
        "Commits that failed and were tried again or given up"
    );
    describe_counter!(
        REFUSED,
        "Records that a consumer refused and put into the rejects"
    );
    describe_gauge!(QUEUE_MESSAGES, "Records that wait in the kafka producer");
    describe_gauge!(QUEUE_BYTES, Unit::Bytes, "Bytes that wait in the kafka producer");
    describe_histogram!(
        DELIVERY,
        Unit::Seconds,
        "Time from a record's publication to kafka's report, of one record in 64"
    );
    describe_counter!(
        DELIVERY_ERRORS,
        "Records that kafka did not take, by the client's error code"
    );
    describe_counter!(
        FATAL,
        "Times that the kafka producer was replaced after a fatal error"
    );
    describe_gauge!(BROKER_RTT, Unit::Seconds, "Median round trip to a broker");
    describe_histogram!(
        GROUP_RECORDS,
        "Writes that one sync of the local log made durable together"
    );
    describe_histogram!(
        GROUP_SECONDS,
        Unit::Seconds,
        "Time to write and sync one group of the local log"
    );
    describe_counter!(
        SPOOL_CORRUPT,
        "Spooled records that could not be read and were passed over"
    );
    describe_counter!(STORE_FAILURES, "Times that the local log stopped taking records");
}

pub(crate) fn lag(group: &'static str, lag: Lag) {
    #[allow(clippy::cast_precision_loss)]
    gauge!(LAG, "group" => group, "topic" => lag.topic.name(), "partition" => lag.partition.to_string())
        .set(lag.records as f64);
}

pub(crate) fn event_time_lag(group: &'static str, age: jiff::SignedDuration) {
    gauge!(EVENT_TIME_LAG, "group" => group).set(age.as_secs_f64().max(0.0));
}

pub(crate) fn rebalanced(group: &'static str) {
    counter!(REBALANCES, "group" => group).increment(1);
}

pub(crate) fn committed(group: &'static str, took: Duration) {
    histogram!(COMMIT, "group" => group).record(took);
}

pub(crate) fn commit_failed(group: &'static str) {
    counter!(COMMIT_ERRORS, "group" => group).increment(1);
}

pub(crate) fn refused(group: &'static str) {
    counter!(REFUSED, "group" => group).increment(1);
}

pub(crate) fn group_committed(records: usize, took: Duration) {
    #[allow(clippy::cast_precision_loss)]
    histogram!(GROUP_RECORDS).record(records as f64);
    histogram!(GROUP_SECONDS).record(took);
}

pub(crate) fn store_failed(full: bool) {
    counter!(STORE_FAILURES, "reason" => if full { "full" } else { "error" }).increment(1);
}

pub(crate) fn spool_record_corrupt() {
    counter!(SPOOL_CORRUPT).increment(1);
}

pub(crate) fn producer(statistics: &Statistics) {
    #[allow(clippy::cast_precision_loss)]
    {
        gauge!(QUEUE_MESSAGES).set(statistics.msg_cnt as f64);
        gauge!(QUEUE_BYTES).set(statistics.msg_size as f64);
    }
    brokers(statistics);
}

pub(crate) fn brokers(statistics: &Statistics) {
    for broker in statistics.brokers.values().filter(|broker| broker.nodeid >= 0) {
        if let Some(rtt) = &broker.rtt {
            #[allow(clippy::cast_precision_loss)]
            gauge!(BROKER_RTT, "broker" => broker.nodeid.to_string()).set(rtt.p50 as f64 / 1e6);
        }
    }
}

pub(crate) fn delivered(took: Duration) {
    histogram!(DELIVERY).record(took);
}

pub(crate) fn delivery_failed(error: &KafkaError) {
    let code = error
        .rdkafka_error_code()
        .map_or_else(|| "none".to_owned(), |code| format!("{code:?}"));
    counter!(DELIVERY_ERRORS, "code" => code).increment(1);
}

pub(crate) fn producer_fatal() {
    counter!(FATAL).increment(1);
}
