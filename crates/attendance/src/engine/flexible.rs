//! Shifts that are measured by amount: flexible, unfixed and free hours.

use events::attendance::v1::{Grade, Label, Labels, Record};
use events::roster::v1::ShiftKind;

use super::grade;
use super::judge::Work;
use super::minutes::Labelled;
use super::part::Verdict;
use super::span::{Span, Spans};

/// Presence longer than this has the break taken off, minutes.
const BREAK_FROM_MIN: u32 = 360;

pub(super) fn judge(work: &mut Work<'_>, record: &mut Record) {
    let instance = work.case.instance;
    let Some(shift) = instance.shift.clone() else {
        return;
    };
    let mut presence = work
        .layers
        .present
        .union(&work.cover.outing)
        .within(instance.span.clip(Span::new(i64::MIN, work.case.now)));
    if work.counts_coarse() {
        presence = presence.union(&work.layers.coarse.within(instance.span));
    }
    let gross = presence.minutes();
    let taken_off = if gross > BREAK_FROM_MIN {
        shift.break_min
    } else {
        0
    };
    let worked = gross.saturating_sub(taken_off);
    let required = if shift.kind == ShiftKind::Flexible {
        shift.required_min
    } else {
        0
    };
    record.scheduled = required;
    record.worked = worked;
    let labels = amounts(work, &presence, worked, required);
    record.leave_min = labels.leave;
    record.trip_min = labels.trip;
    record.away = labels.away;
    record.unknown = labels.unknown;
    let met = labels.leave + labels.trip + labels.outing + labels.present;
    let over = work.case.now >= instance.span.to;
    record.short = if over { required.saturating_sub(met) } else { 0 };
    record.pending = if over { 0 } else { required.saturating_sub(met) };
    record.labels = Some(if over {
        labels
    } else {
        Labels {
            absent: 0,
            unknown: 0,
            away: 0,
            ..labels
        }
    });
    work.labelled = presence
        .as_slice()
        .iter()
        .map(|span| Labelled {
            label: Label::Present,
            site: site_of(work, *span),
            ..Labelled::plain(*span)
        })
        .collect();
    let due = core(work);
    let (late, early) = beyond(work, &due);
    record.late = late;
    record.early = early;
    work.parts = vec![Verdict {
        name: String::new(),
        grade: Grade::Normal,
        arrival: work.layers.arrival,
        departure: work.layers.departure,
        due: (due.start(), due.end()),
        late,
        early,
        missing: (false, false),
        worked,
        scheduled: required,
        labelled: Vec::new(),
    }];
    grade::edges(work, record);
    if record.short > 0 {
        work.flag("short");
    }
    let came = work.layers.arrival.is_some();
    let policy = &work.case.person.policy;
    if !came && !work.layers.seen_out && work.layers.coarse.is_empty() {
        work.flag("no-data");
    }
    record.set_grade(if required > 0 && labels.leave >= required {
        Grade::Leave
    } else if required > 0 && labels.trip >= required {
        Grade::Trip
    } else if !came && labels.outing > 0 {
        Grade::Normal
    } else if !came
        && (shift.kind != ShiftKind::Flexible
            || !work.case.closed
            || !work.layers.coarse.is_empty()
            || work.evidence.mock)
    {
        Grade::Unverified
    } else if !came {
        Grade::Absent
    } else if late > policy.serious_late_min {
        Grade::SeriousLate
    } else if late > 0 {
        Grade::Late
    } else if early > 0 {
        Grade::Early
    } else {
        Grade::Normal
    });
}

fn site_of(work: &Work<'_>, span: Span) -> Option<crate::roster::SiteId> {
    work.layers
        .at_sites
        .iter()
        .find(|(at, _)| at.meets(span))
        .map(|(_, site)| *site)
}

/// The required minutes by what fills them, in the order of the labels.
fn amounts(work: &Work<'_>, presence: &Spans, worked: u32, required: u32) -> Labels {
    let span = work.case.instance.span;
    let mut left = required;
    let mut take = |available: u32| {
        let taken = available.min(left);
        left -= taken;
        taken
    };
    let leave = take(work.cover.leave.within(span).minutes());
    let trip = take(work.cover.trip.within(span).minutes());
    let outing = take(work.cover.outing.within(span).minutes());
    let present = take(worked.saturating_sub(outing));
    let seen = work
        .layers
        .arrival
        .zip(work.layers.departure)
        .map(|(a, b)| Span::new(a.at, b.at));
    let inner = |layer: &Spans| {
        seen.map_or_else(|| layer.within(span), |seen| layer.within(seen))
            .subtract(presence)
            .minutes()
    };
    let away = take(inner(&work.layers.away));
    let unknown = take(inner(&work.layers.unknown));
    let absent = take(u32::MAX);
    Labels {
        leave,
        trip,
        outing,
        present,
        away,
        unknown,
        absent,
    }
}

/// The core time in which presence is due.
fn core(work: &Work<'_>) -> Spans {
    work.case.instance.core.map_or_else(Spans::default, |core| {
        Spans::from(core)
            .subtract(&work.cover.excused())
            .subtract(&work.cover.outing)
    })
}

/// Minutes late and early against the core time.
fn beyond(work: &Work<'_>, due: &Spans) -> (u32, u32) {
    let policy = &work.case.person.policy;
    let minutes = |seconds: i64, grace: u32| {
        if seconds > i64::from(grace) * 60 {
            u32::try_from(seconds / 60).unwrap_or(0)
        } else {
            0
        }
    };
    let late = work.layers.arrival.zip(due.start()).map_or(0, |(arrival, due)| {
        minutes(arrival.sure - due, policy.late_grace_min)
    });
    let gone = work.layers.departure.filter(|edge| edge.between.is_none());
    let early = gone.zip(due.end()).map_or(0, |(departure, due)| {
        minutes(due - departure.at, policy.early_grace_min)
    });
    (late, early)
}
