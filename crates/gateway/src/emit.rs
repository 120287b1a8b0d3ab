//! Events to records of the log.

use bus::{Header, Record};
use bytes::Bytes;
use events::headers::{EVENT_ID, GENERATION, NODE, SCHEMA, TRACEPARENT};
use events::{Message, Topic};
use jiff::Timestamp;

/// What the records of a connection have in common.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    /// Name of this node.
    pub(crate) node: Bytes,
    /// Generation of the connection, decimal; empty before the admission.
    pub(crate) generation: Bytes,
    /// Trace that the frame at hand belongs to, where it is followed.
    pub(crate) trace: Option<Bytes>,
}

/// An event of a topic, ready to be written.
pub(crate) trait Publishable: Message {
    /// Where it goes.
    const TOPIC: Topic;
    /// Its id; empty for what has none.
    fn event_id(&self) -> &str {
        ""
    }

    /// The record of the event under `key`.
    fn record(&self, key: Bytes, stamp: &Stamp, timestamp: Timestamp) -> Record
    where
        Self: Sized,
    {
        let event_id = match self.event_id() {
            "" => Bytes::from(events::id::observed().to_string()),
            id => Bytes::copy_from_slice(id.as_bytes()),
        };
        let mut headers: Vec<Header> = Vec::with_capacity(4);
        headers.push((EVENT_ID, event_id));
        headers.push((SCHEMA, Bytes::from_static(Self::TOPIC.schema().as_bytes())));
        headers.push((NODE, stamp.node.clone()));
        if !stamp.generation.is_empty() {
            headers.push((GENERATION, stamp.generation.clone()));
        }
        if let Some(trace) = &stamp.trace {
            headers.push((TRACEPARENT, trace.clone()));
        }
        Record {
            topic: Self::TOPIC,
            key,
            value: Some(Bytes::from(self.encode_to_vec())),
            headers,
            timestamp,
        }
    }
}

macro_rules! publishable {
    ($($message:ty => $topic:ident;)*) => {
        $(impl Publishable for $message {
            const TOPIC: Topic = Topic::$topic;
            fn event_id(&self) -> &str {
                &self.event_id
            }
        })*
    };
}

publishable! {
    events::position::v1::Position => Positions;
    events::device::v1::DeviceEvent => DeviceEvents;
    events::cell::v1::CellScan => CellScans;
    events::reject::v1::Reject => Rejects;
}

impl Publishable for events::registry::v1::Device {
    const TOPIC: Topic = Topic::Devices;
}

impl Publishable for events::frame::v1::RawFrame {
    const TOPIC: Topic = Topic::RawFrames;
}
