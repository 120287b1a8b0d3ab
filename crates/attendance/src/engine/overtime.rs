//! Overtime by class, its cap, and night minutes.

use std::collections::BTreeMap;

use events::attendance::v1::{self as pb, OvertimeClass, Record};
use events::roster::v1::OvertimeBasis;
use jiff::civil::Date;

use super::carry::Carry;
use super::judge::Work;
use super::span::{Span, Spans};
use crate::presence::{State, timeline};
use crate::roster::when::{day, second};
use crate::schedule::{DayClass, overtime_of};

/// Overtime of one shift.
#[derive(Debug, Default)]
pub(super) struct Overtime {
    pub(super) minutes: u32,
    /// Presence outside the scheduled time, whatever it counts for.
    pub(super) raw: u32,
    pub(super) classes: Vec<pb::Overtime>,
    pub(super) over_cap: u32,
    /// Goes to the time-off bank, minutes.
    pub(super) time_off: u32,
    /// Went on beyond midnight.
    pub(super) late_night: bool,
}

pub(super) fn count(work: &Work<'_>, record: &Record, carry: &Carry) -> Overtime {
    let case = work.case;
    let (policy, instance) = (&case.person.policy, case.instance);
    let present = work.layers.present.within(Span::new(i64::MIN, case.now));
    let extra = beyond_shift(work, &present);
    let mut overtime = Overtime {
        raw: extra.minutes(),
        ..Overtime::default()
    };
    if policy.cycle.is_some() {
        // Comprehensive hours know overtime only by the cycle.
        return overtime;
    }
    let class = match instance.class {
        DayClass::Work => OvertimeClass::Workday,
        DayClass::Rest => OvertimeClass::RestDay,
        DayClass::Statutory => OvertimeClass::Statutory,
    };
    let unit = |minutes: u32| minutes / policy.overtime_unit_min * policy.overtime_unit_min;
    let mut add = |minutes: u32, time_off: bool| {
        let minutes = unit(minutes);
        if minutes > 0 {
            overtime.minutes += minutes;
            overtime.time_off += if time_off { minutes } else { 0 };
            overtime.classes.push(pb::Overtime {
                class: class.into(),
                min: minutes,
                time_off,
            });
        }
    };
    match policy.overtime {
        OvertimeBasis::Approved | OvertimeBasis::Unspecified => {
            let free = present.subtract(&instance.scheduled);
            let mut counted = Spans::default();
            for approval in overtime_of(case.person, instance, case.now) {
                let span = Spans::from(Span::new(approval.from, approval.until));
                let worked = free.intersect(&span).subtract(&counted);
                add(
                    worked.minutes().saturating_sub(approval.break_min),
                    approval.time_off,
                );
                counted = counted.union(&worked);
            }
            overtime.late_night = late_night(work, &counted);
        }
        OvertimeBasis::Presence => {
            if extra.minutes() >= policy.overtime_tolerance_min {
                add(extra.minutes(), false);
            }
            overtime.late_night = late_night(work, &extra);
        }
        OvertimeBasis::Shift => {
            let outside = present.within(case.window).subtract(&Spans::from(instance.span));
            let outside = if instance.is_rest() {
                present.clone()
            } else {
                outside
            };
            if outside.minutes() >= policy.overtime_tolerance_min {
                add(outside.minutes(), false);
            }
            overtime.late_night = late_night(work, &outside);
        }
        OvertimeBasis::CalendarDay => add(calendar_day(work, &present), false),
    }
    if let Some(nominal) = instance.shift.as_ref().and_then(|shift| shift.nominal_min) {
        add(record.worked.saturating_sub(nominal), false);
    }
    let before = carry.overtime_min;
    let cap = policy.overtime_cap_min;
    overtime.over_cap = (before + overtime.minutes)
        .saturating_sub(cap.max(before))
        .min(overtime.minutes);
    overtime
}

/// Presence after the end of the shift; all of it on a rest day.
fn beyond_shift(work: &Work<'_>, present: &Spans) -> Spans {
    let instance = work.case.instance;
    if instance.is_rest() {
        return present.clone();
    }
    let end = work
        .scheduled
        .end()
        .unwrap_or(instance.span.to)
        .max(instance.span.to);
    present.within(Span::new(end, work.case.window.to))
}

/// True when the overtime went on beyond the midnight after the day of the shift.
fn late_night(work: &Work<'_>, overtime: &Spans) -> bool {
    let instance = work.case.instance;
    let midnight = second(
        crate::roster::next_day(instance.day).at(0, 0, 0, 0),
        &instance.zone,
    );
    // A night shift is beyond midnight by itself.
    instance.span.to <= midnight && overtime.end().is_some_and(|end| end > midnight)
}

/// The part of this shift's presence that is beyond the daily standard of its local calendar days; what the days
/// hold before it is looked up in the facts, whichever shift it belongs to.
fn calendar_day(work: &Work<'_>, present: &Spans) -> u32 {
    let case = work.case;
    let zone = &case.instance.zone;
    let mut days: BTreeMap<Date, ()> = BTreeMap::new();
    for span in present.as_slice() {
        let mut date = day(span.from, zone);
        while date <= day(span.to - 1, zone) {
            days.insert(date, ());
            date = crate::roster::next_day(date);
        }
    }
    let mut minutes = 0;
    for date in days.keys() {
        let from = second(date.at(0, 0, 0, 0), zone);
        let to = second(crate::roster::next_day(*date).at(0, 0, 0, 0), zone);
        let whole = Span::new(from, to);
        let gathered = super::evidence::gather(
            case.roster,
            case.person,
            case.facts,
            case.instance,
            whole,
            case.now,
        );
        let pieces = timeline(&gathered.cleaned.sightings, &case.person.policy);
        let of_day: Spans = pieces
            .iter()
            .filter(|piece| matches!(piece.state, State::In(_)))
            .map(|piece| piece.span.clip(whole))
            .collect();
        let standard = of_day.first(i64::from(case.person.policy.daily_standard_min) * 60);
        minutes += of_day
            .subtract(&standard)
            .intersect(present)
            .within(case.window)
            .minutes();
    }
    minutes
}

/// Minutes of worked time within the night.
pub(super) fn night(work: &Work<'_>, (start, end): (u32, u32)) -> u32 {
    let instance = work.case.instance;
    let mut spans = Vec::new();
    let mut date = crate::roster::previous_day(instance.day);
    for _ in 0..3 {
        let midnight = second(date.at(0, 0, 0, 0), &instance.zone);
        spans.push(Span::new(
            midnight + i64::from(start) * 60,
            midnight + i64::from(end) * 60,
        ));
        date = crate::roster::next_day(date);
    }
    let nights: Spans = spans.into_iter().collect();
    let worked: Spans = work
        .labelled
        .iter()
        .filter(|part| matches!(part.label, pb::Label::Present | pb::Label::Outing))
        .map(|part| part.span)
        .collect();
    nights.intersect(&worked).minutes()
}
