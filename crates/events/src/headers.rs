//! Names of the record headers. Every record that Milepost writes carries [`EVENT_ID`] and [`SCHEMA`].

/// Id of the event, the same text as the `event_id` field.
pub const EVENT_ID: &str = "event-id";
/// Full name of the protobuf message in the value, for example `milepost.position.v1.Position`.
pub const SCHEMA: &str = "schema";
/// W3C trace context, where the record was sampled.
pub const TRACEPARENT: &str = "traceparent";
/// Name of the node that wrote the record.
pub const NODE: &str = "node";
/// Generation of the device's connection, decimal.
pub const GENERATION: &str = "generation";
