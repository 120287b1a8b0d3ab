//! What is known and what was said about one person.

use std::collections::BTreeMap;

use events::attendance::v1::{Finality, Record, Signal};
use jiff::civil::Date;

use super::carry::Carry;
use super::facts::{Facts, Presence, Punch};
use super::judge::{Case, judge};
use super::ledger::{Ledger, Terms, key};
use super::span::Span;
use super::{cycle, signals};
use crate::presence::Fix;
use crate::roster::when::{day, second};
use crate::roster::{Person, Roster, next_day, previous_day};
use crate::schedule::{Instance, instance, windows};

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

/// Everything about one person: facts, and what was published of each day.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    /// What is known.
    pub facts: Facts,
    days: BTreeMap<Date, Day>,
    cycles: BTreeMap<Date, Ledger>,
    /// Time of the latest fact.
    newest: i64,
    /// Publish of a running shift also that time has passed, not only what changes its verdict.
    pub tell_progress: bool,
    /// Definitions that became known up to here have been looked at.
    defined_until: i64,
}

#[derive(Debug, Clone, Default)]
struct Day {
    ledger: Ledger,
    /// A fact came since the last judgement.
    dirty: bool,
    /// What came since then was late, or a definition.
    correction: bool,
    /// When the last fact of this day was received.
    heard_at: i64,
    window: Option<Span>,
    carry_in: Carry,
    carry_out: Carry,
    judged: bool,
    /// When it has to be judged again although nothing comes.
    next: i64,
    signals: Vec<String>,
}

impl Desk {
    /// Adds days to be judged, both included.
    pub fn judge_days(&mut self, from: Date, until: Date) {
        let mut date = from;
        while date <= until {
            self.days.entry(date).or_insert_with(|| Day {
                next: i64::MIN,
                ..Day::default()
            });
            date = next_day(date);
        }
    }

    /// Takes a position that became known at `known_at`. True when it is news.
    pub fn fix(&mut self, fix: Fix, known_at: i64, roster: &Roster, person: &Person) -> bool {
        let news = self.facts.add_fix(fix, roster, person);
        if news {
            self.heard(fix.at, fix.at, known_at);
        }
        news
    }

    /// Takes a position back: it belongs to somebody else.
    pub fn withdraw_fix(&mut self, at: i64, device: u16, known_at: i64) {
        if self.facts.remove_fix(at, device) {
            self.heard(at, at, known_at);
            self.correct(at, at);
        }
    }

