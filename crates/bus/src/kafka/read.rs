//! Readers without a group.

use std::collections::HashSet;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::client::{ANSWER_WITHIN, Names, Quiet, failed, partition_count, received, signed};
use crate::reader::{ReadItem, ReadSink};
use crate::{Error, Read, ReadFrom};

/// Time after which a reader that follows looks whether anybody still listens.
const LOOK_UP: Duration = Duration::from_millis(200);
/// Wait before the cluster is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// Hands out what `read` asks for until it is done or nobody listens.
pub(super) fn pump(names: &Names, read: &Read, sink: &ReadSink) {
    if let Err(error) = pump_inner(names, read, sink) {
        // Nobody may listen any more.
        let _ = sink.blocking_send(Err(error));
    }
}

fn pump_inner(names: &Names, read: &Read, sink: &ReadSink) -> Result<(), Error> {
    let consumer = names.reader("read_committed")?;
    let mut open = loop {
        match assign(&consumer, names, read) {
            Ok(open) => break open,
            // Who follows has time: the cluster may be away at the moment.
            Err(error) if error.is_retryable() && read.follow => {
                tracing::warn!(%error, topic = names.topic(read.topic), "reading waits");
                if sink.is_closed() {
                    return Ok(());
                }
                // Serves the client's events meanwhile.
                let _ = consumer.poll(ASK_AGAIN);
            }
            Err(error) => return Err(error),
        }
    };
    let mut caught_up = false;
    loop {
        if !caught_up && open.is_empty() {
            caught_up = true;
            if sink.blocking_send(Ok(ReadItem::CaughtUp)).is_err() || !read.follow {
                return Ok(());
            }
        }
        match consumer.poll(LOOK_UP) {
            None if sink.is_closed() => return Ok(()),
            None => {}
            Some(Ok(message)) => {
                let wanted = read
                    .key
                    .as_ref()
                    .is_none_or(|key| message.key() == Some(&key[..]));
                let item = ReadItem::Record(received(read.topic, &message));
                if wanted && sink.blocking_send(Ok(item)).is_err() {
                    return Ok(());
                }
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                open.remove(&partition);
            }
            Some(Err(error @ KafkaError::MessageConsumptionFatal(_))) => return Err(failed("read", error)),
            Some(Err(error)) => {
                tracing::warn!(%error, topic = names.topic(read.topic), "reading goes on trying")
            }
        }
    }
}

/// Starts reading. Returns the partitions whose end was not reached yet.
fn assign(consumer: &BaseConsumer<Quiet>, names: &Names, read: &Read) -> Result<HashSet<i32>, Error> {
    let topic = names.topic(read.topic);
    let count = partition_count(consumer, topic)?;
    let partitions = match &read.key {
        Some(key) => {
            let partition = signed(crate::partition::of(key, count));
            partition..partition + 1
        }
        None => 0..signed(count),
    };
    let mut list = TopicPartitionList::new();
    for partition in partitions.clone() {
        let offset = match read.from {
            ReadFrom::Beginning => Offset::Beginning,
            // A place, not "the end": that would be wherever the end is when reading starts.
            ReadFrom::End => Offset::Offset(
                consumer
                    .fetch_watermarks(topic, partition, ANSWER_WITHIN)
                    .map_err(|error| failed("ask for the end of a partition", error))?
                    .1,
            ),
            ReadFrom::Time(time) => Offset::Offset(time.as_millisecond()),
        };
        list.add_partition_offset(topic, partition, offset)
            .map_err(|error| failed("choose where to read", error))?;
    }
    if let ReadFrom::Time(_) = read.from {
        list = consumer
            .offsets_for_times(list, ANSWER_WITHIN)
            .map_err(|error| failed("find a time", error))?;
    }
    consumer
        .assign(&list)
        .map_err(|error| failed("start reading", error))?;
    Ok(partitions.collect())
}
