//! Events to records of the log.

use bus::{Header, Record};
use bytes::Bytes;
use events::{Message, Topic, headers::{EVENT_ID, GENERATION, NODE, SCHEMA}};
use jiff::Timestamp;

/// Something to be published about a device.
#[derive(Debug)]
pub(crate) enum Event {
    Position(Box<events::position::v1::Position>),
    Device(Box<events::device::v1::DeviceEvent>),
    Registry(Box<events::registry::v1::Device>),
    RawFrame(Box<events::frame::v1::RawFrame>),
    Reject(Box<events::reject::v1::Reject>),
}

/// Headers that are the same for all records of a connection.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    /// Name of this node.
    pub(crate) node: Bytes,
    /// Generation of the connection, decimal; empty before the admission.
    pub(crate) generation: Bytes,
}

impl Event {
    /// The record of the event, under `key`.
    pub(crate) fn record(&self, key: Bytes, stamp: &Stamp, timestamp: Timestamp) -> Record {
        let (topic, event_id, value) = match self {
            Self::Position(event) => (Topic::Positions, event.event_id.as_str(), event.encode_to_vec()),
            Self::Device(event) => (Topic::DeviceEvents, event.event_id.as_str(), event.encode_to_vec()),
            Self::Reject(event) => (Topic::Rejects, event.event_id.as_str(), event.encode_to_vec()),
            Self::Registry(event) => (Topic::Devices, "", event.encode_to_vec()),
            Self::RawFrame(event) => (Topic::RawFrames, "", event.encode_to_vec()),
        };
        let event_id = if event_id.is_empty() {
            Bytes::from(events::id::observed().to_string())
        } else {
            Bytes::copy_from_slice(event_id.as_bytes())
        };
        let mut headers: Vec<Header> = Vec::with_capacity(4);
        headers.push((EVENT_ID, event_id));
        headers.push((SCHEMA, Bytes::from_static(topic.schema().as_bytes())));
        headers.push((NODE, stamp.node.clone()));
        if !stamp.generation.is_empty() {
            headers.push((GENERATION, stamp.generation.clone()));
        }
        Record {
            topic,
            key,
            value: Some(Bytes::from(value)),
            headers,
            timestamp,
        }
    }
}
