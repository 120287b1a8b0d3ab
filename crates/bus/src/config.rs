use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

/// Which log to use and how: the section `[bus]` of the configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BusConfig {
    /// `local` or `kafka`.
    pub backend: Backend,
    /// Bytes of published records that may wait for their receipts; the bound of the publisher's memory.
    pub in_flight_bytes: InFlightBytes,
    /// Settings of the local log, used when `backend = "local"`.
    pub local: LocalConfig,
    /// Settings of the Kafka client, used when `backend = "kafka"`.
    pub kafka: KafkaConfig,
}

/// Where the log is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// In one folder of this machine, for one process.
    #[default]
    Local,
    /// In a Kafka cluster.
    Kafka,
}

/// Budget for records in flight, in bytes; 64 MiB when not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct InFlightBytes(pub u64);

impl Default for InFlightBytes {
    fn default() -> Self {
        Self(64 << 20)
    }
}

/// The local log.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocalConfig {
    /// Folder of the log; made when missing. One process at a time may use it.
    pub path: PathBuf,
    /// Partitions of topics that are made when the log is first opened. A topic keeps the count it was made with.
    pub partitions: u32,
    /// Hours that records of topics which forget by time are kept, where the topics file says nothing else.
    pub retention_hours: u64,
    /// Bytes per partition that such topics may fill before the oldest records go; 0 means no bound.
    pub retention_bytes: u64,
    /// Seconds between two passes that remove what the retention lets go.
    pub retention_check_seconds: u64,
    /// Megabytes of blocks read from disk that are kept in memory.
    pub cache_megabytes: u64,
}

impl Default for LocalConfig {
    fn default() -> Self {
        Self {
            path: PathBuf::from("milepost-data/log"),
            partitions: 4,
            retention_hours: 7 * 24,
            retention_bytes: 0,
            retention_check_seconds: 60,
            cache_megabytes: 32,
        }
    }
}

/// The Kafka client.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KafkaConfig {
    /// `host:port` of some brokers of the cluster, separated by commas.
    pub brokers: String,
    /// Put before every topic name and consumer group, so that several installations can share a cluster.
    pub prefix: String,
    /// Name of this process among those that run the same role; must differ between them and stay the same over
    /// restarts. With it a restarted consumer has its partitions back at once, and ends what its predecessor left half
    /// done; without it the group waits until the predecessor has been silent for `session.timeout.ms` (a property, 15 s
    /// when not set), and what is half done is given up after `transaction_timeout_seconds`.
    pub instance: Option<String>,
    /// What stands before the message in a value: `raw`, nothing, or `confluent`, what readers with a schema registry want.
    pub wire: Wire,
    /// Where that registry is, such as `http://127.0.0.1:8081`.
    pub registry_url: String,
    /// Enter schemas that the registry has not.
    pub registry_register: bool,
    /// Milliseconds that the producer waits for more records before it sends a batch.
    pub linger_ms: u32,
    /// Compression of batches: `none`, `gzip`, `snappy`, `lz4` or `zstd`.
    pub compression: Compression,
    /// Seconds after which a record that Kafka has not confirmed counts as not taken. Keep it below the time after
    /// which devices send again; 0 means never, for gateways that spool.
    pub message_timeout_seconds: u32,
    /// Milliseconds between two commits of a consumer: each costs a transaction, and its outputs are seen after it.
    pub commit_interval_ms: u32,
    /// Seconds after which the cluster gives up a transaction of a consumer that died.
    pub transaction_timeout_seconds: u32,
    /// Replicas of state topics that consumers make for themselves.
    pub state_replication: u16,
    /// Any further librdkafka property, for example `security.protocol` or `sasl.password`.
    pub properties: BTreeMap<String, String>,
}

impl Default for KafkaConfig {
    fn default() -> Self {
        Self {
            brokers: "127.0.0.1:9092".to_owned(),
            prefix: String::new(),
            instance: None,
            wire: Wire::Raw,
            registry_url: String::new(),
            registry_register: true,
            linger_ms: 5,
            compression: Compression::Lz4,
            message_timeout_seconds: 30,
            commit_interval_ms: 100,
            transaction_timeout_seconds: 20,
            state_replication: 1,
            properties: BTreeMap::new(),
        }
    }
}

/// Characters that Kafka allows in the name of a member of a group.
const LONGEST_NAME: usize = 249;

/// True for what Kafka takes as the name of a member.
fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(allowed) && !matches!(name, "." | "..")
}

