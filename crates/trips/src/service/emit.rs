//! Records onto their topics.

use bus::Out;
use bytes::Bytes;
use events::trip::v1::Finality;
use events::{Message as _, Topic, headers};
use jiff::Timestamp;

use crate::engine::Record;
use crate::metrics;

pub(super) fn emit(record: &Record, now: Timestamp, out: &mut Out) {
    let (topic, kind, device, revision, finality, value) = match record {
        Record::Trip(trip) => (
            Topic::Trips,
            "trip",
            &trip.device,
            trip.revision,
            trip.finality(),
            trip.encode_to_vec(),
        ),
        Record::Stop(stop) => (
            Topic::Stops,
            "stop",
            &stop.device,
            stop.revision,
            stop.finality(),
            stop.encode_to_vec(),
        ),
    };
    let change = match (record.is_withdrawn(), finality, revision) {
        (true, _, _) => "withdrawn",
        (false, Finality::Final, _) => "final",
        (false, _, 0 | 1) => "new",
        (false, _, _) => "revised",
    };
    metrics::record(kind, change);
    let headers = vec![
        (headers::EVENT_ID, Bytes::copy_from_slice(record.id().as_bytes())),
        (headers::SCHEMA, Bytes::from_static(topic.schema().as_bytes())),
    ];
    out.emit(
        topic,
        Bytes::copy_from_slice(device.as_bytes()),
        Some(value.into()),
        headers,
        now,
    );
}
