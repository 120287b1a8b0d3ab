//! Persons: their places, rules, calendar and time of employment.

use std::collections::HashMap;
use std::sync::Arc;

use events::roster::v1 as pb;
use jiff::tz::TimeZone;

use super::shifts::zone;
use super::when::When;
use super::{Calendar, Person, Policy, Problem, SiteId, Sourced};

/// What persons may refer to.
pub(super) struct Known<'a> {
    pub(super) sites: &'a [super::Site],
    pub(super) calendars: &'a HashMap<String, Arc<Calendar>>,
    pub(super) policies: &'a HashMap<String, Arc<Policy>>,
    pub(super) defaults: &'a pb::Defaults,
    pub(super) zone: &'a TimeZone,
}

/// Checks a person. None where nothing could be judged rightly; what is only a part is named and left out.
pub(super) fn person(
    entry: &Sourced<pb::Person>,
    known: &Known<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Person> {
    let given = &entry.value;
    let problem = |field: &str, text: String| {
        entry
            .at
            .problem(field, format!("person {}: {field}: {text}", given.id))
    };
    if given.id.is_empty() {
        problems.push(problem("id", "expected an id, found none; add it".into()));
        return None;
    }
    let zone = match zone(&given.zone) {
        Ok(zone) => zone.unwrap_or_else(|| known.zone.clone()),
        Err((field, text)) => {
            // A wrong zone would judge every minute wrongly: the person is left out.
            problems.push(problem(field, text));
            return None;
        }
    };
    let mut refuse = |field: &str, text: String| problems.push(problem(field, text).harmless());
    let mut sites = Vec::new();
    for id in &given.sites {
        match site_id(known.sites, id) {
            Some(site) => sites.push(site),
            None => refuse(
                "sites",
                format!("there is no usable site {id:?}; define it or correct the id"),
            ),
        }
    }
    let bound =
        |field: &'static str, text: &str, open: i64, end: bool| -> Result<i64, (&'static str, String)> {
            if text.is_empty() {
                return Ok(open);
            }
            let when = When::parse(text).map_err(|error| (field, format!("{error}; correct it")))?;
            Ok(if end {
                when.finish(&zone)
            } else {
                when.begin(&zone)
            })
        };
    let mut employment = |field, text: &str, open, end| {
        bound(field, text, open, end).unwrap_or_else(|(field, text)| {
            refuse(field, text);
            open
        })
    };
    let employed_from = employment("employed_from", &given.employed_from, i64::MIN, false);
    let employed_until = employment("employed_until", &given.employed_until, i64::MAX, true);
    let mut chosen = |field: &str, own: &str, default: &str, found: bool| {
        let id = if own.is_empty() { default } else { own }.to_owned();
        if !id.is_empty() && !found {
            refuse(
                field,
                format!("there is no {field} {id:?}; define it or correct the id"),
            );
        }
    };
    let policy_id = if given.policy.is_empty() {
        &known.defaults.policy
    } else {
        &given.policy
    };
    let policy = known.policies.get(policy_id).cloned();
    chosen("policy", &given.policy, &known.defaults.policy, policy.is_some());
    let calendar_id = if given.calendar.is_empty() {
        &known.defaults.calendar
    } else {
        &given.calendar
    };
    let calendar = known.calendars.get(calendar_id).cloned();
    chosen(
        "calendar",
        &given.calendar,
        &known.defaults.calendar,
        calendar.is_some(),
    );
    // One calendar needs no naming.
    let only = || {
        (known.calendars.len() == 1)
            .then(|| known.calendars.values().next().cloned())
            .flatten()
    };
    Some(Person {
        id: given.id.as_str().into(),
        name: if given.name.is_empty() {
            given.id.clone()
        } else {
            given.name.clone()
        },
        groups: given.groups.clone(),
        sites,
        zone,
        policy: policy.unwrap_or_default(),
        calendar: calendar.or_else(only).unwrap_or_default(),
        employed_from,
        employed_until,
        assignments: Vec::new(),
        approvals: Vec::new(),
        balances: Vec::new(),
        known_times: Vec::new(),
    })
}

pub(super) fn site_id(sites: &[super::Site], id: &str) -> Option<SiteId> {
    let position = sites.iter().position(|site| &*site.id == id)?;
    SiteId::try_from(position).ok()
}
