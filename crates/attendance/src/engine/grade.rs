//! The verdict on a whole shift.

use events::attendance::v1::{Grade, Label, Record};

use super::judge::{Work, has};
use super::minutes::minutes_of;
use super::render;
use super::span::Span;
use crate::schedule::noon;

/// Fills in the edges and the grade of a shift with given hours.
pub(super) fn whole(work: &mut Work<'_>, record: &mut Record) {
    edges(work, record);
    let labels = record.labels.unwrap_or_default();
    let uncovered = labels.present + labels.away + labels.unknown + labels.absent;
    let coarse = minutes_of(&work.labelled, |part| part.coarse);
    let sure = work.layers.arrival.is_some() || work.parts.iter().any(|part| part.arrival.is_some());
    let pending = record.pending > 0;
    let covered = labels.leave + labels.trip + labels.outing;
    if !sure
        && labels.unknown == uncovered
        && uncovered > 0
        && coarse == 0
        && work.layers.coarse.is_empty()
        && covered == 0
    {
        work.flag("no-data");
    }
    if record.scheduled == 0 {
        return record.set_grade(Grade::Rest);
    }
    if uncovered == 0 && !pending {
        return record.set_grade(covered_grade(work, record));
    }
    if work.cover.lieu_short > 0 && i64::from(uncovered) * 60 <= work.cover.lieu_short {
        return record.set_grade(Grade::Leave);
    }
    if !sure && (work.evidence.mock || coarse > 0 || has_coarse(work)) {
        return record.set_grade(Grade::Unverified);
    }
    if !sure {
        return nobody(work, record, covered);
    }
    let halves = absent_halves(work, record);
    record.set_grade(match halves {
        (true, true) => Grade::Absent,
        (true, false) => Grade::HalfAbsentAm,
        (false, true) => Grade::HalfAbsentPm,
        (false, false) => worst(work),
    });
}

fn covered_grade(work: &Work<'_>, record: &Record) -> Grade {
    let labels = record.labels.unwrap_or_default();
    if labels.outing > 0 && labels.outing >= labels.leave.max(labels.trip) {
        // Whoever is out on approval and never seen is still at work, as far as anyone knows.
        Grade::Normal
    } else if labels.trip > labels.leave {
        Grade::Trip
    } else if has(&work.labelled, Label::Leave) {
        Grade::Leave
    } else {
        Grade::Normal
    }
}

fn has_coarse(work: &Work<'_>) -> bool {
    work.layers
        .coarse
        .as_slice()
        .iter()
        .any(|span| span.meets(work.case.instance.span))
}

/// Nobody was seen at an own site.
fn nobody(work: &Work<'_>, record: &mut Record, covered: u32) {
    let over = work.case.closed || (record.pending == 0 && !has(&work.labelled, Label::Unknown));
    if !over {
        // Too early to say: the day has not come, or its data may still arrive.
        return record.set_grade(Grade::Unverified);
    }
    if covered == 0 {
        return record.set_grade(Grade::Absent);
    }
    let (morning, afternoon) = halves(work);
    let left = |half: Span| {
        work.labelled.iter().any(|part| {
            part.span.meets(half) && matches!(part.label, Label::Away | Label::Unknown | Label::Absent)
        })
    };
    record.set_grade(match (left(morning), left(afternoon)) {
        (true, false) => Grade::HalfAbsentAm,
        (false, true) => Grade::HalfAbsentPm,
        _ => Grade::Absent,
    });
}

/// Which half days are absent: by coming or going too far from the hours, or because the person was elsewhere.
fn absent_halves(work: &Work<'_>, record: &Record) -> (bool, bool) {
    if let [first, .., last] = work.parts.as_slice() {
        return (first.grade == Grade::Absent, last.grade == Grade::Absent);
    }
    let limit = work.case.person.policy.half_absent_min;
    let (morning, afternoon) = halves(work);
    let missed = |half: Span| {
        let of_half = || work.labelled.iter().filter(move |part| part.span.meets(half));
        of_half().next().is_some()
            && of_half().all(|part| matches!(part.label, Label::Away | Label::Absent))
            && record.pending == 0
    };
    (
        record.late > limit || missed(morning),
        record.early > limit || missed(afternoon),
    )
}

fn halves(work: &Work<'_>) -> (Span, Span) {
    let instance = work.case.instance;
    let (from, to) = noon(instance.span, &instance.breaks, &instance.parts);
    (Span::new(i64::MIN, from), Span::new(to, i64::MAX))
}

fn worst(work: &Work<'_>) -> Grade {
    const ORDER: [Grade; 5] = [
        Grade::MissingIn,
        Grade::MissingOut,
        Grade::SeriousLate,
        Grade::Late,
        Grade::Early,
    ];
    ORDER
        .into_iter()
        .find(|grade| work.parts.iter().any(|part| part.grade == *grade))
        .unwrap_or(Grade::Normal)
}

/// Arrival and departure of the whole shift.
pub(super) fn edges(work: &Work<'_>, record: &mut Record) {
    let arrival = work
        .parts
        .iter()
        .find_map(|part| part.arrival)
        .or(work.layers.arrival);
    let departure = work
        .parts
        .iter()
        .rev()
        .find_map(|part| part.departure.map(|edge| (edge, part.missing.1)));
    if let Some(arrival) = arrival {
        record.r#in = Some(render::timestamp(arrival.at));
        record.in_after = arrival.between.map(render::timestamp);
        record.in_site = render::site(work, arrival.site);
    }
    if let Some((departure, missing)) = departure {
        let unseen = departure.between.is_some();
        if unseen {
            record.last_seen = Some(render::timestamp(departure.at));
        }
        if !missing && (!unseen || work.case.closed) {
            record.out = Some(render::timestamp(departure.at));
            record.out_site = render::site(work, departure.site);
        }
    }
}
