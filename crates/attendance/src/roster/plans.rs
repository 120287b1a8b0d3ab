//! Patterns and assignments: which shift on which day.

use std::collections::HashMap;
use std::sync::Arc;

use events::roster::v1 as pb;
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::calendars::known_at;
use super::shifts::Shifts;
use super::{Assignment, Plan, Problem, Shift, Sourced, Turn};

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Longest cycle in days.
const LONGEST_CYCLE: usize = 400;

/// Checks the patterns; those that cannot be used are named and left out.
pub(super) fn patterns(
    written: &[Sourced<pb::Pattern>],
    shifts: &Shifts,
    problems: &mut Vec<Problem>,
) -> HashMap<String, Arc<Plan>> {
    let mut plans = HashMap::new();
    for entry in written {
        match pattern(&entry.value, shifts) {
            Ok(plan) => {
                if let Some(text) = overlap(&plan) {
                    let field = if entry.value.week.is_empty() {
                        "cycle"
                    } else {
                        "week"
                    };
                    problems.push(
                        entry
                            .at
                            .problem(field, format!("pattern {}: {text}", entry.value.id)),
                    );
                    continue;
                }
                plans.insert(entry.value.id.clone(), Arc::new(plan));
            }
            Err((field, text)) => {
                problems.push(
                    entry
                        .at
                        .problem(field, format!("pattern {}: {field}: {text}", entry.value.id)),
                );
            }
        }
    }
    plans
}

fn pattern(given: &pb::Pattern, shifts: &Shifts) -> Result<Plan, (&'static str, String)> {
    let make_up = match given.make_up_shift.as_str() {
        "" => None,
        id => find(id, shifts).map_err(|text| ("make_up_shift", text))?,
    };
    if given.week.is_empty() {
        if given.cycle.is_empty() || given.cycle.len() > LONGEST_CYCLE {
            return Err((
                "cycle",
                format!(
                    "expected a week, or a cycle of 1 to {LONGEST_CYCLE} days, found {}",
                    given.cycle.len()
                ),
            ));
        }
        let anchor: Date = given.anchor.parse().map_err(|_| {
            (
                "anchor",
                format!(
                    "expected the first day of the cycle like 2025-09-01, found {:?}; add it",
                    given.anchor
                ),
            )
        })?;
        let cycle = given
            .cycle
            .iter()
            .map(|id| find(id, shifts))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|text| ("cycle", text))?;
        return Ok(Plan {
            turn: Turn::Cycle(anchor, cycle),
            calendar: given.calendar.unwrap_or(false),
            make_up,
        });
    }
    let mut week: [Option<Arc<Shift>>; 7] = Default::default();
    for (days, id) in &given.week {
        let shift = find(id, shifts).map_err(|text| ("week", text))?;
        for slot in weekdays(days).map_err(|text| ("week", text))? {
            if let Some(place) = week.get_mut(slot) {
                place.clone_from(&shift);
            }
        }
    }
    let make_up = make_up.or_else(|| week.iter().flatten().next().cloned());
    Ok(Plan {
        turn: Turn::Week(week),
        calendar: given.calendar.unwrap_or(true),
        make_up,
    })
}

