//! Looking after topics.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use events::{Cleanup, Topic};
use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, ConfigResource, ConfigSource, NewTopic, OwnedResourceSpecifier,
    ResourceSpecifier, TopicReplication,
};
use rdkafka::consumer::Consumer;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::client::{ANSWER_WITHIN, Names, Quiet, create, failed, partition_count};
use crate::Error;
use crate::topics::{Change, PartitionInfo, TopicInfo, TopicSpec};

const RETENTION_MS: &str = "retention.ms";
const RETENTION_BYTES: &str = "retention.bytes";
const HOUR_MS: u64 = 3_600_000;

fn client(names: &Names) -> Result<AdminClient<Quiet>, Error> {
    let mut config = names.client();
    config.set("statistics.interval.ms", "0");
    create(&config, Quiet::default())
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(ANSWER_WITHIN))
}

/// The topics of Milepost that exist.
pub(super) async fn topics(names: &Arc<Names>) -> Result<Vec<TopicInfo>, Error> {
    let found = {
        let names = names.clone();
        tokio::task::spawn_blocking(move || offsets(&names))
            .await
            .map_err(|_| Error::Closed)??
    };
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let client = client(names)?;
    let wanted: Vec<ResourceSpecifier<'_>> = found
        .iter()
        .map(|(topic, _, _)| ResourceSpecifier::Topic(names.topic(*topic)))
        .collect();
    let configs = client
        .describe_configs(&wanted, &options())
        .await
        .map_err(|error| failed("ask for the topics' settings", error))?;
    let configs = configs
        .into_iter()
        .map(|config| config.map_err(|code| failed("ask for a topic's settings", KafkaError::AdminOp(code))))
        .collect::<Result<Vec<ConfigResource>, Error>>()?;
    found
        .into_iter()
        .map(|(topic, partitions, replication)| {
            let name = OwnedResourceSpecifier::Topic(names.topic(topic).to_owned());
            let config = configs
                .iter()
                .find(|config| config.specifier == name)
                .ok_or_else(|| Error::NoSuchTopic(names.topic(topic).to_owned()))?;
            Ok(TopicInfo {
                topic,
                cleanup: if text(config, "cleanup.policy").contains("compact") {
                    Cleanup::Compact
                } else {
                    Cleanup::Delete
                },
                retention_hours: number(config, RETENTION_MS)
                    .map(|ms| ms / HOUR_MS)
                    .filter(|_| topic.cleanup() == Cleanup::Delete),
                retention_bytes: number(config, RETENTION_BYTES)
                    .filter(|_| topic.cleanup() == Cleanup::Delete),
                partitions,
                replication,
            })
        })
        .collect()
}

fn text<'a>(config: &'a ConfigResource, name: &str) -> &'a str {
    config
        .get(name)
        .and_then(|entry| entry.value.as_deref())
        .unwrap_or_default()
}

/// A setting; Kafka writes -1 for "without bound".
fn number(config: &ConfigResource, name: &str) -> Option<u64> {
    text(config, name).parse().ok()
}

fn offsets(names: &Names) -> Result<Vec<(Topic, Vec<PartitionInfo>, u16)>, Error> {
    let reader = names.reader("read_committed")?;
    let metadata = reader
        .fetch_metadata(None, ANSWER_WITHIN)
        .map_err(|error| failed("ask for the topics", error))?;
    let mut found = Vec::new();
    for topic in Topic::ALL {
        let name = names.topic(*topic);
        let Some(metadata) = metadata.topics().iter().find(|found| found.name() == name) else {
            continue;
        };
        let mut partitions = BTreeMap::new();
        for partition in metadata.partitions() {
            let (start, end) = reader
                .fetch_watermarks(name, partition.id(), ANSWER_WITHIN)
                .map_err(|error| failed("ask for the end of a partition", error))?;
            let unsigned = |offset| u64::try_from(offset).unwrap_or(0);
            partitions.insert(
                partition.id(),
                PartitionInfo {
                    start: unsigned(start),
                    end: unsigned(end),
                },
            );
        }
        let replication = metadata
            .partitions()
            .first()
            .map_or(0, |partition| partition.replicas().len());
        found.push((
            *topic,
            partitions.into_values().collect(),
            u16::try_from(replication).unwrap_or(u16::MAX),
        ));
    }
    Ok(found)
}

/// Makes one change.
pub(super) async fn apply(names: &Arc<Names>, change: &Change) -> Result<(), Error> {
    match change {
        Change::Create(spec) => create_topic(names, spec).await,
        Change::Retention { spec, .. } => alter(names, spec).await,
        Change::PartitionsDiffer { .. } | Change::CopiesMissing { .. } | Change::CleanupDiffers { .. } => {
            Ok(())
        }
    }
}

