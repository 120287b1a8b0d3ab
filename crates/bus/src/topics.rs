//! Topics as they should be (`deploy/topics.toml`) and as they are.

use std::collections::BTreeMap;
use std::fmt;

use events::{Cleanup, Topic};
use serde::Deserialize;

use crate::Error;

/// A topic as it is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicInfo {
    /// Which.
    pub topic: Topic,
    /// How it forgets.
    pub cleanup: Cleanup,
    /// Hours that records are kept; `None` means for ever.
    pub retention_hours: Option<u64>,
    /// Bytes per partition that are kept; `None` means without bound.
    pub retention_bytes: Option<u64>,
    /// Oldest kept and next offset of each partition.
    pub partitions: Vec<PartitionInfo>,
    /// Copies of each record: 1 on the local log.
    pub replication: u16,
}

/// The offsets of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionInfo {
    /// Offset of the oldest record that is kept.
    pub start: u64,
    /// Offset that the next record will get.
    pub end: u64,
}

/// The file that says how topics should be.
///
/// ```toml
/// [defaults]
/// partitions = 12
/// retention_hours = 168
/// replication = 3
///
/// [topics.positions]
/// partitions = 48
/// retention_hours = 2160
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicsFile {
    /// For every topic, where its own section says nothing.
    #[serde(default)]
    pub defaults: TopicSettings,
    /// By topic name, with or without `milepost.` before and `.v1` behind.
    #[serde(default)]
    pub topics: BTreeMap<String, TopicSettings>,
}

/// What can be set for a topic. How it forgets is a property of the topic itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TopicSettings {
    /// Partitions; fixed once the topic exists, since a key's records would part.
    pub partitions: Option<u32>,
    /// Hours that records are kept; for topics that forget by time.
    pub retention_hours: Option<u64>,
    /// Bytes per partition that are kept; for topics that forget by time.
    pub retention_bytes: Option<u64>,
    /// Copies of each record, on Kafka.
    pub replication: Option<u16>,
}

/// How one topic should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSpec {
    /// Which.
    pub topic: Topic,
    /// Partitions.
    pub partitions: u32,
    /// Hours that records are kept; `None` means for ever.
    pub retention_hours: Option<u64>,
    /// Bytes per partition that are kept; `None` means without bound.
    pub retention_bytes: Option<u64>,
    /// Copies of each record.
    pub replication: u16,
}

/// A difference between how a topic should be and how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The topic is missing.
    Create(TopicSpec),
    /// The retention differs.
    Retention {
        /// As it should be.
        spec: TopicSpec,
        /// As it is.
        found: TopicInfo,
    },
    /// The partition count differs. It is never changed: the records of a key would part.
    PartitionsDiffer {
        /// Which.
        topic: Topic,
        /// As it should be.
        wanted: u32,
        /// As it is.
        found: u32,
    },
    /// There are fewer copies of each record. Kafka's own tools add them: it means moving data.
    CopiesMissing {
        /// Which.
        topic: Topic,
        /// As it should be.
        wanted: u16,
        /// As it is.
        found: u16,
    },
    /// The topic forgets in another way. It is never changed: one way loses history, the other never ends.
    CleanupDiffers {
        /// Which.
        topic: Topic,
        /// As it is.
        found: Cleanup,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(spec) => write!(
                f,
                "create {}: {} partitions, {}",
                spec.topic.name(),
                spec.partitions,
                Kept(spec.retention_hours, spec.retention_bytes)
            ),
            Self::Retention { spec, found } => write!(
                f,
                "change {}: {} instead of {}",
                spec.topic.name(),
                Kept(spec.retention_hours, spec.retention_bytes),
                Kept(found.retention_hours, found.retention_bytes)
            ),
            Self::PartitionsDiffer { topic, wanted, found } => write!(
                f,
                "leave {}: it has {found} partitions instead of {wanted}, and changing that would part the records of a key",
                topic.name()
            ),
            Self::CopiesMissing { topic, wanted, found } => write!(
                f,
                "leave {}: it has {found} copies of each record instead of {wanted}; kafka-reassign-partitions.sh adds copies",
                topic.name()
            ),
            Self::CleanupDiffers { topic, found } => write!(
                f,
                "leave {}: its cleanup.policy is {} instead of {}; kafka-configs.sh changes it",
                topic.name(),
                policy(*found),
                policy(topic.cleanup())
            ),
        }
    }
}

/// As Kafka calls it.
const fn policy(cleanup: Cleanup) -> &'static str {
    match cleanup {
        Cleanup::Compact => "compact",
        Cleanup::Delete => "delete",
    }
}

struct Kept(Option<u64>, Option<u64>);

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(hours) => write!(f, "kept {hours} h")?,
            None => f.write_str("kept for ever")?,
        }
        match self.1 {
            Some(bytes) => write!(f, ", at most {bytes} bytes per partition"),
            None => Ok(()),
        }
    }
}

impl TopicsFile {
    /// Partitions where neither the topic nor the defaults say.
    const PARTITIONS: u32 = 12;

