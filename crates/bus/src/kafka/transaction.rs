//! Commits: outputs, state and offsets in one transaction.

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use bytes::Bytes;
use events::Topic;
use rdkafka::client::ClientContext;
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, ThreadedProducer};
use rdkafka::statistics::Statistics;
use rdkafka::topic_partition_list::TopicPartitionList;
use tokio_util::sync::CancellationToken;

use super::client::{Names, create, failed, log_error, signed};
use super::producer::headers;
use super::session::offsets;
use crate::metrics;
use crate::record::millis;
use crate::runner::{Commit, CommitFailure, Joining};
use crate::{Error, Record, steps};

/// Time that one step of a transaction may take, with all its repetitions.
const STEP_WITHIN: Duration = Duration::from_secs(150);
/// Time until a stop is looked at during a step that goes on where it was.
const LOOK: Duration = Duration::from_secs(3);
/// Pause before a step that failed is repeated.
const PAUSE: Duration = Duration::from_millis(50);
/// Time that the group has to take the offsets. This step begins anew when it is repeated, so that it needs time for all of it.
const OFFSETS_WITHIN: Duration = Duration::from_secs(8);
/// Longest wait for the library to come back from that step. Where the group's coordinator died it may not keep to the time
/// that it was given and wait for ever (issues 5456 and 5511 of librdkafka, open in its version 2.14).
const RETURNS_WITHIN: Duration = Duration::from_secs(10);

struct Outputs;

impl ClientContext for Outputs {
    fn stats(&self, statistics: Statistics) {
        metrics::producer(&statistics);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        log_error(&error, reason);
    }
}

impl ProducerContext for Outputs {
    type DeliveryOpaque = ();

    /// A record that did not arrive makes the whole transaction fail, so nothing is lost here.
    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            metrics::delivery_failed(error);
        }
    }
}

type Producer = ThreadedProducer<Outputs>;

/// The transactional producer of a session.
pub(super) struct Transactions {
    names: Arc<Names>,
    stage: &'static str,
    state_topic: String,
    id: String,
    /// `None` after an error that left the producer useless.
    producer: Option<Producer>,
    shutdown: CancellationToken,
}

impl Transactions {
    pub(super) fn open(names: Arc<Names>, joining: &Joining, state_topic: String) -> Result<Self, Error> {
        let instance = match &names.config.instance {
            Some(instance) => instance.clone(),
            None => events::id::observed().to_string(),
        };
        let id = format!("{}.{instance}", names.group(joining.stage));
        let producer = connect(&names, &id, &joining.shutdown)?;
        Ok(Self {
            names,
            stage: joining.stage,
            state_topic,
            id,
            producer: Some(producer),
            shutdown: joining.shutdown.clone(),
        })
    }

    /// Replaces a producer that failed. Its successor waits until what it left is decided.
    pub(super) fn renew(&mut self) -> Result<(), Error> {
        if self.producer.is_none() {
            self.producer = Some(connect(&self.names, &self.id, &self.shutdown)?);
        }
        Ok(())
    }

    /// Commits everything and the `next` offsets of all owned partitions, or nothing.
    pub(super) fn commit(
        &mut self,
        commit: &Commit<'_>,
        next: &BTreeMap<(Topic, u32), u64>,
        group: &Arc<ConsumerGroupMetadata>,
    ) -> Result<(), CommitFailure> {
        self.renew().map_err(|error| {
            if error.is_retryable() {
                CommitFailure::Retry(error.to_string())
            } else {
                CommitFailure::Fatal(error)
            }
        })?;
        let Some(producer) = self.producer.take() else {
            return Err(CommitFailure::Retry("the producer is not there".to_owned()));
        };
        match self.write(&producer, commit, next, group) {
            Ok(()) => {
                self.producer = Some(producer);
                Ok(())
            }
            Err(error) => self.end(producer, &error),
        }
    }

    fn write(
        &self,
        producer: &Producer,
        commit: &Commit<'_>,
        next: &BTreeMap<(Topic, u32), u64>,
        group: &Arc<ConsumerGroupMetadata>,
    ) -> Result<(), Problem> {
        producer.begin_transaction().map_err(Problem::before)?;
        steps::reached("kafka-begun");
        for record in commit.outputs.values().flatten() {
            let framed = |value: &Bytes| self.names.framing.framed(record.topic, value.clone());
            let value = record.value.as_ref().map(framed);
            send(producer, output(&self.names, record, value.as_deref()))?;
        }
        steps::reached("kafka-outputs-sent");
        for ((partition, key), value) in commit.state {
            let mut entry = BaseRecord::to(self.state_topic.as_str())
                .key(&key[..])
                .partition(signed(*partition));
            if let Some(value) = value {
                entry = entry.payload(&value[..]);
            }
            send(producer, entry)?;
        }
        steps::reached("kafka-state-sent");
        let offsets = Arc::new(offsets(&self.names, next).map_err(Problem::before)?);
        let stop = &self.shutdown;
        again(stop, || send_offsets(producer, &offsets, group)).map_err(Problem::before)?;
        steps::reached("kafka-offsets-sent");
        again(stop, || producer.commit_transaction(LOOK)).map_err(|error| Problem {
            error,
            committing: true,
        })?;
        steps::reached("kafka-committed");
        Ok(())
    }