async fn create_topic(names: &Arc<Names>, spec: &TopicSpec) -> Result<(), Error> {
    let (retention_ms, retention_bytes) = retention(spec);
    let replaced_ms = spec.topic.replaced_hours().saturating_mul(HOUR_MS).to_string();
    let mut topic = NewTopic::new(
        names.topic(spec.topic),
        super::client::signed(spec.partitions),
        TopicReplication::Fixed(i32::from(spec.replication)),
    );
    topic = match spec.topic.cleanup() {
        Cleanup::Compact => topic
            .set("cleanup.policy", "compact")
            .set("min.compaction.lag.ms", &replaced_ms),
        Cleanup::Delete => topic
            .set("cleanup.policy", "delete")
            .set(RETENTION_MS, &retention_ms)
            .set(RETENTION_BYTES, &retention_bytes),
    };
    create_one(names, names.topic(spec.topic), topic).await
}

fn retention(spec: &TopicSpec) -> (String, String) {
    let text = |value: Option<u64>| value.map_or_else(|| "-1".to_owned(), |value| value.to_string());
    (
        text(spec.retention_hours.map(|hours| hours.saturating_mul(HOUR_MS))),
        text(spec.retention_bytes),
    )
}

async fn alter(names: &Names, spec: &TopicSpec) -> Result<(), Error> {
    let client = client(names)?;
    let (retention_ms, retention_bytes) = retention(spec);
    let topic = ResourceSpecifier::Topic(names.topic(spec.topic));
    let found = client
        .describe_configs([&topic], &options())
        .await
        .map_err(|error| failed("ask for a topic's settings", error))?
        .pop()
        .ok_or_else(|| Error::NoSuchTopic(names.topic(spec.topic).to_owned()))?
        .map_err(|code| failed("ask for a topic's settings", KafkaError::AdminOp(code)))?;
    let mut changes = AlterConfig::new(topic)
        .set(RETENTION_MS, &retention_ms)
        .set(RETENTION_BYTES, &retention_bytes);
    // The request replaces all settings of the topic, so those that others made are sent with it.
    for entry in &found.entries {
        let ours = [RETENTION_MS, RETENTION_BYTES].contains(&entry.name.as_str());
        if let (ConfigSource::DynamicTopic, false, Some(value)) = (&entry.source, ours, &entry.value) {
            changes = changes.set(&entry.name, value);
        }
    }
    let results = client
        .alter_configs([&changes], &options())
        .await
        .map_err(|error| failed("change a topic", error))?;
    for result in results {
        result.map_err(|(_, code)| failed("change a topic", KafkaError::AdminOp(code)))?;
    }
    Ok(())
}

/// Makes the compacted topic for a stage's state where it is missing.
pub(super) async fn ensure_state_topic(names: &Arc<Names>, name: &str, partitions: u32) -> Result<(), Error> {
    let known = {
        let (names, name) = (names.clone(), name.to_owned());
        tokio::task::spawn_blocking(move || partition_count(&names.reader("read_committed")?, &name))
    };
    // There from the second start on: who only starts again needs no right to make topics.
    match known.await.map_err(|_| Error::Closed)? {
        Err(Error::NoSuchTopic(_) | Error::NoRight(_)) => {}
        known => return known.map(|_| ()),
    }
    let replication = TopicReplication::Fixed(i32::from(names.config.state_replication));
    let topic = NewTopic::new(name, super::client::signed(partitions), replication)
        .set("cleanup.policy", "compact")
        .set("segment.bytes", "67108864");
    create_one(names, name, topic).await
}

/// Makes a topic and waits until it is known; one that exists is left as it is.
async fn create_one(names: &Arc<Names>, name: &str, topic: NewTopic<'_>) -> Result<(), Error> {
    let results = client(names)?
        .create_topics([&topic], &options().operation_timeout(Some(ANSWER_WITHIN)))
        .await
        .map_err(|error| failed("make a topic", error))?;
    for result in results {
        match result {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, RDKafkaErrorCode::InvalidReplicationFactor)) => {
                return Err(Error::Config(format!(
                    "kafka has fewer brokers than {name} is to have copies; lower `replication` in the topics file, or \
                     bus.kafka.state_replication for the state of a consumer"
                )));
            }
            Err((name, code)) => {
                return Err(Error::Kafka {
                    doing: format!("make the topic {name}"),
                    source: KafkaError::AdminOp(code),
                });
            }
        }
    }
    let (names, name) = (names.clone(), name.to_owned());
    tokio::task::spawn_blocking(move || wait_until_known(&names, &name))
        .await
        .map_err(|_| Error::Closed)?
}

/// The controller answers before the brokers know of the topic.
fn wait_until_known(names: &Names, name: &str) -> Result<(), Error> {
    let reader = names.reader("read_committed")?;
    let deadline = Instant::now() + ANSWER_WITHIN;
    loop {
        match partition_count(&reader, name) {
            Err(Error::NoSuchTopic(_)) if Instant::now() < deadline => {
                // Nothing is assigned: this waits and serves the client's events.
                let _ = reader.poll(Duration::from_millis(20));
            }
            known => return known.map(|_| ()),
        }
    }
}
