//! What is known and what was said about one person.

mod day;
mod pace;
mod saved;

use std::collections::BTreeMap;

use events::attendance::v1::{Record, Signal};
use jiff::civil::Date;

use self::day::{Day, Judging, LATE_S, begin, end_cycle};
use self::pace::Pace;
use self::saved::Unsaved;
use super::carry::Carry;
use super::facts::{Facts, Presence, Punch};
use super::ledger::Ledger;
use super::span::Span;
use crate::presence::Fix;
use crate::roster::when::second;
use crate::roster::{Person, Roster, next_day, previous_day};

pub use self::pace::Rhythm;

/// What changes with a settlement.
#[derive(Debug, Default, PartialEq)]
pub struct Settled {
    /// Records to be published, by day.
    pub records: Vec<Record>,
    /// Keys of records that no longer exist.
    pub withdrawn: Vec<String>,
    /// What matters now.
    pub signals: Vec<Signal>,
}

/// Brings the fixes of a span into the facts, where they are not all kept there.
pub type Load<'a> = &'a mut dyn FnMut(&mut Facts, Span);

/// What a desk judges by besides the facts.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Definitions.
    pub roster: &'a Roster,
    /// Whose desk it is.
    pub person: &'a Person,
    /// How soon facts are judged.
    pub rhythm: Rhythm,
}

/// Everything about one person: facts, and what was published of each day.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    /// What is known.
    pub facts: Facts,
    days: BTreeMap<Date, Day>,
    cycles: BTreeMap<Date, Ledger>,
    /// What the days that were forgotten hand on.
    base: Carry,
    /// Time of the latest fact.
    newest: i64,
    /// Publish of a running shift also that time has passed, not only what changes its verdict.
    pub tell_progress: bool,
    /// Definitions that became known up to here have been looked at.
    defined_until: i64,
    pace: Pace,
    unsaved: Unsaved,
}

impl Desk {
    /// Adds days to be judged, both included.
    pub fn judge_days(&mut self, from: Date, until: Date) {
        let mut date = from;
        while date <= until {
            self.days.entry(date).or_insert_with(|| {
                self.unsaved.states.insert(date);
                Day::default()
            });
            date = next_day(date);
        }
    }

    /// First and last day that is judged.
    #[must_use]
    pub fn judged_days(&self) -> Option<(Date, Date)> {
        let (first, _) = self.days.first_key_value()?;
        let (last, _) = self.days.last_key_value()?;
        Some((*first, *last))
    }

    /// Makes ready for a fact about `about` that became known at `known_at`: what was due before is judged, and what
    /// is known without the fact, where that will be a correction.
    pub fn expect(
        &mut self,
        about: i64,
        known_at: i64,
        rules: Rules<'_>,
        load: Load<'_>,
        settled: &mut Settled,
    ) {
        self.advance(known_at, rules, load, settled);
        let continuity = i64::from(rules.person.policy.continuity_min) * 60;
        let late = about + continuity < self.newest || about + continuity < known_at;
        if late {
            if !self.pace.is_correcting() {
                self.settle(known_at, rules, load, settled);
            }
            self.pace.correct(known_at, rules.rhythm);
        }
    }

    /// Number of a device in this person's list.
    pub fn device(&mut self, id: &str) -> u16 {
        let known = self.facts.devices().count();
        let number = self.facts.device(id);
        self.unsaved.head |= self.facts.devices().count() > known;
        number
    }

    /// Takes a position that became known at `known_at`. True when it is news.
    pub fn fix(&mut self, fix: Fix, known_at: i64, rules: Rules<'_>) -> bool {
        let news = self.facts.add_fix(fix, rules.roster, rules.person);
        if news {
            self.heard(fix.at, fix.at, known_at);
            if rules.rhythm.live {
                let (before, now) = self.facts.step(fix.at, fix.device);
                self.pace.follow(known_at, before != now);
            }
        }
        news
    }

    /// Takes a position back, as became known at `known_at`: it belongs to somebody else.
    pub fn withdraw_fix(&mut self, at: i64, device: u16, known_at: i64) {
        if self.facts.remove_fix(at, device) {
            self.heard(at, at, known_at);
        }
    }

    /// Takes a punch that became known at `known_at`. True when it is news.
    pub fn punch(&mut self, punch: Punch, known_at: i64, rhythm: Rhythm) -> bool {
        let at = punch.at;
        let news = self.facts.add_punch(punch);
        if news {
            self.heard(at, at, known_at);
            if rhythm.live {
                self.pace.follow(known_at, true);
            }
        }
        news
    }

    /// Takes an observed presence that became known at `known_at`. True when it is news.
    pub fn presence(&mut self, presence: Presence, known_at: i64) -> bool {
        let span = presence.span;
        let news = self.facts.add_presence(presence);
        if news {
            self.heard(span.from, span.to, known_at.max(span.to));
        }
        news
    }

