use std::sync::Arc;

use events::roster::v1 as pb;
use jiff::tz::TimeZone;

use super::when::minutes;
use super::{Part, Shift, Sourced};

/// Longest shift in minutes.
const LONGEST: u32 = 24 * 60;
/// Widest window around a shift in minutes.
const WIDEST: u32 = 24 * 60;

/// Checks one shift.
///
/// # Errors
/// With the field and what is wrong with it.
pub(super) fn shift(written: &Sourced<pb::Shift>) -> Result<Shift, (&'static str, String)> {
    let given = &written.value;
    if given.id.is_empty() || given.id == "rest" {
        return Err((
            "id",
            format!(
                "expected an id other than \"rest\", found {:?}; name the shift",
                given.id
            ),
        ));
    }
    let kind = match given.kind() {
        pb::ShiftKind::Unspecified => pb::ShiftKind::Fixed,
        kind => kind,
    };
    let (parts, split) = parts(given, kind)?;
    let first = parts.first().map_or(0, |part| part.start);
    let last = parts.last().map_or(0, |part| part.end);
    if last - first > LONGEST && parts.len() > 1 {
        return Err((
            "parts",
            "a part begins before the one before it ends, so that the shift would last more than 24 h; \
             put the parts in the order of the day, none into another"
                .to_owned(),
        ));
    }
    if last - first > LONGEST {
        return Err((
            "end",
            format!(
                "the shift lasts {} h, more than 24 h; correct start and end, or make two shifts of it",
                f64::from(last - first) / 60.0
            ),
        ));
    }
    let mut breaks = Vec::new();
    for pause in &given.breaks {
        let (start, end) = span("breaks", &pause.start, &pause.end, first)?;
        if start < first || end > last {
            return Err((
                "breaks",
                format!(
                    "the break {}-{} is not inside the shift; move it or take it out",
                    pause.start, pause.end
                ),
            ));
        }
        breaks.push((start, end));
    }
    let core = match &given.core {
        Some(core) => Some(span("core", &core.start, &core.end, first)?),
        None => None,
    };
    let required_min = given
        .required_min
        .unwrap_or(if kind == pb::ShiftKind::Flexible { 480 } else { 0 });
    if required_min > last - first {
        return Err((
            "required_min",
            format!(
                "{required_min} minutes are due within a span of {}; lower it or widen the span",
                last - first
            ),
        ));
    }
    let zone = zone(&given.zone)?;
    let free = kind == pb::ShiftKind::Free || kind == pb::ShiftKind::Unfixed;
    let window =
        |given: Option<u32>, default: u32| given.unwrap_or(if free { 0 } else { default }).min(WIDEST);
    Ok(Shift {
        id: given.id.as_str().into(),
        name: if given.name.is_empty() {
            given.id.clone()
        } else {
            given.name.clone()
        },
        kind,
        parts,
        split,
        breaks,
        flex_min: given.flex_min,
        required_min,
        core,
        break_min: given.break_min,
        in_window_min: window(given.in_window_min, 120),
        out_window_min: window(given.out_window_min, 240),
        zone,
        nominal_min: given.nominal_min,
    })
}

/// A zone by its IANA name, none where none is given.
pub(super) fn zone(name: &str) -> Result<Option<TimeZone>, (&'static str, String)> {
    if name.is_empty() {
        return Ok(None);
    }
    TimeZone::get(name).map(Some).map_err(|_| {
        (
            "zone",
            format!("expected a zone of the tz database like Asia/Shanghai, found {name:?}; correct it"),
        )
    })
}

fn parts(given: &pb::Shift, kind: pb::ShiftKind) -> Result<(Vec<Part>, bool), (&'static str, String)> {
    if !given.parts.is_empty() {
        let mut parts: Vec<Part> = Vec::new();
        for part in &given.parts {
            let not_before = parts.last().map_or(0, |last| last.end);
            let (start, end) = span("parts", &part.start, &part.end, not_before)?;
            parts.push(Part {
                name: part.name.clone(),
                start,
                end,
            });
        }
        return Ok((parts, true));
    }
    let whole = |start, end| {
        (
            vec![Part {
                name: String::new(),
                start,
                end,
            }],
            false,
        )
    };
    if matches!(kind, pb::ShiftKind::Free | pb::ShiftKind::Unfixed) && given.start.is_empty() {
        let turn = if given.day_start.is_empty() {
            0
        } else {
            minutes(&given.day_start).map_err(|error| ("day_start", format!("{error}; correct it")))?
        };
        return Ok(whole(turn, turn + 1440));
    }
    if given.start.is_empty() || given.end.is_empty() {
        return Err((
            "start",
            "expected start and end, or parts, found neither; add them".into(),
        ));
    }
    minutes(&given.start).map_err(|error| ("start", format!("{error}; correct it")))?;
    let (start, end) = span("end", &given.start, &given.end, 0)?;
    Ok(whole(start, end))
}

/// Minutes of a span that begins not before `not_before`; an end not after its start is on the next day.
fn span(
    field: &'static str,
    start: &str,
    end: &str,
    not_before: u32,
) -> Result<(u32, u32), (&'static str, String)> {
    let read = |text: &str| minutes(text).map_err(|error| (field, format!("{error}; correct it")));
    let (mut start, mut end) = (read(start)?, read(end)?);
    if start < not_before {
        start += 1440;
        end += 1440;
    }
    if end <= start {
        end += 1440;
    }
    if end <= start {
        return Err((field, "the span is empty; correct its end".into()));
    }
    Ok((start, end))
}

/// The shifts that can be used, by id.
pub(super) type Shifts = std::collections::HashMap<String, Arc<Shift>>;
