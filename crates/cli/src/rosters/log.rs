use std::collections::BTreeMap;

use attendance::roster::Definitions;
use events::binding::v1::Binding;
use events::calendar::v1::Calendar;
use events::roster::v1 as roster;
use events::{Message, Topic};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::topics;

/// The topics that a roster stands in.
const TOPICS: [Topic; 3] = [Topic::Calendars, Topic::Rosters, Topic::Bindings];

/// One of the messages of these topics: to be compared, since one message may be several bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kept {
    Definition(Box<roster::Definition>),
    Calendar(Calendar),
    Binding(Binding),
}

impl Kept {
    /// Reads the value of a record.
    pub(super) fn decode(topic: Topic, value: &[u8]) -> Option<Self> {
        match topic {
            Topic::Calendars => Calendar::decode(value).ok().map(Self::Calendar),
            Topic::Bindings => Binding::decode(value).ok().map(Self::Binding),
            _ => roster::Definition::decode(value)
                .ok()
                .map(|definition| Self::Definition(Box::new(definition))),
        }
    }

    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Definition(message) => message.encode_to_vec(),
            Self::Calendar(message) => message.encode_to_vec(),
            Self::Binding(message) => message.encode_to_vec(),
        }
    }
}

/// What is read of a line of `topics read`.
#[derive(Debug, Deserialize)]
struct Line {
    key: String,
    value: serde_json::Value,
}

/// What the topics hold now, by topic and key.
///
/// # Errors
/// When a topic cannot be read.
pub(super) fn current(access: &topics::Access) -> anyhow::Result<BTreeMap<(Topic, String), Kept>> {
    let mut kept = BTreeMap::new();
    for topic in TOPICS {
        for line in topics::whole(access, topic.name())?.lines() {
            let Line { key, value } = serde_json::from_str(line)?;
            match value {
                serde_json::Value::Null => drop(kept.remove(&(topic, key))),
                value => drop(kept.insert((topic, key), read(topic, value)?)),
            }
        }
    }
    Ok(kept)
}

fn read(topic: Topic, value: serde_json::Value) -> serde_json::Result<Kept> {
    fn message<T: DeserializeOwned>(value: serde_json::Value) -> serde_json::Result<T> {
        serde_json::from_value(value)
    }
    Ok(match topic {
        Topic::Calendars => Kept::Calendar(message(value)?),
        Topic::Bindings => Kept::Binding(message(value)?),
        _ => Kept::Definition(Box::new(message(value)?)),
    })
}

/// The definitions of records.
pub(super) fn definitions(kept: &BTreeMap<(Topic, String), Kept>) -> anyhow::Result<Definitions> {
    let mut definitions = Definitions::default();
    for ((topic, key), message) in kept {
        definitions
            .take(*topic, key, &message.encode())
            .map_err(anyhow::Error::msg)?;
    }
    Ok(definitions)
}