    /// Remembers that a fix with a wrong clock was received.
    pub fn wrong_clock(&mut self, received_at: i64) {
        if !self.facts.wrong_clock.contains(&received_at) {
            self.facts.wrong_clock.push(received_at);
            self.heard(received_at, received_at, received_at);
        }
    }

    /// Definitions have changed, as became known at `known_at`: everything is judged again, what differs is a
    /// correction.
    pub fn redefine(&mut self, known_at: i64, rules: Rules<'_>) {
        self.facts.look_again(rules.roster, rules.person);
        self.days.values_mut().for_each(Day::redefine);
        self.unsaved.states.extend(self.days.keys());
        self.unsaved.head = true;
        self.pace.correct(known_at, rules.rhythm);
    }

    /// Judges every day anew with the next settlement.
    pub fn look_again(&mut self) {
        for row in self.days.values_mut() {
            row.state.dirty = true;
        }
    }

    /// The earliest moment at which something is due.
    #[must_use]
    pub fn due(&self, person: &Person) -> i64 {
        let rows = self
            .days
            .values()
            .filter(|day| day.state.judged)
            .map(|day| day.state.next)
            .min()
            .unwrap_or(i64::MAX);
        let known = person.known_times.iter().find(|at| **at > self.defined_until);
        self.pace.due(rows.min(known.copied().unwrap_or(i64::MAX)))
    }

    /// True while a day is not closed or a correction is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.pace.is_correcting() || self.days.values().any(Day::is_open)
    }

    /// Records as last published, by day; adjustments and cycles behind.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        let shifts = self
            .days
            .values()
            .flat_map(|day| day.ledger.record.iter().chain(&day.ledger.adjustments));
        shifts.chain(
            self.cycles
                .values()
                .flat_map(|ledger| ledger.record.iter().chain(&ledger.adjustments)),
        )
    }

    /// Lets time pass up to `until`, and without it: what is due is judged when it is due.
    pub fn advance(&mut self, until: i64, rules: Rules<'_>, load: Load<'_>, settled: &mut Settled) {
        loop {
            let due = self.due(rules.person);
            if due >= until {
                return;
            }
            self.settle(due, rules, load, settled);
        }
    }

    /// Judges what is due at `now` and says what changes.
    pub fn settle(&mut self, now: i64, rules: Rules<'_>, load: Load<'_>, settled: &mut Settled) {
        let Rules { roster, person, .. } = rules;
        self.pace.settled(now);
        let passed = |at: &i64| self.defined_until < *at && *at <= now;
        if person.known_times.iter().any(passed) {
            self.days.values_mut().for_each(Day::redefine);
            self.unsaved.states.extend(self.days.keys());
        }
        self.defined_until = self.defined_until.max(now);
        self.unsaved.head = true;
        let mut carry = self.base.clone();
        let mut judging = Judging {
            roster,
            person,
            facts: &mut self.facts,
            load,
            progress: self.tell_progress,
            now,
        };
        for (date, row) in &mut self.days {
            begin(person, *date, &mut carry);
            if row.is_due(&carry, now) {
                let said = settled.records.len() + settled.withdrawn.len();
                row.state.carry_in.clone_from(&carry);
                judging.judge(*date, row, &mut carry, settled);
                row.state.carry_out.clone_from(&carry);
                self.unsaved.states.insert(*date);
                if settled.records.len() + settled.withdrawn.len() > said {
                    self.unsaved.ledgers.insert(*date);
                }
            } else {
                carry.clone_from(&row.state.carry_out);
            }
            let ended = end_cycle(person, (*date, row), &mut self.cycles, &carry, now);
            if let Some(record) = ended {
                let from: Option<Date> = record.cycle.as_ref().and_then(|cycle| cycle.from.parse().ok());
                self.unsaved.cycles.extend(from);
                settled.records.push(record);
            }
        }
    }

    /// Forgets the days before `date`, and the facts that only they need. What they hand on is kept.
    pub fn forget_before(&mut self, date: Date, person: &Person) {
        let kept = self.days.split_off(&date);
        if let Some((_, last)) = self.days.last_key_value() {
            self.base.clone_from(&last.state.carry_out);
            self.unsaved.head = true;
        }
        for gone in std::mem::replace(&mut self.days, kept).into_keys() {
            self.unsaved.states.insert(gone);
            self.unsaved.ledgers.insert(gone);
        }
        let before = second(previous_day(date).at(0, 0, 0, 0), &person.zone);
        self.facts.forget_before(before);
    }

    fn heard(&mut self, from: i64, until: i64, known_at: i64) {
        let late = from + LATE_S < self.newest || until + LATE_S < known_at;
        self.newest = self.newest.max(until);
        self.unsaved.head = true;
        for (date, row) in &mut self.days {
            if row.touches(*date, from, until) {
                row.state.dirty = true;
                row.state.correction |= late;
                let within = |window: Span| from < window.to && window.from <= until;
                if row.state.window.is_some_and(within) {
                    row.state.heard_at = row.state.heard_at.max(known_at);
                }
                self.unsaved.states.insert(*date);
            }
        }
    }
}
