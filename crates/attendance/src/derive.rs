//! The engine over files: what would have been published, had all of this come through the topics.

use std::collections::BTreeMap;
use std::sync::Arc;

use events::attendance::v1::Record;
use events::position::v1::Position;
use jiff::civil::Date;

use crate::engine::{Desk, Presence, Punch};
use crate::facts::{Usable, presence, punch, usable};
use crate::presence::Fix;
use crate::roster::when::day;
use crate::roster::{Definitions, Person, Problem, Roster};

/// Late facts that come within this time of each other are one correction, seconds.
const QUIET_S: i64 = 120;
/// Most days that one run judges for one person.
const MOST_DAYS: usize = 4_000;

/// What to derive.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// First day; that of the first fact or dated assignment when none is given.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// Judge as it was at this time, Unix seconds; when all is final where none is given.
    pub now: Option<i64>,
    /// Every revision as it was published, not only the last of each record.
    pub revisions: bool,
}

/// What was derived.
#[derive(Debug, Default)]
pub struct Derived {
    /// Records by person and day.
    pub records: Vec<Record>,
    /// Punches and presences that could not be used.
    pub problems: Vec<Problem>,
    /// Devices that nobody carried, with the number of their positions.
    pub strangers: BTreeMap<String, usize>,
}

/// Something that becomes known.
#[derive(Debug, Clone)]
enum News {
    Fix(Fix),
    WrongClock,
    Punch(Punch),
    Presence(Presence),
}

#[derive(Debug, Clone)]
struct Arrival {
    known_at: i64,
    /// Time of what it is about.
    about: i64,
    news: News,
}

/// Derives the records of everybody in the roster. Positions come in any order: `received_at` is the order of
/// arrival, the fix time where there is none.
#[must_use]
pub fn derive(
    roster: &Roster,
    written: &Definitions,
    positions: impl IntoIterator<Item = Position>,
    options: &Options,
) -> Derived {
    let mut derived = Derived::default();
    let mut desks: BTreeMap<Arc<str>, (Desk, Vec<Arrival>)> = BTreeMap::new();
    for position in positions {
        take_position(roster, &position, &mut desks, &mut derived);
    }
    for entry in &written.punches {
        let given = &entry.value;
        let result = roster
            .people
            .get(given.person.as_str())
            .map(|person| (person, punch(given, roster, person)));
        match result {
            Some((person, Ok((punch, known_at)))) => {
                let arrival = Arrival {
                    known_at,
                    about: punch.at,
                    news: News::Punch(punch),
                };
                desks.entry(Arc::clone(&person.id)).or_default().1.push(arrival);
            }
            Some((_, Err((field, text)))) => {
                derived.problems.push(
                    entry
                        .at
                        .problem(field, format!("punch of {}: {field}: {text}", given.person)),
                );
            }
            None => derived.problems.push(nobody(&entry.at, "punch", &given.person)),
        }
    }
    for entry in &written.presences {
        let given = &entry.value;
        let result = roster
            .people
            .get(given.person.as_str())
            .map(|person| (person, presence(given, roster, person)));
        match result {
            Some((person, Ok((presence, known_at)))) => {
                let arrival = Arrival {
                    known_at,
                    about: presence.span.from,
                    news: News::Presence(presence),
                };
                desks.entry(Arc::clone(&person.id)).or_default().1.push(arrival);
            }
            Some((_, Err((field, text)))) => {
                derived.problems.push(
                    entry
                        .at
                        .problem(field, format!("presence of {}: {field}: {text}", given.person)),
                );
            }
            None => derived
                .problems
                .push(nobody(&entry.at, "presence", &given.person)),
        }
    }
    for person in roster.people.values() {
        let (desk, arrivals) = desks.remove(&person.id).unwrap_or_default();
        derived
            .records
            .extend(person_records(roster, person, desk, arrivals, options));
    }
    derived
}

fn nobody(at: &crate::roster::Place, what: &str, person: &str) -> Problem {
    at.problem(
        "person",
        format!("{what}: there is no usable person {person:?}; define the person or correct the id"),
    )
}

fn take_position(
    roster: &Roster,
    position: &Position,
    desks: &mut BTreeMap<Arc<str>, (Desk, Vec<Arrival>)>,
    derived: &mut Derived,
) {
    let usable = usable(position);
    let about = match &usable {
        Usable::Fix { at, .. } | Usable::WrongClock(at) => *at,
        Usable::Nothing => return,
    };
    // A person may be its own device, where nobody bothered to bind.
    let unbound = !roster.bindings.contains_key(position.device.as_str());
    let own = roster
        .people
        .get_key_value(position.device.as_str())
        .filter(|_| unbound)
        .map(|(id, _)| id);
    let Some(person) = roster.carrier(&position.device, about).or(own) else {
        *derived.strangers.entry(position.device.clone()).or_default() += 1;
        return;
    };
    let (desk, arrivals) = desks.entry(Arc::clone(person)).or_default();
    arrivals.push(match usable {
        Usable::Fix {
            at,
            point,
            accuracy_m,
            mock,
            received_at,
        } => {
            let device = desk.facts.device(&position.device);
            Arrival {
                known_at: received_at,
                about: at,
                news: News::Fix(Fix {
                    at,
                    device,
                    point,
                    accuracy_m,
                    mock,
                }),
            }
        }
        _ => Arrival {
            known_at: about,
            about,
            news: News::WrongClock,
        },
    });
}

