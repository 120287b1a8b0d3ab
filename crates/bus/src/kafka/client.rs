//! What all clients share: names, properties, logs.

use std::time::Duration;

use events::Topic;
use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, FromClientConfigAndContext};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers, Message};

use super::wire::{Framing, unframed};
use crate::record::{from_millis, header_name};
use crate::{Error, KafkaConfig, Received};
use bytes::Bytes;

/// Time that one question to the cluster may take.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Settings with the names that follow from them.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) config: KafkaConfig,
    /// By topic, in the order of [`Topic::ALL`].
    topics: Vec<String>,
    /// What stands before values that are written.
    pub(super) framing: Framing,
}

impl Names {
    pub(super) fn new(config: KafkaConfig) -> Result<Self, Error> {
        const OURS: [&str; 9] = [
            "acks",
            "enable.idempotence",
            "partitioner",
            "transactional.id",
            "isolation.level",
            "enable.auto.commit",
            "enable.auto.offset.store",
            "group.id",
            "bootstrap.servers",
        ];
        if let Some(name) = OURS.iter().find(|name| config.properties.contains_key(**name)) {
            return Err(Error::Config(format!(
                "kafka.properties may not set {name:?}: what the log promises depends on it"
            )));
        }
        if config.brokers.trim().is_empty() {
            return Err(Error::Config(
                "expected `host:port` of some brokers in kafka.brokers, found nothing".to_owned(),
            ));
        }
        Ok(Self {
            topics: Topic::ALL
                .iter()
                .map(|topic| format!("{}{}", config.prefix, topic.name()))
                .collect(),
            framing: Framing::default(),
            config,
        })
    }

    /// With what the configuration wants before values.
    pub(super) fn framed(self) -> Result<Self, Error> {
        Ok(Self {
            framing: Framing::new(&self)?,
            ..self
        })
    }

    pub(super) fn topic(&self, topic: Topic) -> &str {
        &self.topics[super::index(topic)]
    }

    pub(super) fn group(&self, stage: &str) -> String {
        format!("{}milepost.{stage}", self.config.prefix)
    }

    /// The compacted topic with the state of a stage.
    pub(super) fn state_topic(&self, stage: &str) -> String {
        format!("{}milepost.{stage}-state.v1", self.config.prefix)
    }

    /// Properties of every client.
    pub(super) fn client(&self) -> ClientConfig {
        let mut client = ClientConfig::new();
        client
            .set("client.id", "milepost")
            .set("statistics.interval.ms", "5000")
            .set("reconnect.backoff.max.ms", "2000")
            .set("topic.metadata.refresh.fast.interval.ms", "250");
        for (name, value) in &self.config.properties {
            client.set(name, value);
        }
        client.set("bootstrap.servers", &self.config.brokers);
        client
    }

    /// Properties of consumers: committed records only, offsets in our hands.
    pub(super) fn consumer(&self, group: &str) -> ClientConfig {
        let mut client = self.client();
        client
            .set("group.id", group)
            .set("isolation.level", "read_committed")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest");
        client
    }

    /// A client that reads given partitions, without taking part in a group.
    pub(super) fn reader(&self, isolation: &str) -> Result<BaseConsumer<Quiet>, Error> {
        let mut client = self.consumer("milepost.reader");
        client
            .set("isolation.level", isolation)
            .set("statistics.interval.ms", "0")
            .set("enable.partition.eof", "true");
        create(&client, Quiet)
    }
}

/// Makes a client; wrong properties are the settings' fault.
pub(super) fn create<C, T: FromClientConfigAndContext<C>>(
    client: &ClientConfig,
    context: C,
) -> Result<T, Error>
where
    C: ClientContext,
{
    client.create_with_context(context).map_err(|error| match error {
        KafkaError::ClientConfig(_, problem, name, value) => {
            let value = if KafkaConfig::is_secret(&name) {
                "***"
            } else {
                &value
            };
            Error::Config(format!("kafka.properties: {problem} ({name:?} is {value:?})"))
        }
        KafkaError::ClientCreation(problem) => {
            Error::Config(format!("the kafka settings cannot work: {problem}"))
        }
        source => Error::Kafka {
            doing: "make a client".to_owned(),
            source,
        },
    })
}

/// The error of a question to the cluster: most pass when the cluster is back.
pub(super) fn failed(doing: &str, source: KafkaError) -> Error {
    match source.rdkafka_error_code() {
        Some(
            RDKafkaErrorCode::TopicAuthorizationFailed
            | RDKafkaErrorCode::GroupAuthorizationFailed
            | RDKafkaErrorCode::ClusterAuthorizationFailed
            | RDKafkaErrorCode::TransactionalIdAuthorizationFailed
            | RDKafkaErrorCode::SaslAuthenticationFailed,
        ) => Error::Kafka {
            doing: doing.to_owned(),
            source,
        },
        _ => Error::Unavailable(format!("cannot {doing}: {source}")),
    }
}

/// Partition count of a topic.
pub(super) fn partition_count<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
) -> Result<u32, Error> {
    let metadata = consumer
        .fetch_metadata(Some(topic), ANSWER_WITHIN)
        .map_err(|error| failed("ask for the partitions", error))?;
    let found = metadata
        .topics()
        .iter()
        .find(|found| found.name() == topic && found.error().is_none());
    match found.map(|found| found.partitions().len()) {
        Some(count) if count > 0 => Ok(u32::try_from(count).unwrap_or(u32::MAX)),
        _ => Err(Error::NoSuchTopic(topic.to_owned())),
    }
}

/// The record in a message.
pub(super) fn received(topic: Topic, message: &BorrowedMessage<'_>) -> Received {
    let headers = message.headers().map_or_else(Vec::new, |headers| {
        headers
            .iter()
            .map(|header| {
                (
                    header_name(header.key),
                    header.value.map(Bytes::copy_from_slice).unwrap_or_default(),
                )
            })
            .collect()
    });
    Received {
        topic,
        partition: unsigned(message.partition()),
        offset: u64::try_from(message.offset()).unwrap_or(0),
        key: message.key().map(Bytes::copy_from_slice).unwrap_or_default(),
        value: message.payload().map(unframed).map(Bytes::copy_from_slice),
        headers,
        timestamp: from_millis(message.timestamp().to_millis().unwrap_or(0)),
    }
}

/// Kafka counts partitions with signed numbers.
pub(super) fn unsigned(partition: i32) -> u32 {
    u32::try_from(partition).unwrap_or(0)
}

/// See [`unsigned`].
pub(super) fn signed(partition: u32) -> i32 {
    i32::try_from(partition).unwrap_or(i32::MAX)
}

/// A context for clients that have nothing to tell but errors.
#[derive(Debug)]
pub(super) struct Quiet;

impl ClientContext for Quiet {
    fn error(&self, error: KafkaError, reason: &str) {
        log_error(&error, reason);
    }
}

impl ConsumerContext for Quiet {}

/// Reports what a client noticed in the background. It goes on trying by itself.
pub(super) fn log_error(error: &KafkaError, reason: &str) {
    tracing::warn!(%error, reason, "the kafka client has trouble and goes on trying");
}