    /// Takes a punch that became known at `known_at`. True when it is news.
    pub fn punch(&mut self, punch: Punch, known_at: i64) -> bool {
        let at = punch.at;
        let news = self.facts.add_punch(punch);
        if news {
            self.heard(at, at, known_at);
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

    /// True when the fact about that time would correct what was said: it is older than what is known already.
    #[must_use]
    pub fn is_late(&self, at: i64, known_at: i64, person: &Person) -> bool {
        let continuity = i64::from(person.policy.continuity_min) * 60;
        at + continuity < self.newest || at + continuity < known_at
    }

    /// Definitions have changed: everything is judged again, what differs is a correction.
    pub fn redefine(&mut self, roster: &Roster, person: &Person) {
        self.facts.look_again(roster, person);
        for day in self.days.values_mut() {
            day.dirty = true;
            day.correction = true;
            day.window = None;
        }
    }

    /// The earliest moment at which something is due without data.
    #[must_use]
    pub fn next_due(&self, person: &Person) -> i64 {
        let rows = self.days.values().map(|day| day.next).min().unwrap_or(i64::MAX);
        let known = person
            .known_times()
            .into_iter()
            .find(|at| *at > self.defined_until);
        rows.min(known.unwrap_or(i64::MAX))
    }

    /// Judges every day anew with the next settlement.
    pub fn look_again(&mut self) {
        for row in self.days.values_mut() {
            row.dirty = true;
        }
    }

    /// True while a day is not closed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let provisional = |record: &Record| record.finality() == Finality::Provisional;
        self.days.values().any(|row| {
            !row.judged
                || row.dirty
                || row
                    .ledger
                    .record
                    .as_ref()
                    .map_or(row.next < i64::MAX, provisional)
        })
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

    /// Takes back what was published before a restart.
    pub fn remember(&mut self, record: Record) {
        use events::attendance::v1::RecordKind;
        if record.kind() == RecordKind::Cycle {
            let from = record.cycle.as_ref().and_then(|cycle| cycle.from.parse().ok());
            if let Some(from) = from {
                self.cycles.insert(from, Ledger::of(record));
            }
            return;
        }
        let Ok(date) = record.day.parse::<Date>() else {
            return;
        };
        let row = self.days.entry(date).or_default();
        row.next = i64::MIN;
        if record.kind() == RecordKind::Adjustment {
            row.ledger.adjustments.push(record);
        } else {
            row.ledger.record = Some(record);
        }
    }

    /// Judges what is due and says what changes.
    pub fn settle(&mut self, roster: &Roster, person: &Person, now: i64) -> Settled {
        let mut settled = Settled::default();
        if person
            .known_times()
            .iter()
            .any(|at| self.defined_until < *at && *at <= now)
        {
            for row in self.days.values_mut() {
                row.dirty = true;
                row.correction = true;
                row.window = None;
            }
        }
        self.defined_until = self.defined_until.max(now);
        let mut carry = Carry::default();
        let dates: Vec<Date> = self.days.keys().copied().collect();
        for date in dates {
            begin_day(person, date, &mut carry);
            let Some(row) = self.days.get_mut(&date) else {
                continue;
            };
            let due = row.dirty || !row.judged || row.next <= now || row.carry_in != carry;
            if due {
                row.carry_in.clone_from(&carry);
                judge_day(
                    roster,
                    person,
                    (&self.facts, self.tell_progress),
                    date,
                    row,
                    &mut carry,
                    now,
                    &mut settled,
                );
                row.carry_out.clone_from(&carry);
            } else {
                carry.clone_from(&row.carry_out);
            }
            self.end_cycle(person, date, &carry, now, &mut settled);
        }
        settled
    }

    /// Forgets the facts and the days before `date`: they can no longer change.
    pub fn forget_before(&mut self, date: Date, person: &Person) {
        self.facts
            .forget_before(second(previous_day(date).at(0, 0, 0, 0), &person.zone));
        self.days = self.days.split_off(&date);
    }

    fn heard(&mut self, from: i64, until: i64, known_at: i64) {
        let late = from + LATE_S < self.newest || until + LATE_S < known_at;
        self.newest = self.newest.max(until);
        for (date, row) in &mut self.days {
            if touches(*date, row, from, until) {
                row.dirty = true;
                row.correction |= late;
                if row
                    .window
                    .is_some_and(|window| from < window.to && window.from <= until)
                {
                    row.heard_at = row.heard_at.max(known_at);
                }
            }
        }
    }

    fn correct(&mut self, from: i64, until: i64) {
        for (date, row) in &mut self.days {
            if touches(*date, row, from, until) {
                row.correction = true;
            }
        }
    }

    fn end_cycle(&mut self, person: &Person, date: Date, carry: &Carry, now: i64, settled: &mut Settled) {
        let Some((length, day_min)) = person.policy.cycle else {
            return;
        };
        let (from, until) = cycle::bounds(length, date);
        let closed = self
            .days
            .get(&date)
            .and_then(|row| row.ledger.record.as_ref())
            .is_none_or(|record| record.finality() != Finality::Provisional);
        let over = second(next_day(date).at(0, 0, 0, 0), &person.zone) <= now;
        if date != cycle::last_day(person, until) || !closed || !over {
            return;
        }
        let mut record = cycle::record(person, length, day_min, date, carry, now);
        record.set_finality(Finality::Final);
        let month = month_of(now, person);
        let terms = Terms {
            correction: true,
            progress: true,
            locked: false,
            month: &month,
            now,
        };
        settled
            .records
            .extend(self.cycles.entry(from).or_default().revise(record, terms));
    }
}

/// A fact older than this against the newest one, or against its own receipt, is late, seconds.
const LATE_S: i64 = 600;

/// Whether a fact can concern a day: it is in the window, or near the day where the window is not known yet.
fn touches(date: Date, row: &Day, from: i64, until: i64) -> bool {
    // Gaps reach to the nearest fact on either side, so a fact near the window can matter as well.
    let near = match row.window {
        Some(window) => Span::new(window.from - NEAR_S, window.to + NEAR_S),
        None => {
            let noon = date
                .at(12, 0, 0, 0)
                .to_zoned_datetime(jiff::tz::TimeZone::UTC)
                .map_or(0, |at| at.timestamp().as_second());
            Span::new(noon - 3 * 86_400, noon + 3 * 86_400)
        }
    };
    from < near.to && near.from <= until
}

/// Facts this far around a window can change what is in it, seconds.
const NEAR_S: i64 = 16 * 3600;

/// What changes at the beginning of a day: months, cycles and figures carried in.
fn begin_day(person: &Person, date: Date, carry: &mut Carry) {
    if date.day() == 1 {
        carry.overtime_min = 0;
    }
    if let Some((length, _)) = person.policy.cycle
        && cycle::bounds(length, date).0 == date
    {
        carry.cycle_worked_min = 0;
        carry.cycle_statutory_min = 0;
    }
    for balance in person.balances.iter().filter(|balance| balance.day == date) {
        carry.overtime_min += balance.overtime_min;
        carry.time_off_min += balance.time_off_min;
        carry.cycle_worked_min += balance.cycle_worked_min;
        carry.cycle_statutory_min += balance.cycle_statutory_min;
    }
}

#[allow(clippy::too_many_arguments, reason = "one step of `settle`, with its state")]
fn judge_day(
    roster: &Roster,
    person: &Person,
    (facts, progress): (&Facts, bool),
    date: Date,
    row: &mut Day,
    carry: &mut Carry,
    now: i64,
    settled: &mut Settled,
) {
    row.judged = true;
    row.dirty = false;
    let correction = std::mem::take(&mut row.correction);
    let Some(shift) = instance(roster, person, date, now) else {
        row.next = i64::MAX;
        carry.late_night = None;
        if let Some(record) = row.ledger.record.take() {
            settled.withdrawn.push(key(&record));
        }
        return;
    };
    let around = |date: Date| instance(roster, person, date, now);
    let window = windows(
        person,
        around(previous_day(date)).as_ref(),
        &shift,
        around(next_day(date)).as_ref(),
        now,
    );
    row.window = Some(window);
    if now < window.from {
        row.next = window.from;
        return;
    }
    let wait = i64::from(person.policy.final_after_h) * 3600;
    let final_at = shift.span.to.max(row.heard_at) + wait;
    let closed = now >= final_at;
    let case = Case {
        roster,
        person,
        facts,
        instance: &shift,
        window,
        now,
        closed,
    };
    let mut record = judge(case, carry);
    let lock_at = lock_at(person, date);
    record.set_finality(if closed {
        Finality::Final
    } else {
        Finality::Provisional
    });
    settled
        .signals
        .extend(signals::due(person, &record, &mut row.signals, now));
    row.next = next(&shift, &record, person, final_at, lock_at, now);
    let month = month_of(now, person);
    let terms = Terms {
        progress,
        correction,
        locked: closed && now >= lock_at,
        month: &month,
        now,
    };
    settled.records.extend(row.ledger.revise(record, terms));
}

/// The next moment at which time alone changes something.
fn next(shift: &Instance, record: &Record, person: &Person, final_at: i64, lock_at: i64, now: i64) -> i64 {
    let grace = record.due_in.as_ref().map_or(i64::MAX, |due| {
        due.seconds + i64::from(person.policy.late_grace_min) * 60 + 1
    });
    let away = record
        .excursions
        .iter()
        .filter_map(|excursion| excursion.from.as_ref())
        .map(|from| from.seconds + i64::from(person.policy.away_min) * 60 + 1);
    away.chain([grace, shift.span.to, final_at, lock_at])
        .filter(|at| *at > now)
        .min()
        .unwrap_or(i64::MAX)
}

/// When the month of a day is locked.
fn lock_at(person: &Person, date: Date) -> i64 {
    if person.policy.lock_day == 0 {
        return i64::MAX;
    }
    let next_month = next_day(date.last_of_month());
    let lock = i8::try_from(person.policy.lock_day)
        .ok()
        .and_then(|day| next_month.with().day(day).build().ok());
    second(next_day(lock.unwrap_or(next_month)).at(0, 0, 0, 0), &person.zone)
}

fn month_of(now: i64, person: &Person) -> String {
    let date = day(now, &person.zone);
    format!("{:04}-{:02}", date.year(), date.month())
}