/// Days to be judged: those that are asked for, else those of dated assignments and of facts.
fn days(person: &Person, arrivals: &[Arrival], options: &Options) -> Option<(Date, Date)> {
    let mut first: Option<Date> = None;
    let mut last: Option<Date> = None;
    let mut add = |from: Date, until: Date| {
        first = Some(first.map_or(from, |first| first.min(from)));
        last = Some(last.map_or(until, |last| last.max(until)));
    };
    for assignment in &person.assignments {
        if assignment.from > Date::MIN && assignment.until < Date::MAX {
            add(assignment.from, assignment.until);
        }
    }
    for arrival in arrivals {
        let about = day(arrival.about, &person.zone);
        let until = match &arrival.news {
            News::Presence(presence) => day(presence.span.to - 1, &person.zone),
            _ => about,
        };
        add(about, until);
    }
    for approval in &person.approvals {
        add(
            day(approval.from, &person.zone),
            day(approval.until - 1, &person.zone),
        );
    }
    let from = options.from.or(first)?;
    let until = options.until.or(last)?;
    (from <= until).then_some((from, until))
}

fn person_records(
    roster: &Roster,
    person: &Person,
    mut desk: Desk,
    mut arrivals: Vec<Arrival>,
    options: &Options,
) -> Vec<Record> {
    let Some((from, until)) = days(person, &arrivals, options) else {
        return Vec::new();
    };
    let until = until.min(from.saturating_add(jiff::Span::new().days(i64::try_from(MOST_DAYS).unwrap_or(0))));
    arrivals.sort_by_key(|arrival| arrival.known_at);
    desk.judge_days(from, until);
    let mut every = Vec::new();
    let mut settle = |desk: &mut Desk, at: i64| every.extend(desk.settle(roster, person, at).records);
    let horizon = options.now.unwrap_or(i64::MAX);
    let start = crate::roster::when::second(from.at(0, 0, 0, 0), &person.zone) - 2 * 86_400;
    settle(
        &mut desk,
        start
            .min(horizon)
            .min(arrivals.first().map_or(start, |first| first.known_at - 1)),
    );
    // End of an open correction: facts that come before it belong to it.
    let mut quiet_at: Option<i64> = None;
    for arrival in arrivals {
        if arrival.known_at > horizon {
            break;
        }
        pass_time(&mut desk, person, arrival.known_at, &mut quiet_at, &mut settle);
        if desk.is_late(arrival.about, arrival.known_at, person) {
            if quiet_at.is_none() {
                settle(&mut desk, arrival.known_at);
            }
            quiet_at = Some(arrival.known_at + QUIET_S);
        }
        match arrival.news {
            News::Fix(fix) => {
                desk.fix(fix, arrival.known_at, roster, person);
            }
            News::WrongClock => desk.wrong_clock(arrival.known_at),
            News::Punch(punch) => {
                desk.punch(punch, arrival.known_at);
            }
            News::Presence(presence) => {
                desk.presence(presence, arrival.known_at);
            }
        }
    }
    if options.now.is_some() {
        pass_time(&mut desk, person, horizon, &mut quiet_at, &mut settle);
        desk.tell_progress = true;
        desk.look_again();
        settle(&mut desk, horizon);
    } else {
        finish(&mut desk, person, &mut quiet_at, &mut settle);
    }
    if options.revisions {
        every
    } else {
        desk.records().cloned().collect()
    }
}

/// Lets time pass until `at`: what is due by the clock is judged when it is due.
fn pass_time(
    desk: &mut Desk,
    person: &Person,
    at: i64,
    quiet_at: &mut Option<i64>,
    settle: &mut impl FnMut(&mut Desk, i64),
) {
    loop {
        let due = desk.next_due(person).min(quiet_at.unwrap_or(i64::MAX));
        if due >= at {
            return;
        }
        if quiet_at.is_some_and(|quiet| quiet <= due) {
            *quiet_at = None;
        }
        settle(desk, due);
    }
}

/// Lets time pass until every day is final and everything that is known by now was looked at.
fn finish(
    desk: &mut Desk,
    person: &Person,
    quiet_at: &mut Option<i64>,
    settle: &mut impl FnMut(&mut Desk, i64),
) {
    let last_known = person.known_times().last().copied().unwrap_or(i64::MIN);
    loop {
        let due = desk.next_due(person).min(quiet_at.unwrap_or(i64::MAX));
        let waiting = desk.is_open() || quiet_at.is_some() || due <= last_known;
        if !waiting || due == i64::MAX {
            return;
        }
        *quiet_at = quiet_at.filter(|quiet| *quiet > due);
        settle(desk, due);
    }
}