    /// Ends a transaction that failed. Only when it is surely aborted may the same commit be tried again.
    fn end(&mut self, producer: Producer, problem: &Problem) -> Result<(), CommitFailure> {
        if let KafkaError::Canceled = problem.error {
            // The thread that waits keeps its producer. Another one with the same id makes an end of the transaction.
            return Err(CommitFailure::Lost(format!(
                "the Kafka client did not come back within {} s from giving the offsets to the group",
                RETURNS_WITHIN.as_secs()
            )));
        }
        let text = problem.error.to_string();
        if is_too_large(&problem.error) {
            return Err(CommitFailure::Fatal(Error::StageOutput {
                stage: self.stage,
                reason: format!("{text}; the topic's `max.message.bytes` bounds a record"),
            }));
        }
        let usable = match &problem.error {
            KafkaError::Transaction(error) => {
                !error.is_fatal() && (!problem.committing || error.txn_requires_abort())
            }
            _ => !problem.committing,
        };
        let aborted = usable && again(&self.shutdown, || producer.abort_transaction(LOOK)).is_ok();
        if !aborted {
            return Err(CommitFailure::Lost(text));
        }
        self.producer = Some(producer);
        if is_fenced(&problem.error) {
            Err(CommitFailure::Lost(text))
        } else {
            Err(CommitFailure::Retry(text))
        }
    }
}

/// What went wrong, and whether the commit itself was under way: then its outcome may not be known.
struct Problem {
    error: KafkaError,
    committing: bool,
}

impl Problem {
    fn before(error: KafkaError) -> Self {
        Self {
            error,
            committing: false,
        }
    }
}

/// Repeats a step that may be repeated, until it has taken too long or the process is to stop.
fn again(stop: &CancellationToken, step: impl Fn() -> Result<(), KafkaError>) -> Result<(), KafkaError> {
    let deadline = Instant::now() + STEP_WITHIN;
    loop {
        match step() {
            Err(KafkaError::Transaction(error))
                if error.is_retriable() && !stop.is_cancelled() && Instant::now() < deadline =>
            {
                let pause = tokio::time::timeout(PAUSE, stop.cancelled());
                let _ = tokio::runtime::Handle::current().block_on(pause);
            }
            ended => return ended,
        }
    }
}

/// Gives the offsets to the group, on a thread of its own; [`KafkaError::Canceled`] when that does not come back.
fn send_offsets(
    producer: &Producer,
    offsets: &Arc<TopicPartitionList>,
    group: &Arc<ConsumerGroupMetadata>,
) -> Result<(), KafkaError> {
    let (tell, told) = mpsc::sync_channel(1);
    let (producer, offsets, group) = (producer.clone(), Arc::clone(offsets), Arc::clone(group));
    let step = move || {
        let outcome = producer.send_offsets_to_transaction(&offsets, &group, OFFSETS_WITHIN);
        // The producer first: whoever hears of the outcome may be the last who has it, and closes it.
        drop(producer);
        // Nobody waits any more for one that was given up.
        let _ = tell.send(outcome);
    };
    std::thread::Builder::new()
        .name("kafka-offsets".to_owned())
        .spawn(step)
        .map_err(|_| KafkaError::Canceled)?;
    told.recv_timeout(RETURNS_WITHIN)
        .unwrap_or(Err(KafkaError::Canceled))
}

fn send(producer: &Producer, mut record: BaseRecord<'_, [u8], [u8], ()>) -> Result<(), Problem> {
    loop {
        record = match producer.send(record) {
            Ok(()) => return Ok(()),
            // The queue holds as much as it may: wait until some of it has left.
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), record)) => {
                producer.poll(Duration::from_millis(10));
                record
            }
            Err((error, _)) => return Err(Problem::before(error)),
        };
    }
}

/// A record for Kafka, with its value as it is to be written.
fn output<'a>(
    names: &'a Names,
    record: &'a Record,
    value: Option<&'a [u8]>,
) -> BaseRecord<'a, [u8], [u8], ()> {
    let mut message = BaseRecord::to(names.topic(record.topic))
        .key(&record.key[..])
        .timestamp(millis(record.timestamp))
        .headers(headers(record));
    if let Some(value) = value {
        message = message.payload(value);
    }
    message
}

fn is_too_large(error: &KafkaError) -> bool {
    error.rdkafka_error_code() == Some(RDKafkaErrorCode::MessageSizeTooLarge)
}

/// Somebody else has the partitions: the group went on without this member.
fn is_fenced(error: &KafkaError) -> bool {
    let code = match error {
        KafkaError::Transaction(error) => Some(error.code()),
        other => other.rdkafka_error_code(),
    };
    matches!(
        code,
        Some(
            RDKafkaErrorCode::IllegalGeneration
                | RDKafkaErrorCode::UnknownMemberId
                | RDKafkaErrorCode::FencedInstanceId
                | RDKafkaErrorCode::RebalanceInProgress
                | RDKafkaErrorCode::ProducerFenced
                | RDKafkaErrorCode::InvalidProducerEpoch
                | RDKafkaErrorCode::Fenced
        )
    )
}

fn connect(names: &Names, id: &str, stop: &CancellationToken) -> Result<Producer, Error> {
    let config = &names.config;
    let mut client = names.client();
    client
        .set("transactional.id", id)
        .set(
            "transaction.timeout.ms",
            (u64::from(config.transaction_timeout_seconds.max(1)) * 1000).to_string(),
        )
        .set("partitioner", "murmur2_random")
        .set("linger.ms", "5")
        .set("compression.type", config.compression.name());
    let producer: Producer = create(&client, Outputs)?;
    again(stop, || producer.init_transactions(LOOK))
        .map_err(|error| failed("begin to write in transactions", error))?;
    Ok(producer)
}
