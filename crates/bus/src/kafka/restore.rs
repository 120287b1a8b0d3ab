//! The state of a stage's partition, read back from its compacted topic.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rdkafka::consumer::Consumer;
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::Offset;
use tokio_util::sync::CancellationToken;

use super::client::{ANSWER_WITHIN, Names, failed, one, signed};
use crate::Error;

/// Reads all entries of a partition.
///
/// The caller has fetched the committed offset of the partition before, which waits for transactions of earlier
/// owners that carry offsets. Such a transaction may not yet be visible in the state topic; so the end is taken as
/// a reader of uncommitted records sees it, and reading waits until everything before it is decided.
pub(super) fn entries(
    names: &Names,
    topic: &str,
    partition: u32,
    shutdown: &CancellationToken,
) -> Result<Vec<(Bytes, Bytes)>, Error> {
    let partition = signed(partition);
    let watermarks = |isolation| {
        names
            .reader(isolation)?
            .fetch_watermarks(topic, partition, ANSWER_WITHIN)
            .map_err(|error| failed("ask for the end of the state", error))
    };
    let (start, end) = watermarks("read_uncommitted")?;
    if start == end {
        return Ok(Vec::new());
    }
    let consumer = names.reader("read_committed")?;
    let deadline =
        Instant::now() + Duration::from_secs(u64::from(names.config.transaction_timeout_seconds) + 60);
    loop {
        let (_, decided) = consumer
            .fetch_watermarks(topic, partition, ANSWER_WITHIN)
            .map_err(|error| failed("ask for the end of the state", error))?;
        if decided >= end {
            break;
        }
        if shutdown.is_cancelled() || Instant::now() > deadline {
            return Err(Error::Unavailable(format!(
                "a transaction of another process on partition {partition} of {topic} is not decided"
            )));
        }
        // Nothing is assigned: this waits and serves the client's events.
        let _ = consumer.poll(Duration::from_millis(100));
    }
    consumer
        .assign(&one(topic, partition, Offset::Beginning))
        .map_err(|error| failed("read the state", error))?;
    let mut entries = HashMap::new();
    loop {
        match consumer.poll(Duration::from_secs(1)) {
            Some(Ok(message)) => {
                let key = message.key().map(Bytes::copy_from_slice).unwrap_or_default();
                match message.payload() {
                    Some(value) => entries.insert(key, Bytes::copy_from_slice(value)),
                    None => entries.remove(&key),
                };
            }
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(entries.into_iter().collect()),
            Some(Err(error @ KafkaError::MessageConsumptionFatal(_))) => {
                return Err(failed("read the state", error));
            }
            Some(Err(error)) => tracing::warn!(%error, topic, "reading the state goes on trying"),
            None => {}
        }
        if shutdown.is_cancelled() {
            return Err(Error::Unavailable("the state was not read to its end".to_owned()));
        }
    }
}
