//! Metrics of the log. The names begin with `milepost_kafka_` where they are about a producer or consumer of the log,
//! whichever backend it has, and with `milepost_bus_` where they are about the local store.

use std::time::Duration;

use metrics::{counter, gauge, histogram};
use rdkafka::error::KafkaError;
use rdkafka::statistics::Statistics;
use telemetry::{Declaration, Unit};

use crate::runner::Lag;

/// Every metric of the log.
pub const ALL: &[Declaration] = &[
    LAG,
    EVENT_TIME_LAG,
    REBALANCES,
    COMMIT,
    COMMIT_ERRORS,
    REFUSED,
    QUEUE_MESSAGES,
    QUEUE_BYTES,
    DELIVERY,
    DELIVERY_ERRORS,
    FATAL,
    BROKER_RTT,
    GROUP_RECORDS,
    GROUP_SECONDS,
    SPOOL_CORRUPT,
    STORE_FAILURES,
];

const LAG: Declaration = Declaration::gauge(
    "milepost_kafka_consumer_lag",
    Unit::Count,
    &["group", "topic", "partition"],
    "Records of a partition that a consumer group has not taken yet.",
);
const EVENT_TIME_LAG: Declaration = Declaration::gauge(
    "milepost_kafka_consumer_event_time_lag_seconds",
    Unit::Seconds,
    &["group"],
    "Age of the newest record that a consumer group took.",
);
const REBALANCES: Declaration = Declaration::counter(
    "milepost_kafka_consumer_rebalances_total",
    Unit::Count,
    &["group"],
    "Times that a consumer's partitions changed.",
);
const COMMIT: Declaration = Declaration::seconds(
    "milepost_kafka_consumer_commit_seconds",
    &["group"],
    "Time to commit outputs, state and offsets together.",
);
const COMMIT_ERRORS: Declaration = Declaration::counter(
    "milepost_kafka_consumer_commit_errors_total",
    Unit::Count,
    &["group"],
    "Commits that failed and were tried again or given up.",
);
const REFUSED: Declaration = Declaration::counter(
    "milepost_kafka_consumer_refused_records_total",
    Unit::Count,
    &["group"],
    "Records that a consumer refused and put into the rejects.",
);
const QUEUE_MESSAGES: Declaration = Declaration::gauge(
    "milepost_kafka_producer_queue_messages",
    Unit::Count,
    &[],
    "Records that wait in the Kafka producer.",
);
const QUEUE_BYTES: Declaration = Declaration::gauge(
    "milepost_kafka_producer_queue_bytes",
    Unit::Bytes,
    &[],
    "Bytes that wait in the Kafka producer.",
);
const DELIVERY: Declaration = Declaration::seconds(
    "milepost_kafka_producer_delivery_seconds",
    &[],
    "Time from a record's publication to Kafka's report, of one record in 64.",
);
const DELIVERY_ERRORS: Declaration = Declaration::counter(
    "milepost_kafka_producer_delivery_errors_total",
    Unit::Count,
    &["code"],
    "Records that Kafka did not take, by the client's error code.",
);
const FATAL: Declaration = Declaration::counter(
    "milepost_kafka_producer_fatal_total",
    Unit::Count,
    &[],
    "Times that the Kafka producer was replaced after a fatal error.",
);
const BROKER_RTT: Declaration = Declaration::gauge(
    "milepost_kafka_producer_broker_rtt_seconds",
    Unit::Seconds,
    &["broker"],
    "Median round trip to a broker.",
);
const GROUP_RECORDS: Declaration = Declaration::sizes(
    "milepost_bus_group_records",
    &[],
    "Writes that one sync of the local log, or of the spool, made durable together.",
);
const GROUP_SECONDS: Declaration = Declaration::seconds(
    "milepost_bus_group_commit_seconds",
    &[],
    "Time to write and sync one group of the local log, or of the spool.",
);
const SPOOL_CORRUPT: Declaration = Declaration::counter(
    "milepost_gateway_spool_corrupt_records_total",
    Unit::Count,
    &[],
    "Spooled records that could not be read and were passed over.",
);
const STORE_FAILURES: Declaration = Declaration::counter(
    "milepost_bus_store_failures_total",
    Unit::Count,
    &["reason"],
    "Times that the local log or the spool stopped taking records (full, error), or was opened with less than had been acknowledged (lost).",
);

