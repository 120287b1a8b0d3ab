//! The state of a stage's partitions, read back from its compacted topic.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tokio_util::sync::CancellationToken;

use super::client::{ANSWER_WITHIN, Names, Quiet, failed, signed, unsigned};
use crate::Error;
use crate::runner::Assigned;

/// Reads all entries of the partitions.
///
/// The caller has fetched their committed offsets before, which waits for transactions of earlier owners that carry
/// offsets. Such a transaction may not yet be visible in the state topic; so the end is taken as a reader of
/// uncommitted records sees it, and reading waits until everything before it is decided.
pub(super) fn entries(
    names: &Names,
    topic: &str,
    partitions: &BTreeSet<u32>,
    shutdown: &CancellationToken,
) -> Result<Vec<Assigned>, Error> {
    let undecided = names.reader("read_uncommitted")?;
    let consumer = names.reader("read_committed")?;
    let mut open = TopicPartitionList::new();
    for partition in partitions {
        let (start, end) = watermarks(&undecided, topic, *partition)?;
        if start < end {
            wait_until_decided(names, &consumer, topic, *partition, end, shutdown)?;
            open.add_partition_offset(topic, signed(*partition), Offset::Beginning)
                .map_err(|error| failed("read the state", error))?;
        }
    }
    let entries = read(&consumer, topic, &open, shutdown)?;
    let mut assigned: BTreeMap<u32, Assigned> = partitions
        .iter()
        .map(|partition| {
            let entries = Vec::new();
            let partition = *partition;
            (partition, Assigned { partition, entries })
        })
        .collect();
    for ((partition, key), value) in entries {
        if let Some(assigned) = assigned.get_mut(&partition) {
            assigned.entries.push((key, value));
        }
    }
    Ok(assigned.into_values().collect())
}

fn watermarks(reader: &BaseConsumer<Quiet>, topic: &str, partition: u32) -> Result<(i64, i64), Error> {
    reader
        .fetch_watermarks(topic, signed(partition), ANSWER_WITHIN)
        .map_err(|error| failed("ask for the end of the state", error))
}

/// Waits until no transaction before `end` is open.
fn wait_until_decided(
    names: &Names,
    consumer: &BaseConsumer<Quiet>,
    topic: &str,
    partition: u32,
    end: i64,
    shutdown: &CancellationToken,
) -> Result<(), Error> {
    let timeout = Duration::from_secs(u64::from(names.config.transaction_timeout_seconds) + 60);
    let deadline = Instant::now() + timeout;
    while watermarks(consumer, topic, partition)?.1 < end {
        if shutdown.is_cancelled() || Instant::now() > deadline {
            return Err(Error::Unavailable(format!(
                "a transaction of another process on partition {partition} of {topic} is not decided"
            )));
        }
        // Nothing is assigned: this waits and serves the client's events.
        let _ = consumer.poll(Duration::from_millis(100));
    }
    Ok(())
}

/// The newest value of each key, by partition.
fn read(
    consumer: &BaseConsumer<Quiet>,
    topic: &str,
    places: &TopicPartitionList,
    shutdown: &CancellationToken,
) -> Result<HashMap<(u32, Bytes), Bytes>, Error> {
    consumer
        .assign(places)
        .map_err(|error| failed("read the state", error))?;
    let mut entries = HashMap::new();
    let mut open: BTreeSet<i32> = places.elements().iter().map(|place| place.partition()).collect();
    while !open.is_empty() {
        match consumer.poll(Duration::from_millis(200)) {
            Some(Ok(message)) => {
                let key = message.key().map(Bytes::copy_from_slice).unwrap_or_default();
                let key = (unsigned(message.partition()), key);
                match message.payload() {
                    Some(value) => entries.insert(key, Bytes::copy_from_slice(value)),
                    None => entries.remove(&key),
                };
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                open.remove(&partition);
            }
            Some(Err(error @ KafkaError::MessageConsumptionFatal(_))) => {
                return Err(failed("read the state", error));
            }
            Some(Err(error)) => tracing::warn!(%error, topic, "reading the state goes on trying"),
            None if shutdown.is_cancelled() => {
                return Err(Error::Unavailable("the state was not read to its end".to_owned()));
            }
            None => {}
        }
    }
    Ok(entries)
}
