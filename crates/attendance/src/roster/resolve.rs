//! From definitions as written to a roster that the engine can use.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use events::roster::v1 as pb;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::calendars::{calendars, known_at};
use super::plans::{assignment, collision, patterns};
use super::shifts::{Shifts, shift, zone};
use super::site::{Shape, sites};
use super::when::When;
use super::{
    Approval, Balance, Calendar, Definitions, Person, Policy, Problem, Roster, SiteId, Sourced, Visit, bind,
    rules,
};

/// Longest approval in days: what is longer is a missing end.
const LONGEST_APPROVAL_DAYS: i64 = 400;

/// A roster and what could not be used of it.
#[derive(Debug, Default)]
pub struct Resolved {
    /// What works.
    pub roster: Roster,
    /// What does not, in the order of the definitions.
    pub problems: Vec<Problem>,
}

/// Checks the definitions and makes a roster of those that can be used. `fences` are the shapes that sites may name.
#[must_use]
pub fn resolve(written: &Definitions, fences: &HashMap<String, Arc<Shape>>) -> Resolved {
    let mut problems = Vec::new();
    let defaults = &written.defaults.value;
    let default_zone = match zone(&defaults.zone) {
        Ok(zone) => zone,
        Err((field, text)) => {
            problems.push(written.defaults.at.problem(field, text));
            None
        }
    };
    let default_zone = default_zone
        .or_else(|| TimeZone::get("Asia/Shanghai").ok())
        .unwrap_or(TimeZone::UTC);

    let sites = sites(&written.sites, fences, &mut problems);
    let mut shifts = Shifts::new();
    for entry in &written.shifts {
        match shift(entry) {
            Ok(shift) => {
                shifts.insert(entry.value.id.clone(), Arc::new(shift));
            }
            Err((field, text)) => {
                problems.push(
                    entry
                        .at
                        .problem(field, format!("shift {}: {field}: {text}", entry.value.id)),
                );
            }
        }
    }
    let plans = patterns(&written.patterns, &shifts, &mut problems);
    let calendars = calendars(&written.calendars, &default_zone, &mut problems);
    let policies: HashMap<String, Arc<Policy>> = written
        .policies
        .iter()
        .map(|entry| {
            (
                entry.value.id.clone(),
                Arc::new(rules::policy(entry, &mut problems)),
            )
        })
        .collect();

    let mut people = BTreeMap::new();
    let known = Known {
        sites: &sites,
        calendars: &calendars,
        policies: &policies,
        defaults,
        zone: &default_zone,
    };
    for entry in &written.persons {
        if let Some(person) = person(entry, &known, &mut problems) {
            people.insert(Arc::clone(&person.id), person);
        }
    }
    for entry in &written.assignments {
        match assignment(&entry.value, &shifts, &plans, &default_zone) {
            Ok(assigned) => give(entry, &assigned, &mut people, &mut problems),
            Err((field, text)) => problems.push(entry.at.problem(
                field,
                format!(
                    "roster of {}{}: {field}: {text}",
                    entry.value.person, entry.value.group
                ),
            )),
        }
    }
    for entry in &written.approvals {
        if entry.value.withdrawn {
            continue;
        }
        let result = subject(&mut people, &entry.value.person).and_then(|person| {
            approval(&entry.value, person, &sites).map(|approval| person.approvals.push(approval))
        });
        if let Err((field, text)) = result {
            problems.push(entry.at.problem(
                field,
                format!(
                    "approval {} of {}: {field}: {text}",
                    entry.value.id, entry.value.person
                ),
            ));
        }
    }
    for entry in &written.balances {
        let result = subject(&mut people, &entry.value.person)
            .and_then(|person| balance(&entry.value).map(|balance| person.balances.push(balance)));
        if let Err((field, text)) = result {
            problems.push(entry.at.problem(
                field,
                format!("balance of {}: {field}: {text}", entry.value.person),
            ));
        }
    }
    for person in people.values_mut() {
        person
            .assignments
            .sort_by_key(|assignment| (assignment.known_at, assignment.single));
        person
            .approvals
            .sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
        person.balances.sort_by_key(|balance| balance.day);
        person.note_known_times();
    }
    let bindings = bind::bindings(&written.bindings, &people, &default_zone, &mut problems);
    Resolved {
        roster: Roster {
            people,
            sites,
            bindings,
        },
        problems,
    }
}

/// What persons may refer to.
struct Known<'a> {
    sites: &'a [super::Site],
    calendars: &'a HashMap<String, Arc<Calendar>>,
    policies: &'a HashMap<String, Arc<Policy>>,
    defaults: &'a pb::Defaults,
    zone: &'a TimeZone,
}

fn person(entry: &Sourced<pb::Person>, known: &Known<'_>, problems: &mut Vec<Problem>) -> Option<Person> {
    let given = &entry.value;
    let mut refuse = |field: &str, text: String| {
        problems.push(
            entry
                .at
                .problem(field, format!("person {}: {field}: {text}", given.id)),
        );
    };
    if given.id.is_empty() {
        refuse("id", "expected an id, found none; add it".into());
        return None;
    }
    let zone = match zone(&given.zone) {
        Ok(zone) => zone.unwrap_or_else(|| known.zone.clone()),
        Err((field, text)) => {
            // A wrong zone would judge every minute wrongly: the person is left out.
            refuse(field, text);
            return None;
        }
    };
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

fn site_id(sites: &[super::Site], id: &str) -> Option<SiteId> {
    let position = sites.iter().position(|site| &*site.id == id)?;
    SiteId::try_from(position).ok()
}

fn subject<'a>(
    people: &'a mut BTreeMap<Arc<str>, Person>,
    id: &str,
) -> Result<&'a mut Person, (&'static str, String)> {
    people.get_mut(id).ok_or_else(|| {
        (
            "person",
            format!("there is no usable person {id:?}; define the person or correct the id"),
        )
    })
}

fn give(
    entry: &Sourced<pb::Assignment>,
    assigned: &super::plans::Assigned,
    people: &mut BTreeMap<Arc<str>, Person>,
    problems: &mut Vec<Problem>,
) {
    let new = &assigned.assignment;
    if assigned.person.is_empty() == assigned.group.is_empty() {
        problems.push(entry.at.problem(
            "person",
            "roster: expected a person or a group, found neither or both",
        ));
        return;
    }
    let mut found = false;
    for person in people.values_mut() {
        let theirs = if assigned.person.is_empty() {
            person.groups.contains(&assigned.group)
        } else {
            *person.id == *assigned.person
        };
        if !theirs {
            continue;
        }
        found = true;
        let clash = person.assignments.iter().find_map(|old| collision(old, new));
        if let Some(day) = clash {
            problems.push(entry.at.problem(
                "from",
                format!(
                    "the roster of {} overlaps itself: two assignments say what holds on {day}; the first is used, \
                     end it with until or take this one out",
                    person.id
                ),
            ));
            continue;
        }
        person.assignments.push(new.clone());
    }
    if !found {
        let (what, id) = if assigned.person.is_empty() {
            ("group", &assigned.group)
        } else {
            ("person", &assigned.person)
        };
        problems.push(entry.at.problem(
            what,
            format!("roster: there is no usable {what} {id:?}; correct the id"),
        ));
    }
}

fn approval(
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

fn balance(given: &pb::Balance) -> Result<Balance, (&'static str, String)> {
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
