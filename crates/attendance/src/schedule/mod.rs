//! From plans and calendars to shifts at absolute times.

mod effective;
mod windows;

use std::sync::Arc;

use events::calendar::v1::DayKind;
use events::roster::v1::{ApprovalKind, ShiftKind};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::engine::span::{Span, Spans};
use crate::roster::when::second;
use crate::roster::{Person, Roster, Shift};

pub(crate) use effective::{DayClass, class_of};
pub(crate) use windows::{overtime_of, windows};

/// One shift of one person at absolute times, or a rest day.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Local date on which it starts.
    pub day: Date,
    /// The shift; none on a rest day.
    pub shift: Option<Arc<Shift>>,
    /// Zone of the local times.
    pub zone: TimeZone,
    /// From the first start to the last end; the whole local day on a rest day.
    pub span: Span,
    /// Judged parts with their names.
    pub parts: Vec<(String, Span)>,
    /// Unpaid breaks.
    pub breaks: Spans,
    /// Minutes that are due at given times: parts without breaks; empty where no time is given.
    pub scheduled: Spans,
    /// Core time of flexible shifts.
    pub core: Option<Span>,
    /// Evidence in here belongs to it.
    pub window: Span,
    /// What kind of day it is, for classes of overtime.
    pub class: DayClass,
}

impl Instance {
    /// The kind of the shift; fixed on a rest day.
    #[must_use]
    pub fn kind(&self) -> ShiftKind {
        self.shift.as_ref().map_or(ShiftKind::Fixed, |shift| shift.kind)
    }

    /// Local time of a moment.
    #[must_use]
    pub fn local(&self, at: i64) -> jiff::civil::DateTime {
        crate::roster::when::local(at, &self.zone)
    }

    /// True on a rest day.
    #[must_use]
    pub fn is_rest(&self) -> bool {
        self.shift.is_none()
    }
}

/// What is due on `day` as known at `now`; none when nothing is said about the day or it is outside employment.
///
/// The window is the widest one; [`mod@windows`] cuts it where neighbours need their part.
#[must_use]
pub fn instance(roster: &Roster, person: &Person, day: Date, now: i64) -> Option<Instance> {
    let duty = effective::duty(person, day, now)?;
    let zone = zone_of(roster, person, duty.shift.as_deref(), day, now);
    let midnight = second(day.at(0, 0, 0, 0), &zone);
    let day_end = second(crate::roster::next_day(day).at(0, 0, 0, 0), &zone);
    let employed = Span::new(person.employed_from, person.employed_until);
    let class = duty.class;
    let Some(shift) = duty.shift else {
        let span = Span::new(midnight, day_end);
        if !span.meets(employed) {
            return None;
        }
        return Some(Instance {
            day,
            shift: None,
            zone,
            span,
            parts: Vec::new(),
            breaks: Spans::default(),
            scheduled: Spans::default(),
            core: None,
            window: span,
            class,
        });
    };
    let at = |minutes: u32| at_minutes(day, minutes, &zone);
    let mut parts: Vec<(String, Span)> = shift
        .parts
        .iter()
        .map(|part| {
            (
                part.name.clone(),
                Span::new(at(part.start), at(part.end)).clip(employed),
            )
        })
        .filter(|(_, span)| !span.is_empty())
        .collect();
    let breaks: Spans = shift
        .breaks
        .iter()
        .map(|(start, end)| Span::new(at(*start), at(*end)))
        .collect();
    if let Some(half) = duty.half {
        keep_half(&mut parts, &breaks, half);
    }
    let span = Span::new(parts.first()?.1.from, parts.last()?.1.to);
    let timed = shift.kind == ShiftKind::Fixed;
    let scheduled = if timed {
        parts
            .iter()
            .map(|(_, span)| *span)
            .collect::<Spans>()
            .subtract(&breaks)
    } else {
        Spans::default()
    };
    let window = Span::new(
        span.from - i64::from(shift.in_window_min) * 60,
        span.to + i64::from(shift.out_window_min) * 60,
    );
    Some(Instance {
        day,
        core: shift.core.map(|(start, end)| Span::new(at(start), at(end))),
        shift: Some(shift),
        zone,
        span,
        parts,
        breaks,
        scheduled,
        window,
        class,
    })
}

/// Unix second of a number of minutes on the wall clock after the midnight that begins `day`.
fn at_minutes(day: Date, minutes: u32, zone: &TimeZone) -> i64 {
    let mut date = day;
    for _ in 0..minutes / 1440 {
        date = crate::roster::next_day(date);
    }
    let rest = minutes % 1440;
    let hour = i8::try_from(rest / 60).unwrap_or(0);
    let minute = i8::try_from(rest % 60).unwrap_or(0);
    second(date.at(hour, minute, 0, 0), zone)
}

/// Keeps the half of the day that is not free: cut at the first break, else in the middle.
fn keep_half(parts: &mut Vec<(String, Span)>, breaks: &Spans, half: effective::Half) {
    let Some(whole) = parts
        .first()
        .zip(parts.last())
        .map(|(first, last)| Span::new(first.1.from, last.1.to))
    else {
        return;
    };
    let (noon_from, noon_to) = noon(whole, breaks, parts);
    let kept = match half {
        effective::Half::Morning => Span::new(whole.from, noon_from),
        effective::Half::Afternoon => Span::new(noon_to, whole.to),
    };
    for (_, span) in parts.iter_mut() {
        *span = span.clip(kept);
    }
    parts.retain(|(_, span)| !span.is_empty());
}

/// Where the morning ends and the afternoon begins.
pub(crate) fn noon(whole: Span, breaks: &Spans, parts: &[(String, Span)]) -> (i64, i64) {
    if let [first, second, ..] = parts {
        return (first.1.to, second.1.from);
    }
    match breaks.within(whole).as_slice().first() {
        Some(pause) => (pause.from, pause.to),
        None => {
            let middle = whole.from + whole.seconds() / 120 * 60;
            (middle, middle)
        }
    }
}

/// The zone of a trip's goal, then of the shift, then of the first own site, then of the person.
fn zone_of(roster: &Roster, person: &Person, shift: Option<&Shift>, day: Date, now: i64) -> TimeZone {
    let noon = second(day.at(12, 0, 0, 0), &person.zone);
    let trip = person
        .approvals
        .iter()
        .filter(|approval| approval.kind == ApprovalKind::Trip && approval.known_at <= now)
        .filter(|approval| approval.from <= noon && noon < approval.until)
        .find_map(|approval| approval.zone.clone());
    trip.or_else(|| shift.and_then(|shift| shift.zone.clone()))
        .or_else(|| {
            person
                .sites
                .first()
                .and_then(|site| roster.site(*site))
                .and_then(|site| site.zone.clone())
        })
        .unwrap_or_else(|| person.zone.clone())
}

/// True when the calendar makes the day a work day of the country's week: for the standard of a cycle.
pub(crate) fn is_standard_work_day(person: &Person, day: Date, now: i64) -> bool {
    match class_of(person, day, now).0 {
        Some(DayKind::Work) => true,
        Some(DayKind::Rest | DayKind::Statutory) => false,
        _ => day.weekday().to_monday_zero_offset() < 5,
    }
}