/// `mon`, or `mon-fri`, as positions in the week.
fn weekdays(text: &str) -> Result<std::ops::RangeInclusive<usize>, String> {
    let place = |name: &str| {
        WEEKDAYS
            .iter()
            .position(|day| *day == name.trim().to_ascii_lowercase())
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (place(first), place(last)) {
        (Some(first), Some(last)) if first <= last => Ok(first..=last),
        _ => Err(format!(
            "expected a weekday mon to sun, or a range like mon-fri, found {text:?}; correct it"
        )),
    }
}

fn find(id: &str, shifts: &Shifts) -> Result<Option<Arc<Shift>>, String> {
    if id == "rest" {
        return Ok(None);
    }
    shifts
        .get(id)
        .map(|shift| Some(Arc::clone(shift)))
        .ok_or_else(|| format!("there is no usable shift {id:?}; define it, or write \"rest\""))
}

/// Names two shifts of consecutive days of which the first ends after the second begins.
fn overlap(plan: &Plan) -> Option<String> {
    let days: Vec<Option<&Arc<Shift>>> = match &plan.turn {
        Turn::Week(week) => week.iter().map(Option::as_ref).collect(),
        Turn::Cycle(_, cycle) => cycle.iter().map(Option::as_ref).collect(),
        Turn::Daily(shift) => vec![shift.as_ref()],
    };
    let next = days.iter().cycle().skip(1);
    days.iter().zip(next).find_map(|(today, tomorrow)| {
        let (today, tomorrow) = ((*today)?, (*tomorrow)?);
        let end = today.parts.last()?.end;
        let begin = tomorrow.parts.first()?.start + 1440;
        (end > begin).then(|| {
            format!(
                "the roster overlaps itself: shift {} ends {} minutes after shift {} of the next day begins; \
                 change one of them",
                today.id,
                end - begin,
                tomorrow.id
            )
        })
    })
}

/// What an assignment names, before it is given to persons.
pub(super) struct Assigned {
    pub(super) assignment: Assignment,
    pub(super) person: String,
    pub(super) group: String,
}

/// Checks one assignment.
pub(super) fn assignment(
    given: &pb::Assignment,
    shifts: &Shifts,
    plans: &HashMap<String, Arc<Plan>>,
    zone: &TimeZone,
) -> Result<Assigned, (&'static str, String)> {
    let date = |field: &'static str, text: &str, default: Date| {
        if text.is_empty() {
            return Ok(default);
        }
        text.parse::<Date>().map_err(|_| {
            (
                field,
                format!("expected a date like 2025-09-24, found {text:?}; correct it"),
            )
        })
    };
    let (from, until) = if given.day.is_empty() {
        (
            date("from", &given.from, Date::MIN)?,
            date("until", &given.until, Date::MAX)?,
        )
    } else {
        let day = date("day", &given.day, Date::MIN)?;
        (day, day)
    };
    if until < from {
        return Err((
            "until",
            format!("the assignment ends on {until}, before it begins on {from}; correct it"),
        ));
    }
    let plan = match (given.pattern.as_str(), given.shift.as_str()) {
        ("", "") => {
            return Err((
                "pattern",
                "expected a pattern or a shift, found neither; add one".into(),
            ));
        }
        ("", id) => {
            let shift = find(id, shifts).map_err(|text| ("shift", text))?;
            let daily = shift.is_none() || !given.day.is_empty() || given.calendar == Some(false);
            Arc::new(if daily {
                Plan {
                    turn: Turn::Daily(shift),
                    calendar: false,
                    make_up: None,
                }
            } else {
                let work = || shift.clone();
                Plan {
                    turn: Turn::Week([work(), work(), work(), work(), work(), None, None]),
                    calendar: true,
                    make_up: work(),
                }
            })
        }
        (id, "") => Arc::clone(plans.get(id).ok_or_else(|| {
            (
                "pattern",
                format!("there is no usable pattern {id:?}; define it or correct the id"),
            )
        })?),
        _ => {
            return Err((
                "shift",
                "expected a pattern or a shift, found both; take one out".into(),
            ));
        }
    };
    Ok(Assigned {
        assignment: Assignment {
            plan,
            from,
            until,
            known_at: known_at(&given.known_at, zone).map_err(|text| ("known_at", text))?,
            retroactive: given.retroactive,
            single: !given.day.is_empty(),
        },
        person: given.person.clone(),
        group: given.group.clone(),
    })
}

/// The first day on which two assignments for longer times, known at the same moment, both say what to do.
pub(super) fn collision(earlier: &Assignment, later: &Assignment) -> Option<Date> {
    let plain = |a: &Assignment| !a.single && !a.retroactive;
    if !plain(earlier) || !plain(later) || earlier.known_at != later.known_at {
        return None;
    }
    let first = earlier.from.max(later.from);
    let last = earlier.until.min(later.until);
    (first <= last).then_some(first)
}

/// What a plan says about a day before holidays are looked at.
#[must_use]
pub(crate) fn planned(plan: &Plan, day: Date) -> Option<Arc<Shift>> {
    match &plan.turn {
        Turn::Week(week) => {
            let slot = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
            week.get(slot).cloned().flatten()
        }
        Turn::Cycle(anchor, cycle) => {
            let days = days_between(*anchor, day);
            let slot = days.rem_euclid(i64::try_from(cycle.len().max(1)).unwrap_or(1));
            cycle.get(usize::try_from(slot).unwrap_or(0)).cloned().flatten()
        }
        Turn::Daily(shift) => shift.clone(),
    }
}

/// Days from `a` to `b`.
fn days_between(a: Date, b: Date) -> i64 {
    a.duration_until(b).as_hours() / 24
}

/// The day after.
pub(crate) fn next(day: Date) -> Date {
    day.saturating_add(1.day())
}

/// The day before.
pub(crate) fn previous(day: Date) -> Date {
    day.saturating_sub(1.day())
}
