use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use events::calendar::v1 as pb;
use jiff::tz::TimeZone;

use super::when::When;
use super::{Calendar, CalendarDay, Problem, Sourced};

/// Checks the calendars; entries that cannot be used are named and left out.
pub(super) fn calendars(
    written: &[Sourced<pb::Calendar>],
    zone: &TimeZone,
    problems: &mut Vec<Problem>,
) -> HashMap<String, Arc<Calendar>> {
    let mut calendars = HashMap::new();
    for calendar in written {
        let mut days: BTreeMap<_, Vec<CalendarDay>> = BTreeMap::new();
        for day in &calendar.value.days {
            match entry(day, zone) {
                Ok((date, entry)) => days.entry(date).or_default().push(entry),
                Err(text) => {
                    let text = format!("calendar {}: day {}: {text}", calendar.value.id, day.date);
                    problems.push(calendar.at.problem("days", text).harmless());
                }
            }
        }
        for entries in days.values_mut() {
            entries.sort_by_key(|entry| entry.known_at);
        }
        calendars.insert(calendar.value.id.clone(), Arc::new(Calendar { days }));
    }
    calendars
}

fn entry(day: &pb::Day, zone: &TimeZone) -> Result<(jiff::civil::Date, CalendarDay), String> {
    let date = day.date.parse().map_err(|_| {
        format!(
            "expected a date like 2025-10-01, found {:?}; correct it",
            day.date
        )
    })?;
    let kind = pb::DayKind::try_from(day.kind).unwrap_or_default();
    if kind == pb::DayKind::Unspecified {
        return Err("expected kind work, rest, statutory or half, found none; add it".into());
    }
    let off_morning = match (kind, day.off.as_str()) {
        (pb::DayKind::Half, "AM") => true,
        (pb::DayKind::Half, "PM") => false,
        (pb::DayKind::Half, other) => {
            return Err(format!(
                "expected off = \"AM\" or \"PM\" on a half day, found {other:?}; say which half is free"
            ));
        }
        _ => false,
    };
    let known_at = known_at(&day.known_at, zone)?;
    Ok((
        date,
        CalendarDay {
            kind,
            name: day.name.clone(),
            off_morning,
            groups: day.groups.clone(),
            known_at,
        },
    ))
}

/// When something became known; from the beginning when nothing is said.
pub(super) fn known_at(text: &str, zone: &TimeZone) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(i64::MIN);
    }
    When::parse(text)
        .map(|when| when.begin(zone))
        .map_err(|error| format!("known_at: {error}; correct it"))
}