impl BusConfig {
    /// Notes what cannot work, for whoever looks at a configuration before it is used.
    pub fn check(config: &Self, wrong: &mut Vec<(String, String)>) {
        if config.backend == Backend::Kafka {
            let faults = config.kafka.faults().into_iter();
            wrong.extend(faults.map(|(key, message)| (format!("kafka.{key}"), message)));
        }
    }
}

/// What stands before the message in a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// Nothing.
    #[default]
    Raw,
    /// A zero, the number of the schema, the place of the message.
    Confluent,
}

/// Compression of Kafka batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Compression {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

impl Compression {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

impl KafkaConfig {
    /// What cannot work, by its key.
    pub(crate) fn faults(&self) -> Vec<(&'static str, String)> {
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
        let mut faults = Vec::new();
        for name in OURS.iter().filter(|name| self.properties.contains_key(**name)) {
            let message = format!("{name:?} may not be set: what the log promises depends on it");
            faults.push(("properties", message));
        }
        if self.brokers.trim().is_empty() {
            let message = "expected `host:port` of some brokers, found nothing".to_owned();
            faults.push(("brokers", message));
        }
        if let Some(instance) = self.instance.as_ref().filter(|instance| !is_name(instance)) {
            let message = format!(
                "expected up to {LONGEST_NAME} of the characters a-z, A-Z, 0-9, `.`, `_` and `-`, found {instance:?}"
            );
            faults.push(("instance", message));
        }
        faults
    }

    /// True when the value of the librdkafka property `name` must not be shown.
    #[must_use]
    pub fn is_secret(name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        ["password", "secret", "key.pem", "oauthbearer", "token", "jaas"]
            .iter()
            .any(|part| name.contains(part))
    }
}

impl fmt::Debug for KafkaConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let properties: BTreeMap<&str, &str> = self
            .properties
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str(),
                    if Self::is_secret(name) {
                        "***"
                    } else {
                        value.as_str()
                    },
                )
            })
            .collect();
        f.debug_struct("KafkaConfig")
            .field("brokers", &self.brokers)
            .field("prefix", &self.prefix)
            .field("instance", &self.instance)
            .field("wire", &self.wire)
            .field("registry_url", &self.registry_url)
            .field("registry_register", &self.registry_register)
            .field("linger_ms", &self.linger_ms)
            .field("compression", &self.compression)
            .field("message_timeout_seconds", &self.message_timeout_seconds)
            .field("commit_interval_ms", &self.commit_interval_ms)
            .field("transaction_timeout_seconds", &self.transaction_timeout_seconds)
            .field("state_replication", &self.state_replication)
            .field("properties", &properties)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_key_is_refused_and_names_the_right_ones() {
        let problem = toml::from_str::<BusConfig>("[local]\npaht = \"x\"\n")
            .unwrap_err()
            .to_string();
        assert!(
            problem.contains("paht") && problem.contains("`path`"),
            "{problem}"
        );
    }

    #[test]
    fn what_kafka_would_refuse_is_told_before_it_is_asked() {
        let wrong = |text: &str| {
            let config: BusConfig = toml::from_str(text).unwrap();
            let mut wrong = Vec::new();
            BusConfig::check(&config, &mut wrong);
            wrong.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
        };
        let kafka = |text: &str| wrong(&format!("backend = \"kafka\"\n[kafka]\n{text}\n"));
        assert!(kafka("instance = \"geofence-1\"").is_empty());
        let long = "x".repeat(250);
        for name in ["", "machine 1", "..", "ger\u{e4}t", &long] {
            assert_eq!(kafka(&format!("instance = {name:?}")), ["kafka.instance"]);
        }
        assert_eq!(kafka("brokers = \" \""), ["kafka.brokers"]);
        assert_eq!(kafka("properties = { acks = \"1\" }"), ["kafka.properties"]);
        assert!(wrong("[kafka]\nbrokers = \"\"").is_empty(), "not used");
    }

    #[test]
    fn passwords_do_not_reach_the_debug_output() {
        let config: BusConfig = toml::from_str(
            "backend = \"kafka\"\n[kafka.properties]\n\"sasl.password\" = \"hunter2\"\n\"client.id\" = \"a\"\n",
        )
        .unwrap();
        assert_eq!(config.backend, Backend::Kafka);
        let shown = format!("{config:?}");
        assert!(!shown.contains("hunter2") && shown.contains("***") && shown.contains("client.id"));
    }
}
