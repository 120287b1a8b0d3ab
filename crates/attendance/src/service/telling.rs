//! The first stage: positions, keyed by device, are told to the person who carried the device.

use std::collections::BTreeSet;

use bus::{Out, Received, Refusal, Stage};
use bytes::Bytes;
use events::evidence::v1 as pb;
use events::position::v1::Position;
use events::{Message as _, Topic, headers};
use jiff::Timestamp;

use super::definitions::{Definitions, TOPICS, World, device_key};
use crate::facts::{Usable, usable};
use crate::metrics;

/// Partition that tells of persons of whom there is no evidence yet.
const TELLS_OF_PERSONS: u32 = 0;

/// Tells positions to persons.
#[derive(Debug, Default)]
pub struct Telling {
    definitions: Definitions,
}

/// The persons that were told of, in the one partition that does.
#[derive(Debug)]
pub struct Told {
    partition: u32,
    persons: BTreeSet<Bytes>,
}

impl Stage for Telling {
    type State = Told;

    fn name(&self) -> &'static str {
        "attendance-evidence"
    }

    fn inputs(&self) -> &'static [Topic] {
        &[Topic::Positions]
    }

    fn globals(&self) -> &'static [Topic] {
        TOPICS
    }

    fn restore(&self, partition: u32, entries: Vec<(Bytes, Bytes)>) -> Told {
        Told {
            partition,
            persons: entries.into_iter().map(|(person, _)| person).collect(),
        }
    }

    fn define(&self, record: &Received) -> Result<(), Refusal> {
        self.definitions.define(record)
    }

    /// Tells of persons that are new, so that their days are judged although nothing is heard of them.
    fn redefined(&self, state: &mut Told, now: Timestamp, out: &mut Out) {
        if state.partition != TELLS_OF_PERSONS {
            return;
        }
        for person in self.definitions.world().roster.people.keys() {
            let key = Bytes::copy_from_slice(person.as_bytes());
            if state.persons.insert(key.clone()) {
                out.save(key, Some(Bytes::new()));
                tell(person, Vec::new(), now, out);
            }
        }
    }

    fn apply(
        &self,
        _state: &mut Told,
        record: &Received,
        _now: Timestamp,
        out: &mut Out,
    ) -> Result<(), Refusal> {
        let Some(value) = &record.value else { return Ok(()) };
        let position = Position::decode(value.clone()).map_err(|error| Refusal {
            reason: "field",
            detail: format!("expected a milepost.position.v1.Position: {error}"),
        })?;
        let Some(fix) = fix(&position) else {
            metrics::position("no-place");
            return Ok(());
        };
        let world = self.definitions.world();
        match addressee(&world, &fix) {
            Some(key) => {
                metrics::position(if key == device_key(&fix.device) {
                    "kept"
                } else {
                    "told"
                });
                tell(&key, vec![fix], record.timestamp, out);
            }
            None => metrics::position("stranger"),
        }
        Ok(())
    }
}

/// Whose state a fix belongs in: the person's, or that of the device as long as nobody is known to have carried it;
/// none for a device that no binding names.
pub(super) fn addressee(world: &World, fix: &pb::Fix) -> Option<String> {
    match world.roster.owner(&fix.device, fix.time) {
        Some(person) => Some(person.to_string()),
        None => world.is_bound(&fix.device).then(|| device_key(&fix.device)),
    }
}

/// Writes fixes for a person, or for a device that nobody carries.
pub(super) fn tell(key: &str, fixes: Vec<pb::Fix>, at: Timestamp, out: &mut Out) {
    let evidence = pb::Evidence {
        person: key.to_owned(),
        fixes,
    };
    let value = evidence.encode_to_vec();
    let id = events::id::deterministic(&[b"evidence", &value]).to_string();
    let headers = vec![
        (headers::EVENT_ID, Bytes::from(id)),
        (
            headers::SCHEMA,
            Bytes::from_static(Topic::Evidence.schema().as_bytes()),
        ),
    ];
    out.emit(
        Topic::Evidence,
        Bytes::copy_from_slice(key.as_bytes()),
        Some(value.into()),
        headers,
        at,
    );
}

fn fix(position: &Position) -> Option<pb::Fix> {
    let fix = pb::Fix {
        device: position.device.clone(),
        source: position.source,
        received_at: position.received_at,
        ..pb::Fix::default()
    };
    match usable(position) {
        Usable::Fix {
            at,
            point,
            accuracy_m,
            mock,
            ..
        } => Some(pb::Fix {
            time: at,
            latitude: point.latitude,
            longitude: point.longitude,
            accuracy_m: f64::from(accuracy_m),
            mock,
            ..fix
        }),
        Usable::WrongClock(received_at) => Some(pb::Fix {
            time: received_at,
            wrong_clock: true,
            ..fix
        }),
        Usable::Nothing => None,
    }
}
