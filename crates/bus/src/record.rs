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
    pub headers: Vec<(String, Bytes)>,
    /// Time of the record.
    pub timestamp: Timestamp,
}
