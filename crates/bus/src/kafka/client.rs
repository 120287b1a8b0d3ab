//! What all clients share: names, properties, logs.

use std::sync::{Mutex, PoisonError};
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

/// How long a member of a group may say nothing before its partitions go to others: an installation may say otherwise.
const SESSION: &str = "session.timeout.ms";
/// Five heartbeats. Kafka's own 45 s are chosen for members whose every absence costs a rebalance; ours keep their
/// partitions over a restart.
const SESSION_MS: &str = "15000";

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
        if let Some((key, message)) = config.faults().first() {
            return Err(Error::Config(format!("bus.kafka.{key}: {message}")));
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
        if !self.config.properties.contains_key(SESSION) {
            client.set(SESSION, SESSION_MS);
        }
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
        create(&client, Quiet::default())
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
pub(super) fn partition_count(consumer: &BaseConsumer<Quiet>, topic: &str) -> Result<u32, Error> {
    const DOING: &str = "ask for the partitions";
    const EVENTS: usize = 100;
    let metadata = match consumer.fetch_metadata(Some(topic), ANSWER_WITHIN) {
        Ok(metadata) => metadata,
        Err(error) => {
            // The error says that there was no answer; why not is told to whoever polls, one event of any kind a call.
            for _ in 0..EVENTS {
                let _ = consumer.poll(Duration::ZERO);
            }
            return Err(match (failed(DOING, error), consumer.context().trouble()) {
                (Error::Unavailable(text), Some(trouble)) => Error::Unavailable(format!("{text}: {trouble}")),
                (error, _) => error,
            });
        }
    };
    let found = metadata.topics().iter().find(|found| found.name() == topic);
    match found.map(|found| {
        (
            found.error().map(RDKafkaErrorCode::from),
            found.partitions().len(),
        )
    }) {
        Some((None, count)) if count > 0 => Ok(u32::try_from(count).unwrap_or(u32::MAX)),
        Some((Some(RDKafkaErrorCode::TopicAuthorizationFailed), _)) => Err(Error::NoRight(topic.to_owned())),
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
#[derive(Debug, Default)]
pub(super) struct Quiet {
    trouble: Mutex<Option<String>>,
}

impl Quiet {
    /// What the client said last of why it does not get through.
    fn trouble(&self) -> Option<String> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl ClientContext for Quiet {
    fn error(&self, error: KafkaError, reason: &str) {
        log_error(&error, reason);
        // That all brokers are down is said after each reason and is none.
        if is_trouble(&error) && error.rdkafka_error_code() != Some(RDKafkaErrorCode::AllBrokersDown) {
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.to_owned());
        }
    }
}

impl ConsumerContext for Quiet {}

/// Reports what a client noticed in the background. It goes on trying by itself.
pub(super) fn log_error(error: &KafkaError, reason: &str) {
    if is_trouble(error) {
        tracing::warn!(%error, reason, "the kafka client has trouble and goes on trying");
    }
}

/// The end of a partition reaches a client in the same way as trouble does.
fn is_trouble(error: &KafkaError) -> bool {
    !matches!(error, KafkaError::PartitionEOF(_))
        && error.rdkafka_error_code() != Some(RDKafkaErrorCode::PartitionEOF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_partition_is_no_trouble() {
        assert!(!is_trouble(&KafkaError::Global(RDKafkaErrorCode::PartitionEOF)));
        assert!(!is_trouble(&KafkaError::PartitionEOF(3)));
        assert!(is_trouble(&KafkaError::Global(
            RDKafkaErrorCode::BrokerTransportFailure
        )));
    }

    #[test]
    fn the_time_after_which_a_silent_member_is_given_up_can_be_set() {
        let mut config = KafkaConfig::default();
        let session = |config: &KafkaConfig| {
            let names = Names::new(config.clone()).unwrap();
            names.consumer("group").get(SESSION).map(str::to_owned)
        };
        assert_eq!(session(&config).as_deref(), Some("15000"));
        config.properties.insert(SESSION.to_owned(), "30000".to_owned());
        assert_eq!(session(&config).as_deref(), Some("30000"));
    }
}
