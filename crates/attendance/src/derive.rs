//! The engine over files: what would have been published, had all of this come through the topics.

use std::collections::BTreeMap;
use std::sync::Arc;

use events::attendance::v1::Record;
use events::position::v1::Position;
use jiff::civil::Date;

use crate::engine::{Desk, Load, Presence, Punch, Rhythm, Rules, Settled};
use crate::facts::{Usable, presence, punch, usable};
use crate::presence::Fix;
use crate::roster::when::day;
use crate::roster::{Definitions, Person, Problem, Roster};

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
    let Some(person) = roster.owner(&position.device, about) else {
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
    let rules = Rules {
        roster,
        person,
        rhythm: Rhythm::FILE,
    };
    // All facts are at hand.
    let load: Load<'_> = &mut |_, _| {};
    let mut settled = Settled::default();
    let horizon = options.now.unwrap_or(i64::MAX);
    let start = crate::roster::when::second(from.at(0, 0, 0, 0), &person.zone) - 2 * 86_400;
    let first = arrivals.first().map_or(start, |first| first.known_at - 1);
    desk.settle(start.min(horizon).min(first), rules, load, &mut settled);
    for Arrival {
        known_at,
        about,
        news,
    } in arrivals
    {
        if known_at > horizon {
            break;
        }
        desk.expect(about, known_at, rules, load, &mut settled);
        match news {
            News::Fix(fix) => {
                desk.fix(fix, known_at, rules);
            }
            News::WrongClock => desk.wrong_clock(known_at),
            News::Punch(punch) => {
                desk.punch(punch, known_at, rules.rhythm);
            }
            News::Presence(presence) => {
                desk.presence(presence, known_at);
            }
        }
    }
    if options.now.is_some() {
        desk.advance(horizon, rules, load, &mut settled);
        desk.tell_progress = true;
        desk.look_again();
        desk.settle(horizon, rules, load, &mut settled);
    } else {
        // Until every day is final and everything that is known by now was looked at.
        let last_known = person.known_times.last().copied().unwrap_or(i64::MIN);
        loop {
            let due = desk.due(person);
            if due == i64::MAX || !(desk.is_open() || due <= last_known) {
                break;
            }
            desk.settle(due, rules, load, &mut settled);
        }
    }
    if options.revisions {
        settled.records
    } else {
        desk.records().cloned().collect()
    }
}