pub(crate) fn lag(group: &'static str, lag: Lag) {
    #[allow(clippy::cast_precision_loss)]
    gauge!(LAG.name, "group" => group, "topic" => lag.topic.name(), "partition" => lag.partition.to_string())
        .set(lag.records as f64);
}

pub(crate) fn event_time_lag(group: &'static str, age: jiff::SignedDuration) {
    gauge!(EVENT_TIME_LAG.name, "group" => group).set(age.as_secs_f64().max(0.0));
}

/// A consumer begins. A counter that is not there before the first event hides it: Prometheus sees no increase.
pub(crate) fn joins(group: &'static str) {
    for counter in [&REBALANCES, &COMMIT_ERRORS, &REFUSED] {
        counter!(counter.name, "group" => group).increment(0);
    }
}

pub(crate) fn rebalanced(group: &'static str) {
    counter!(REBALANCES.name, "group" => group).increment(1);
}

pub(crate) fn committed(group: &'static str, took: Duration) {
    histogram!(COMMIT.name, "group" => group).record(took);
}

pub(crate) fn commit_failed(group: &'static str) {
    counter!(COMMIT_ERRORS.name, "group" => group).increment(1);
}

pub(crate) fn refused(group: &'static str) {
    counter!(REFUSED.name, "group" => group).increment(1);
}

pub(crate) fn group_committed(records: usize, took: Duration) {
    #[allow(clippy::cast_precision_loss)]
    histogram!(GROUP_RECORDS.name).record(records as f64);
    histogram!(GROUP_SECONDS.name).record(took);
}

/// A local store was opened, and has not failed.
pub(crate) fn store_opened() {
    for reason in ["full", "error", "lost"] {
        counter!(STORE_FAILURES.name, "reason" => reason).increment(0);
    }
}

pub(crate) fn store_failed(full: bool) {
    counter!(STORE_FAILURES.name, "reason" => if full { "full" } else { "error" }).increment(1);
}

/// A local store was opened, and has less than had been promised.
pub(crate) fn store_lost() {
    counter!(STORE_FAILURES.name, "reason" => "lost").increment(1);
}

/// A spool was opened, and all that was read of it could be.
pub(crate) fn spool_opened() {
    counter!(SPOOL_CORRUPT.name).increment(0);
}

pub(crate) fn spool_record_corrupt() {
    counter!(SPOOL_CORRUPT.name).increment(1);
}

/// A way to Kafka was opened, and nothing has failed.
pub(crate) fn producer_opened() {
    counter!(FATAL.name).increment(0);
    // What comes when Kafka is away; the other codes of the library appear with their first error.
    counter!(DELIVERY_ERRORS.name, "code" => "MessageTimedOut").increment(0);
}

pub(crate) fn producer(statistics: &Statistics) {
    #[allow(clippy::cast_precision_loss)]
    {
        gauge!(QUEUE_MESSAGES.name).set(statistics.msg_cnt as f64);
        gauge!(QUEUE_BYTES.name).set(statistics.msg_size as f64);
    }
    brokers(statistics);
}

pub(crate) fn brokers(statistics: &Statistics) {
    for broker in statistics.brokers.values().filter(|broker| broker.nodeid >= 0) {
        if let Some(rtt) = &broker.rtt {
            #[allow(clippy::cast_precision_loss)]
            gauge!(BROKER_RTT.name, "broker" => broker.nodeid.to_string()).set(rtt.p50 as f64 / 1e6);
        }
    }
}

pub(crate) fn delivered(took: Duration) {
    histogram!(DELIVERY.name).record(took);
}

pub(crate) fn delivery_failed(error: &KafkaError) {
    let code = error
        .rdkafka_error_code()
        .map_or_else(|| "none".to_owned(), |code| format!("{code:?}"));
    counter!(DELIVERY_ERRORS.name, "code" => code).increment(1);
}

pub(crate) fn producer_fatal() {
    counter!(FATAL.name).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_kind_and_unit() {
        for metric in ALL {
            // The spool is the gateway's, and the log that it is made of knows what it cannot read.
            let fits = ["kafka", "bus", "gateway_spool"]
                .iter()
                .any(|part| metric.fault(part).is_none());
            assert!(fits, "{:?}", metric.fault("bus"));
        }
    }
}
