//! Which assignment holds on a day, and what the calendar makes of it.

use std::sync::Arc;

use events::calendar::v1::DayKind;
use jiff::civil::Date;

use super::at_minutes;
use crate::roster::{Assignment, Person, Shift, planned};

/// Kind of a day, for classes of overtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayClass {
    /// Work day.
    Work,
    /// Rest day.
    Rest,
    /// Statutory holiday.
    Statutory,
}

/// Half of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Afternoon,
}

/// What is due on a day.
pub(super) struct Duty {
    pub(super) shift: Option<Arc<Shift>>,
    pub(super) class: DayClass,
    /// The half that is left to work.
    pub(super) half: Option<Half>,
}

/// The calendar's entry for the whole day and for half of it, as known at `now`; the latest wins.
pub(crate) fn class_of(person: &Person, day: Date, now: i64) -> (Option<DayKind>, Option<bool>) {
    let mut whole = None;
    let mut half = None;
    for entry in person.calendar.days.get(&day).into_iter().flatten() {
        if entry.known_at > now || !person.is_in(&entry.groups) {
            continue;
        }
        if entry.kind == DayKind::Half {
            half = Some(entry.off_morning);
        } else {
            whole = Some(entry.kind);
        }
    }
    (whole, half)
}

pub(super) fn duty(person: &Person, day: Date, now: i64) -> Option<Duty> {
    let (listed, half_off) = class_of(person, day, now);
    let mut current: Option<&Assignment> = None;
    for assignment in &person.assignments {
        if assignment.known_at > now || day < assignment.from || assignment.until < day {
            continue;
        }
        if let Some(holding) = current {
            if holding.single && !assignment.single && !assignment.retroactive {
                continue;
            }
            // A change that came after the shift had begun holds from the next one on.
            let began = begin(person, holding, day, listed);
            if !assignment.retroactive && assignment.known_at > began {
                continue;
            }
        }
        current = Some(assignment);
    }
    let plan = &current?.plan;
    let shift = due(plan, day, listed);
    let class = match listed {
        Some(DayKind::Statutory) => DayClass::Statutory,
        Some(DayKind::Rest) => DayClass::Rest,
        _ if shift.is_none() => DayClass::Rest,
        _ => DayClass::Work,
    };
    let half = half_off.filter(|_| plan.calendar).map(|off_morning| {
        if off_morning {
            Half::Afternoon
        } else {
            Half::Morning
        }
    });
    Some(Duty { shift, class, half })
}

/// The shift of a plan on a day, holidays and make-up days looked at where the plan follows them.
fn due(plan: &crate::roster::Plan, day: Date, listed: Option<DayKind>) -> Option<Arc<Shift>> {
    let by_plan = planned(plan, day);
    match listed {
        Some(DayKind::Rest | DayKind::Statutory) if plan.calendar => None,
        Some(DayKind::Work) if plan.calendar => by_plan.or_else(|| plan.make_up.clone()),
        _ => by_plan,
    }
}

/// When what an assignment says for the day begins.
fn begin(person: &Person, assignment: &Assignment, day: Date, listed: Option<DayKind>) -> i64 {
    let shift = due(&assignment.plan, day, listed);
    let zone = shift
        .as_ref()
        .and_then(|shift| shift.zone.as_ref())
        .unwrap_or(&person.zone);
    let start = shift
        .as_ref()
        .and_then(|shift| shift.parts.first())
        .map_or(0, |part| part.start);
    at_minutes(day, start, zone)
}
