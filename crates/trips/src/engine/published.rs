//! What a device's reports have told so far, and what a new analysis changes of it.

use events::trip::v1::{Finality, Stop, Trip};
use serde::{Deserialize, Serialize};

use super::fix::Millis;
use super::record::{self, Draft, Gist, Record};
use super::report::Reporter;

/// Records remembered per device; the oldest are settled beyond.
const RECORDS_MAX: usize = 96;

/// A record that was published.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Published {
    pub(super) trip: bool,
    pub(super) key: Millis,
    pub(super) gist: Gist,
    pub(super) revision: u32,
    pub(super) withdrawn: bool,
}

/// How drafts are published.
#[derive(Debug, Clone, Copy)]
pub(super) struct Publishing {
    /// Nothing before the fix of this time was analysed.
    pub(super) since: Option<Millis>,
    /// Trips without an end are told too: the device has gone silent.
    pub(super) told: bool,
    /// All is final.
    pub(super) last: bool,
}

/// Compares the drafts with what was published and tells the differences.
pub(super) fn publish(
    published: &mut Vec<Published>,
    reporter: &Reporter<'_>,
    drafts: &[Draft],
    Publishing { since, told, last }: Publishing,
    changes: &mut Vec<Record>,
) {
    let finality = if last {
        Finality::Final
    } else {
        Finality::Provisional
    };
    for known in published
        .iter_mut()
        .filter(|known| !known.withdrawn && since.is_none_or(|since| known.key >= since))
    {
        if !drafts
            .iter()
            .any(|draft| draft.key == known.key && draft.is_trip() == known.trip)
        {
            known.withdrawn = true;
            known.revision += 1;
            changes.push(withdrawal(reporter.device, known, finality));
        }
    }
    for draft in drafts {
        let known = published
            .iter_mut()
            .find(|known| known.key == draft.key && known.trip == draft.is_trip());
        let revision = match known {
            Some(known) if !known.withdrawn && known.gist.same_as(&draft.gist) => {
                if !last {
                    continue;
                }
                known.revision
            }
            Some(known) => {
                known.revision += 1;
                known.gist = draft.gist;
                known.withdrawn = false;
                known.revision
            }
            // where a trip leads is told when it has got there
            None if draft.is_trip() && draft.ongoing && !told => continue,
            None => {
                let (trip, key, gist) = (draft.is_trip(), draft.key, draft.gist);
                published.push(Published {
                    trip,
                    key,
                    gist,
                    revision: 1,
                    withdrawn: false,
                });
                1
            }
        };
        changes.push(reporter.record(draft, revision, finality));
    }
    if published.len() > RECORDS_MAX {
        published.sort_by_key(|known| (known.withdrawn, std::cmp::Reverse(known.key)));
        published.truncate(RECORDS_MAX);
    }
}

/// Tells what lies before the stop that the fix of time `before` names as final, and forgets it.
pub(super) fn settle(
    published: &mut Vec<Published>,
    reporter: &Reporter<'_>,
    drafts: &[Draft],
    before: Millis,
    changes: &mut Vec<Record>,
) {
    for draft in drafts.iter().filter(|draft| draft.key < before) {
        let known = published
            .iter()
            .find(|known| known.key == draft.key && known.trip == draft.is_trip());
        if let Some(known) = known {
            changes.push(reporter.record(draft, known.revision, Finality::Final));
        }
    }
    published.retain(|known| known.key >= before);
}

fn withdrawal(device: &str, known: &Published, finality: Finality) -> Record {
    let id = record::id(known.trip, device, known.key);
    let (start_time, end_time) = (
        Some(record::stamp(known.gist.start)),
        Some(record::stamp(known.gist.end)),
    );
    let (device, revision, finality) = (device.to_owned(), known.revision, finality.into());
    if known.trip {
        let trip_id = id;
        Record::Trip(Trip {
            trip_id,
            device,
            revision,
            finality,
            withdrawn: true,
            start_time,
            end_time,
            ..Trip::default()
        })
    } else {
        let end_time = end_time.filter(|_| known.gist.end < record::ONGOING);
        let stop_id = id;
        Record::Stop(Stop {
            stop_id,
            device,
            revision,
            finality,
            withdrawn: true,
            start_time,
            end_time,
            ..Stop::default()
        })
    }
}
