//! What has been said about a shift, and what a new judgement changes of it.

use events::attendance::v1::{Adjustment, Finality, Record, RecordKind};
use serde::{Deserialize, Serialize};

use super::reason;

/// What was published about one shift.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Ledger {
    pub(super) record: Option<Record>,
    /// What was last judged, published or not.
    pub(super) seen: Option<Seen>,
    /// Differences found after the lock, one per month in which they were booked.
    pub(super) adjustments: Vec<Record>,
}

/// What speaks for or against publishing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    /// Facts that came late, or definitions that changed: what was said before was wrong, not only early.
    pub(super) correction: bool,
    /// Tell of a running shift also that time has passed.
    pub(super) progress: bool,
    /// The month of the shift is locked.
    pub(super) locked: bool,
    /// Month of now, for adjustments.
    pub(super) month: &'a str,
    /// Unix seconds of now.
    pub(super) now: i64,
}

/// Key of a record in its topic.
#[must_use]
pub fn key(record: &Record) -> String {
    match record.kind() {
        RecordKind::Cycle => format!(
            "{}/cycle-{}",
            record.person,
            record.cycle.as_ref().map_or("", |cycle| &cycle.from)
        ),
        RecordKind::Adjustment => {
            let month = record
                .adjustment
                .as_ref()
                .map_or("", |adjustment| &adjustment.month);
            format!("{}/{}/{}/adjust-{month}", record.person, record.day, record.index)
        }
        RecordKind::Shift | RecordKind::Unspecified => {
            format!("{}/{}/{}", record.person, record.day, record.index)
        }
    }
}

/// What a judgement said about the time that had passed then: a change of it is a correction, the rest is time
/// passing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// When, Unix seconds.
    at: i64,
    history: History,
}

impl Ledger {
    /// Takes a new judgement; what has to be published, if anything.
    pub(super) fn revise(&mut self, mut judged: Record, terms: Terms<'_>) -> Option<Record> {
        judged.observed_at = Some(super::render::timestamp(terms.now));
        let before = self.seen.replace(Seen {
            at: terms.now,
            history: history(&judged, terms.now),
        });
        let Some(said) = &self.record else {
            judged.rev = 1;
            if terms.locked {
                judged.set_finality(Finality::Locked);
            }
            self.record = Some(judged.clone());
            return Some(judged);
        };
        let differs = content(said) != content(&judged);
        if said.finality() == Finality::Locked
            || (terms.locked && differs && said.finality() == Finality::Final)
        {
            if said.finality() == Finality::Locked || differs {
                return self.adjust(&judged, terms);
            }
            return None;
        }
        if terms.locked {
            judged.set_finality(Finality::Locked);
        }
        judged.rev = said.rev;
        if differs {
            let rewritten = before.is_none_or(|seen| seen.history != history(&judged, seen.at));
            let corrected = said.finality() == Finality::Final || (terms.correction && rewritten);
            judged.rev += u32::from(corrected);
            let running = judged.finality() == Finality::Provisional && !corrected;
            if running && !terms.progress && outline(said) == outline(&judged) {
                return None;
            }
        } else if said.finality() == judged.finality() {
            return None;
        }
        self.record = Some(judged.clone());
        Some(judged)
    }

    /// The difference to the locked record, beyond what other months have booked.
    fn adjust(&mut self, judged: &Record, terms: Terms<'_>) -> Option<Record> {
        let said = self.record.as_ref()?;
        let mut difference = Adjustment {
            month: terms.month.to_owned(),
            from_grade: said.grade,
            to_grade: judged.grade,
            worked: less(judged.worked, said.worked),
            late: less(judged.late, said.late),
            early: less(judged.early, said.early),
            away: less(judged.away, said.away),
            leave_min: less(judged.leave_min, said.leave_min),
            ot: less(judged.ot, said.ot),
        };
        let booked = |record: &Record| {
            record
                .adjustment
                .as_ref()
                .is_some_and(|booked| booked.month == terms.month)
        };
        for other in self.adjustments.iter().filter(|record| !booked(record)) {
            let Some(other) = &other.adjustment else { continue };
            difference.from_grade = other.to_grade;
            difference.worked -= other.worked;
            difference.late -= other.late;
            difference.early -= other.early;
            difference.away -= other.away;
            difference.leave_min -= other.leave_min;
            difference.ot -= other.ot;
        }
        let nothing = difference.from_grade == difference.to_grade
            && [
                difference.worked,
                difference.late,
                difference.early,
                difference.away,
                difference.leave_min,
                difference.ot,
            ]
            .iter()
            .all(|part| *part == 0);
        let existing = self.adjustments.iter().position(booked);
        let rev = match existing.and_then(|at| self.adjustments.get(at)) {
            None if nothing => return None,
            None => 1,
            Some(record) if record.adjustment.as_ref() == Some(&difference) => return None,
            Some(record) => record.rev + 1,
        };
        let mut record = judged.clone();
        record.set_kind(RecordKind::Adjustment);
        record.set_finality(Finality::Final);
        reason::adjusted(&mut record, &difference);
        record.adjustment = Some(difference);
        record.rev = rev;
        match existing.and_then(|at| self.adjustments.get_mut(at)) {
            Some(place) => *place = record.clone(),
            None => self.adjustments.push(record.clone()),
        }
        Some(record)
    }
}

fn less(new: u32, old: u32) -> i32 {
    i32::try_from(i64::from(new) - i64::from(old)).unwrap_or(0)
}

/// A record without what changes with every telling.
fn content(record: &Record) -> Record {
    Record {
        rev: 0,
        observed_at: None,
        finality: 0,
        ..record.clone()
    }
}

/// What a record says about the time up to a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct History {
    /// Label, from, until, bridged.
    segments: Vec<(i32, i64, i64, bool)>,
    arrival: Option<i64>,
    due_in: Option<i64>,
    shift: String,
    scheduled: u32,
}

fn history(record: &Record, until: i64) -> History {
    // The minute that was running then may still turn out either way.
    let until = until.div_euclid(60) * 60 - 60;
    let seconds = |time: &Option<events::Timestamp>| time.as_ref().map_or(0, |time| time.seconds);
    let segments = record
        .segments
        .iter()
        .map(|part| {
            (
                part.label,
                seconds(&part.from),
                seconds(&part.until).min(until),
                part.bridged,
            )
        })
        .filter(|(_, from, to, _)| from < to)
        .collect();
    History {
        segments,
        arrival: record.r#in.map(|at| at.seconds).filter(|at| *at <= until),
        due_in: record.due_in.map(|at| at.seconds),
        shift: record.shift.clone(),
        scheduled: record.scheduled,
    }
}

/// What is worth telling while a shift runs: not that another minute has passed.
fn outline(record: &Record) -> (i32, Option<events::Timestamp>, u32, u32, u32, &[String], u32) {
    let away = u32::from(record.away > 0);
    let over = u32::from(record.pending == 0);
    (
        record.grade,
        record.r#in,
        record.late,
        away,
        record.leave_min + record.trip_min,
        &record.flags,
        over,
    )
}
