use bytes::Bytes;
use events::{Message as _, Topic, headers};
use jiff::Timestamp;

use crate::{Received, Record, Refusal};

/// Bytes of a refused record that are kept.
const REJECT_BYTES: usize = 64 << 10;

/// The record that tells of a refusal. Its id comes from where the refused record stood, so a repetition has it too.
pub(super) fn reject(stage: &'static str, record: &Received, refusal: Refusal) -> Record {
    let event_id = events::id::deterministic(&[
        stage.as_bytes(),
        record.topic.name().as_bytes(),
        &record.partition.to_be_bytes(),
        &record.offset.to_be_bytes(),
    ])
    .to_string();
    let content = record.value.clone().unwrap_or_default();
    let reject = events::reject::v1::Reject {
        event_id: event_id.clone(),
        device: String::from_utf8_lossy(&record.key).into_owned(),
        received_at: Some(events::Timestamp {
            seconds: record.timestamp.as_second(),
            nanos: record.timestamp.subsec_nanosecond(),
        }),
        stage: stage.to_owned(),
        reason: refusal.reason.to_owned(),
        detail: refusal.detail,
        content: content.slice(..content.len().min(REJECT_BYTES)),
        ..Default::default()
    };
    Record {
        topic: Topic::Rejects,
        key: record.key.clone(),
        value: Some(reject.encode_to_vec().into()),
        headers: vec![
            (headers::EVENT_ID, event_id.into()),
            (
                headers::SCHEMA,
                Bytes::from_static(Topic::Rejects.schema().as_bytes()),
            ),
        ],
        timestamp: Timestamp::now(),
    }
}
