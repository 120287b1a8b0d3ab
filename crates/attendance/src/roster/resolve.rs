//! From definitions as written to a roster that the engine can use.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use events::roster::v1 as pb;
use jiff::tz::TimeZone;

use super::approvals::{approval, balance};
use super::calendars::calendars;
use super::people::{Known, person};
use super::plans::{assignment, collision, patterns};
use super::shifts::{Shifts, shift, zone};
use super::site::{Shape, sites};
use super::{Definitions, Person, Policy, Problem, Roster, Sourced, bind, rules};

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