    /// Reads the file's text.
    ///
    /// # Errors
    /// With line and column when the text is no such file, and with the names that exist when a topic does not.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let file: Self = toml::from_str(text).map_err(|error| Error::TopicsFile(error.to_string()))?;
        for name in file.topics.keys() {
            if Topic::from_name(name).is_none() {
                let known: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
                return Err(Error::TopicsFile(format!(
                    "expected a topic of Milepost, found {name:?}; there are {}",
                    known.join(", ")
                )));
            }
        }
        if file
            .specs()
            .iter()
            .any(|spec| spec.partitions == 0 || spec.replication == 0)
        {
            return Err(Error::TopicsFile(
                "expected at least 1 for `partitions` and `replication`, found 0".to_owned(),
            ));
        }
        Ok(file)
    }

    /// How every topic of Milepost should be.
    #[must_use]
    pub fn specs(&self) -> Vec<TopicSpec> {
        Topic::ALL.iter().map(|topic| self.spec(*topic)).collect()
    }

    fn spec(&self, topic: Topic) -> TopicSpec {
        let own = self
            .topics
            .iter()
            .find(|(name, _)| Topic::from_name(name) == Some(topic))
            .map(|(_, settings)| settings);
        let either = |field: fn(&TopicSettings) -> Option<u64>| own.and_then(field).or(field(&self.defaults));
        let forgets = topic.cleanup() == Cleanup::Delete;
        TopicSpec {
            topic,
            partitions: own
                .and_then(|settings| settings.partitions)
                .or(self.defaults.partitions)
                .unwrap_or(Self::PARTITIONS),
            retention_hours: either(|settings| settings.retention_hours).filter(|_| forgets),
            retention_bytes: either(|settings| settings.retention_bytes).filter(|_| forgets),
            replication: own
                .and_then(|settings| settings.replication)
                .or(self.defaults.replication)
                .unwrap_or(1),
        }
    }

    /// What would have to change in a log that has `found`.
    #[must_use]
    pub fn plan(&self, found: &[TopicInfo]) -> Vec<Change> {
        let mut changes = Vec::new();
        for spec in self.specs() {
            let Some(info) = found.iter().find(|info| info.topic == spec.topic) else {
                changes.push(Change::Create(spec));
                continue;
            };
            let count = u32::try_from(info.partitions.len()).unwrap_or(u32::MAX);
            if count != spec.partitions {
                changes.push(Change::PartitionsDiffer {
                    topic: spec.topic,
                    wanted: spec.partitions,
                    found: count,
                });
            }
            if info.replication < spec.replication {
                changes.push(Change::CopiesMissing {
                    topic: spec.topic,
                    wanted: spec.replication,
                    found: info.replication,
                });
            }
            if info.cleanup != spec.topic.cleanup() {
                changes.push(Change::CleanupDiffers {
                    topic: spec.topic,
                    found: info.cleanup,
                });
            }
            if (info.retention_hours, info.retention_bytes) != (spec.retention_hours, spec.retention_bytes) {
                changes.push(Change::Retention {
                    spec,
                    found: info.clone(),
                });
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "[defaults]\npartitions = 8\nretention_hours = 24\n[topics.positions]\npartitions = 48\n";

    fn found(spec: &TopicSpec) -> TopicInfo {
        TopicInfo {
            topic: spec.topic,
            cleanup: spec.topic.cleanup(),
            retention_hours: spec.retention_hours,
            retention_bytes: spec.retention_bytes,
            partitions: vec![PartitionInfo { start: 0, end: 0 }; spec.partitions as usize],
            replication: 1,
        }
    }

    #[test]
    fn a_log_as_it_should_be_needs_no_change() {
        let file = TopicsFile::parse(FILE).unwrap();
        let topics: Vec<TopicInfo> = file.specs().iter().map(found).collect();
        assert_eq!(file.plan(&topics), []);
        assert_eq!(file.plan(&[]).len(), Topic::ALL.len());
    }

    #[test]
    fn partitions_are_reported_and_retention_is_changed() {
        let file = TopicsFile::parse(FILE).unwrap();
        let mut topics: Vec<TopicInfo> = file.specs().iter().map(found).collect();
        topics[0].partitions.pop();
        topics[1].retention_hours = Some(1);
        let lines: Vec<String> = file.plan(&topics).iter().map(ToString::to_string).collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines[0].starts_with("leave milepost.positions.v1: it has 47"),
            "{}",
            lines[0]
        );
        assert!(lines[1].contains("kept 24 h instead of kept 1 h"), "{}", lines[1]);
    }

    #[test]
    fn too_few_copies_and_another_way_to_forget_are_reported() {
        let file = TopicsFile::parse("[defaults]\nretention_hours = 24\nreplication = 3\n").unwrap();
        let mut topics: Vec<TopicInfo> = file.specs().iter().map(found).collect();
        for info in &mut topics {
            info.replication = 4;
        }
        topics[0].replication = 1;
        topics[1].cleanup = Cleanup::Compact;
        let lines: Vec<String> = file.plan(&topics).iter().map(ToString::to_string).collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines[0].contains("1 copies of each record instead of 3"),
            "{}",
            lines[0]
        );
        assert!(lines[1].contains("is compact instead of delete"), "{}", lines[1]);
    }

    #[test]
    fn unknown_topics_and_keys_are_refused() {
        assert!(
            TopicsFile::parse("[topics.position]\n")
                .unwrap_err()
                .to_string()
                .contains("milepost.positions.v1")
        );
        assert!(
            TopicsFile::parse("[defaults]\nretention = 1\n")
                .unwrap_err()
                .to_string()
                .contains("retention_hours")
        );
    }
}
