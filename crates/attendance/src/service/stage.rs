use std::collections::BTreeMap;

use bus::{Out, Received, Refusal, Stage};
use bytes::Bytes;
use events::attendance::v1::{Record, Signal};
use events::evidence::v1::Evidence;
use events::punch::v1::Punch;
use events::{Message, Topic, headers};
use jiff::Timestamp;

use super::definitions::{Definitions, TOPICS};
use super::seat::{Seat, Surroundings};
use crate::AttendanceConfig;
use crate::engine::{Settled, key};
use crate::metrics;

/// A record older than this is read to catch up, seconds.
const OLD_S: i64 = 60;
/// A signal that is told later than this helps nobody, seconds.
const MATTERS_S: i64 = 600;

/// The second stage: judges persons by what was told of them.
#[derive(Debug)]
pub struct Attendance {
    config: AttendanceConfig,
    definitions: Definitions,
}

/// The persons of one partition.
#[derive(Debug)]
pub struct Partition {
    number: u32,
    seats: BTreeMap<String, Seat>,
    /// When the partition was taken over, or an old record last came.
    catching_up: Option<i64>,
}

impl Attendance {
    /// A consumer with these settings.
    #[must_use]
    pub fn new(config: &AttendanceConfig) -> Self {
        Self {
            config: config.clone(),
            definitions: Definitions::default(),
        }
    }
}

impl Stage for Attendance {
    type State = Partition;

    fn name(&self) -> &'static str {
        "attendance"
    }

    fn inputs(&self) -> &'static [Topic] {
        &[Topic::Evidence, Topic::Punches]
    }

    fn globals(&self) -> &'static [Topic] {
        TOPICS
    }

    fn restore(&self, number: u32, entries: Vec<(Bytes, Bytes)>) -> Partition {
        let mut seats: BTreeMap<String, Seat> = BTreeMap::new();
        for (key, value) in entries {
            let text = std::str::from_utf8(&key).ok();
            let Some((id, suffix)) = text.and_then(|key| key.split_once('\0')) else {
                continue;
            };
            let seat = seats.entry(id.to_owned()).or_insert_with(|| Seat::new(id));
            seat.restore(suffix, value);
        }
        Partition {
            number,
            seats,
            catching_up: None,
        }
    }

    fn define(&self, record: &Received) -> Result<(), Refusal> {
        self.definitions.define(record)
    }

    fn redefined(&self, state: &mut Partition, now: Timestamp, out: &mut Out) {
        let world = self.definitions.world();
        let around = Surroundings {
            world: &world,
            keep_days: self.config.keep_days,
        };
        for seat in state.seats.values_mut() {
            seat.follow(now, &around, out);
            seat.save(out);
        }
    }

    fn apply(
        &self,
        state: &mut Partition,
        record: &Received,
        now: Timestamp,
        out: &mut Out,
    ) -> Result<(), Refusal> {
        let Some(value) = &record.value else { return Ok(()) };
        let refuse = |reason: &'static str, detail: String| Refusal { reason, detail };
        let id = std::str::from_utf8(&record.key)
            .ok()
            .filter(|id| !id.is_empty() && !id.contains('\0'))
            .ok_or_else(|| refuse("field", "expected the id of a person as key, found none".into()))?;
        let unreadable = |error| refuse("field", format!("expected a {}: {error}", record.topic.schema()));
        let world = self.definitions.world();
        let around = Surroundings {
            world: &world,
            keep_days: self.config.keep_days,
        };
        if record.timestamp.as_second() < now.as_second() - OLD_S {
            state.catching_up = Some(now.as_second());
        }
        let mut settled = Settled::default();
        let seat = state.seats.entry(id.to_owned()).or_insert_with(|| {
            let mut seat = Seat::new(id);
            seat.follow(record.timestamp, &around, out);
            seat
        });
        if record.topic == Topic::Punches {
            let punch = Punch::decode(value.clone()).map_err(unreadable)?;
            seat.punch(punch, record.timestamp, &around, &mut settled)
                .map_err(|detail| refuse("field", detail))?;
        } else {
            let evidence = Evidence::decode(value.clone()).map_err(unreadable)?;
            seat.take(evidence, record.timestamp, &around, &mut settled, out);
        }
        seat.save(out);
        publish(settled, now, out);
        Ok(())
    }

    fn tick(&self, state: &mut Partition, now: Timestamp, out: &mut Out) {
        metrics::people(state.number, state.seats.len());
        let second = now.as_second();
        let since = *state.catching_up.get_or_insert(second);
        if second - since < i64::from(self.config.catch_up_seconds) {
            return;
        }
        let world = self.definitions.world();
        let around = Surroundings {
            world: &world,
            keep_days: self.config.keep_days,
        };
        for seat in state.seats.values_mut() {
            if !seat.is_due(second) {
                continue;
            }
            let mut settled = Settled::default();
            seat.tick(second, &around, &mut settled);
            seat.save(out);
            publish(settled, now, out);
        }
    }
}

fn publish(settled: Settled, now: Timestamp, out: &mut Out) {
    for record in settled.records {
        metrics::record(&record);
        let key = key(&record);
        let at = instant(record.observed_at.as_ref(), now);
        let id = events::id::deterministic(&[
            b"attendance",
            key.as_bytes(),
            &record.rev.to_be_bytes(),
            &at.as_second().to_be_bytes(),
        ]);
        emit::<Record>(Topic::Attendance, key, Some(&record), id.to_string(), at, out);
    }
    for key in settled.withdrawn {
        metrics::withdrawn();
        let id = events::id::deterministic(&[b"attendance-withdrawn", key.as_bytes()]);
        emit::<Record>(Topic::Attendance, key, None, id.to_string(), now, out);
    }
    for signal in settled.signals {
        let at = instant(signal.observed_at.as_ref(), now);
        if now.as_second() - at.as_second() > MATTERS_S {
            continue;
        }
        metrics::signal(&signal);
        let (key, id) = (signal.person.clone(), signal.event_id.clone());
        emit::<Signal>(Topic::AttendanceSignals, key, Some(&signal), id, at, out);
    }
}

fn emit<T: Message>(
    topic: Topic,
    key: String,
    value: Option<&T>,
    event_id: String,
    at: Timestamp,
    out: &mut Out,
) {
    let headers = vec![
        (headers::EVENT_ID, Bytes::from(event_id)),
        (headers::SCHEMA, Bytes::from_static(topic.schema().as_bytes())),
    ];
    let value = value.map(|value| value.encode_to_vec().into());
    out.emit(topic, key, value, headers, at);
}

/// The time that was judged by, so that a replay writes the same bytes.
fn instant(at: Option<&events::Timestamp>, now: Timestamp) -> Timestamp {
    at.and_then(|at| Timestamp::from_second(at.seconds).ok())
        .unwrap_or(now)
}
