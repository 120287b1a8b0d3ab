use std::borrow::Cow;

use bytes::Bytes;
use events::Topic;
use jiff::Timestamp;

/// One header of a record. Names stand in [`events::headers`].
pub type Header = (&'static str, Bytes);

/// A record to be written.
#[derive(Debug, Clone)]
pub struct Record {
    /// Where it goes.
    pub topic: Topic,
    /// What orders it: records of one key keep their order and share a partition.
    pub key: Bytes,
    /// The protobuf message; `None` deletes the key from a compacted topic.
    pub value: Option<Bytes>,
    /// Headers.
    pub headers: Vec<Header>,
    /// Time of the record: when the server received what it is about.
    pub timestamp: Timestamp,
}

/// A record that was read.
#[derive(Debug, Clone)]
pub struct Received {
    /// Where it stood.
    pub topic: Topic,
    /// Partition, from 0.
    pub partition: u32,
    /// Place in the partition, from 0, growing.
    pub offset: u64,
    /// Key as written.
    pub key: Bytes,
    /// Value as written; `None` deletes the key.
    pub value: Option<Bytes>,
    /// Headers as written.
    pub headers: Vec<(Cow<'static, str>, Bytes)>,
    /// Time of the record.
    pub timestamp: Timestamp,
}

impl Record {
    /// Bytes that the record counts for in the budget of records in flight: what it holds and what goes with it.
    #[must_use]
    pub fn weight(&self) -> u64 {
        const OVERHEAD: usize = 128;
        let headers: usize = self
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        (self.key.len() + self.value.as_ref().map_or(0, Bytes::len) + headers + OVERHEAD) as u64
    }
}

impl Received {
    /// The value of the first header of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&Bytes> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value)
    }
}

/// The name without a copy where it is one that Milepost writes.
pub(crate) fn header_name(name: &str) -> Cow<'static, str> {
    use events::headers::{EVENT_ID, GENERATION, NODE, SCHEMA, TRACEPARENT};
    [EVENT_ID, SCHEMA, TRACEPARENT, NODE, GENERATION]
        .into_iter()
        .find(|known| *known == name)
        .map_or_else(|| Cow::Owned(name.to_owned()), Cow::Borrowed)
}

/// Times of records have milliseconds on every backend.
pub(crate) fn millis(timestamp: Timestamp) -> i64 {
    timestamp.as_millisecond()
}

/// The time of that many milliseconds since 1970, or the end of time that is nearer.
pub(crate) fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}
