//! What has to be corrected after the past was played anew.

use std::collections::HashMap;

use super::Context;
use super::codec::{Reader, Writer};
use super::history::Logged;
use super::transition::{Change, Identity, Transition};

/// Revisions of events that are not at their first record.
#[derive(Debug)]
pub(super) struct Marks {
    marks: Vec<Mark>,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    identity: Identity,
    revision: u32,
}

impl Marks {
    pub(super) const fn new() -> Self {
        Self { marks: Vec::new() }
    }

    /// Revision that has been published last; 0 before the first. `told` says that the event is in the log.
    fn revision(&self, identity: &Identity, told: bool) -> u32 {
        self.marks
            .iter()
            .find(|mark| mark.identity == *identity)
            .map_or(u32::from(told), |mark| mark.revision)
    }

    fn set(&mut self, identity: Identity, revision: u32) {
        match self.marks.iter_mut().find(|mark| mark.identity == identity) {
            Some(mark) => mark.revision = revision,
            None if revision > 1 => self.marks.push(Mark { identity, revision }),
            None => {}
        }
    }

    pub(super) fn forget(&mut self, before: i64) {
        self.marks.retain(|mark| mark.identity.event_time >= before);
    }

    /// The record of an event that is not in the log.
    pub(super) fn first(
        &mut self,
        transition: Transition,
        device: &str,
        observed_at: i64,
        late: bool,
    ) -> Change {
        let identity = transition.identity();
        let revision = self.revision(&identity, false) + 1;
        if revision > 1 {
            self.set(identity, revision);
        }
        Change {
            event_id: identity.event_id(device),
            transition,
            revision,
            retracts: None,
            withdrawn: false,
            late,
            observed_at,
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.count(self.marks.len());
        for mark in &self.marks {
            writer.identity(&mark.identity, 0);
            writer.unsigned(u64::from(mark.revision));
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let count = reader.count()?;
        let marks = (0..count)
            .map(|_| {
                Some(Mark {
                    identity: reader.identity(0)?,
                    revision: u32::try_from(reader.unsigned()?).ok()?,
                })
            })
            .collect::<Option<_>>()?;
        Some(Self { marks })
    }
}

/// True when the version of the fence that the event is about is still known.
pub(super) fn is_known(identity: &Identity, context: &Context<'_>) -> bool {
    context
        .fences
        .find(identity.fence, identity.version, super::fences::NO_SLOT)
        .is_some()
}

/// Publishes the difference between what was told and what is true now: withdrawals first, then events in the order of
/// time. An event that takes the place of another of its kind and fence says which.
pub(super) fn compare(
    old: &[Logged],
    new: Vec<Transition>,
    marks: &mut Marks,
    observed_at: i64,
    context: &Context<'_>,
    out: &mut Vec<Change>,
) {
    let told: HashMap<Identity, &Logged> = old.iter().map(|logged| (logged.identity, logged)).collect();
    let mut gone: HashMap<Identity, &Logged> = told.clone();
    for event in &new {
        gone.remove(&event.identity());
    }
    gone.retain(|identity, _| is_known(identity, context));
    let mut withdrawn: Vec<Withdrawn> = Vec::new();
    let mut gone: Vec<Identity> = gone.into_keys().collect();
    gone.sort_unstable();
    for identity in gone {
        let revision = marks.revision(&identity, true) + 1;
        marks.set(identity, revision);
        let Some((slot, _)) = context
            .fences
            .find(identity.fence, identity.version, super::fences::NO_SLOT)
        else {
            continue;
        };
        let confirmed_at = told
            .get(&identity)
            .map_or(identity.event_time, |logged| logged.confirmed_at);
        let event_id = identity.event_id(context.device);
        withdrawn.push(Withdrawn {
            identity,
            event_id,
            revision,
            replaced: false,
        });
        out.push(Change {
            transition: empty(identity, slot, confirmed_at),
            event_id,
            revision,
            retracts: Some(event_id),
            withdrawn: true,
            late: true,
            observed_at,
        });
    }
    for event in new {
        let identity = event.identity();
        match told.get(&identity) {
            Some(before) if before.digest == event.digest() && before.confirmed_at == event.confirmed_at => {}
            Some(_) => {
                let revision = marks.revision(&identity, true) + 1;
                marks.set(identity, revision);
                out.push(Change {
                    event_id: identity.event_id(context.device),
                    transition: event,
                    revision,
                    retracts: None,
                    withdrawn: false,
                    late: true,
                    observed_at,
                });
            }
            None => {
                let mut change = marks.first(event, context.device, observed_at, true);
                if let Some(replaced) = nearest(&mut withdrawn, &identity) {
                    change.retracts = Some(replaced.event_id);
                    change.revision = change.revision.max(replaced.revision);
                    marks.set(identity, change.revision);
                }
                out.push(change);
            }
        }
    }
}

struct Withdrawn {
    identity: Identity,
    event_id: uuid::Uuid,
    revision: u32,
    replaced: bool,
}

/// The withdrawn event of the same kind and fence that is nearest in time and not yet replaced.
fn nearest<'a>(withdrawn: &'a mut [Withdrawn], identity: &Identity) -> Option<&'a Withdrawn> {
    let found = withdrawn
        .iter_mut()
        .filter(|other| {
            !other.replaced && other.identity.kind == identity.kind && other.identity.fence == identity.fence
        })
        .min_by_key(|other| other.identity.event_time.abs_diff(identity.event_time))?;
    found.replaced = true;
    Some(found)
}

/// A withdrawal tells the identity and nothing else.
fn empty(identity: Identity, slot: u32, confirmed_at: i64) -> Transition {
    Transition {
        kind: identity.kind,
        fence: identity.fence,
        version: identity.version,
        slot,
        event_time: identity.event_time,
        confirmed_at,
        not_before: None,
        left_at: None,
        inside_ms: None,
        place: spatial::Point {
            latitude: 0.0,
            longitude: 0.0,
        },
        probability: 0.0,
        initial: false,
        inferred: false,
        coarse: false,
        fence_change: false,
    }
}
