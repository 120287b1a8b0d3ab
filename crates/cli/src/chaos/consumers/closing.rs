//! A sign of life of every device from today: what was before is final then.

use std::collections::BTreeMap;
use std::sync::Arc;

use bus::{BusConfig, Read, Receipt, Record};
use events::position::v1::Position;
use events::{Message as _, Topic, headers, id};

use super::undisturbed::{Failures, open};

/// Repeats the last valid position of every device as one of now.
pub(super) async fn publish(log: &BusConfig) -> anyhow::Result<()> {
    let bus = open(log.clone()).await?;
    let mut last = BTreeMap::new();
    let mut reader = bus.read(Read::all(Topic::Positions));
    while let Some(record) = reader.next().await.transpose()? {
        let position = Position::decode(record.value.as_deref().unwrap_or_default())?;
        if position.valid {
            last.insert(record.key, position);
        }
    }
    let failures = Arc::new(Failures::default());
    let now = runtime::clock::now();
    for (key, mut position) in last {
        let event_id = id::deterministic(&[b"closing", &key]).to_string();
        let at = events::Timestamp {
            seconds: now.as_second(),
            nanos: 0,
        };
        (position.fix_time, position.received_at) = (Some(at), Some(at));
        position.event_id.clone_from(&event_id);
        bus.publisher().ready().await;
        bus.publisher().publish(
            Record {
                topic: Topic::Positions,
                key,
                value: Some(position.encode_to_vec().into()),
                headers: vec![
                    (headers::EVENT_ID, event_id.into()),
                    (headers::SCHEMA, Topic::Positions.schema().into()),
                ],
                timestamp: now,
            },
            Receipt::new(failures.clone(), 0),
        );
    }
    failures.none(&bus).await?;
    Ok(tokio::task::spawn_blocking(move || bus.close()).await?)
}
