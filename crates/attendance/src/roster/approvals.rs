//! Approvals, and figures carried in.

use events::roster::v1 as pb;
use jiff::civil::Date;

use super::calendars::known_at;
use super::people::site_id;
use super::shifts::zone;
use super::when::When;
use super::{Approval, Balance, Person, Visit};

/// Longest approval in days: what is longer is a missing end.
const LONGEST_APPROVAL_DAYS: i64 = 400;

/// Checks an approval of a person.
pub(super) fn approval(
    given: &pb::Approval,
    person: &Person,
    sites: &[super::Site],
) -> Result<Approval, (&'static str, String)> {
    let kind = given.kind();
    if kind == pb::ApprovalKind::Unspecified {
        return Err((
            "kind",
            "expected leave, trip, outing or overtime, found none; add it".into(),
        ));
    }
    let away_zone = zone(&given.zone)?;
    let zone = away_zone.as_ref().unwrap_or(&person.zone);
    let read = |field: &'static str, text: &str| {
        When::parse(text).map_err(|error| (field, format!("{error}; correct it")))
    };
    if given.from.is_empty() {
        return Err(("from", "expected a beginning, found none; add from".into()));
    }
    if given.until.is_empty() {
        return Err(("until", "the approval has no end; add until".into()));
    }
    let (from, until) = (
        read("from", &given.from)?.begin(zone),
        read("until", &given.until)?.finish(zone),
    );
    if until <= from {
        return Err(("until", "the approval ends before it begins; correct it".into()));
    }
    if until - from > LONGEST_APPROVAL_DAYS * 86_400 {
        return Err((
            "until",
            format!("the approval lasts more than {LONGEST_APPROVAL_DAYS} days; correct its end"),
        ));
    }
    let mut visits = Vec::new();
    for visit in &given.visits {
        let site = site_id(sites, &visit.site).ok_or_else(|| {
            (
                "visits",
                format!(
                    "there is no usable site {:?}; define it or correct the id",
                    visit.site
                ),
            )
        })?;
        let by = if visit.by.is_empty() {
            None
        } else {
            let day = super::when::day(from, zone);
            let at = super::when::minutes(&visit.by)
                .map(|minutes| super::when::second(day.at(0, 0, 0, 0), zone) + i64::from(minutes) * 60)
                .or_else(|_| When::parse(&visit.by).map(|when| when.begin(zone)))
                .map_err(|error| ("visits", format!("{error}; correct it")))?;
            Some(at)
        };
        visits.push(Visit {
            site,
            by,
            min: visit.min,
        });
    }
    let id = if given.id.is_empty() {
        format!(
            "{}/{}/{}",
            person.id,
            given.from,
            kind.as_str_name()
                .trim_start_matches("APPROVAL_KIND_")
                .to_lowercase()
        )
    } else {
        given.id.clone()
    };
    Ok(Approval {
        id: id.into(),
        kind,
        type_: given.r#type.clone(),
        from,
        until,
        known_at: known_at(&given.known_at, &person.zone).map_err(|text| ("known_at", text))?,
        zone: away_zone,
        break_min: given.break_min,
        time_off: given.time_off,
        visits,
    })
}

/// Checks figures carried in.
pub(super) fn balance(given: &pb::Balance) -> Result<Balance, (&'static str, String)> {
    let day: Date = given.day.parse().map_err(|_| {
        (
            "day",
            format!(
                "expected a date like 2025-09-01, found {:?}; correct it",
                given.day
            ),
        )
    })?;
    Ok(Balance {
        day,
        overtime_min: given.overtime_min,
        time_off_min: given.time_off_min,
        cycle_worked_min: given.cycle_worked_min,
        cycle_statutory_min: given.cycle_statutory_min,
    })
}
