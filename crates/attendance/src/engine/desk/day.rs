//! One day of a person: when it is due, and what judging it says.

use std::collections::BTreeMap;

use events::attendance::v1::{Finality, Record};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Load, Settled};
use crate::engine::carry::Carry;
use crate::engine::cycle;
use crate::engine::facts::Facts;
use crate::engine::judge::{Case, judge};
use crate::engine::ledger::{Ledger, Terms, key};
use crate::engine::signals;
use crate::engine::span::Span;
use crate::roster::when::{day, second};
use crate::roster::{Person, Roster, next_day, previous_day};
use crate::schedule::{Instance, instance, windows};

/// A fact older than this against the newest one, or against its own receipt, is late, seconds.
pub(super) const LATE_S: i64 = 600;
/// Facts this far around a window can change what is in it, seconds.
pub(super) const NEAR_S: i64 = 16 * 3600;

/// A day and what was said about it.
#[derive(Debug, Clone, Default)]
pub(super) struct Day {
    pub(super) ledger: Ledger,
    pub(super) state: DayState,
}

/// Where the judging of a day stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DayState {
    /// A fact came since the last judgement.
    pub(super) dirty: bool,
    /// What came since then was late, or a definition.
    pub(super) correction: bool,
    /// When the last fact of this day was received.
    pub(super) heard_at: i64,
    pub(super) window: Option<Span>,
    pub(super) carry_in: Carry,
    pub(super) carry_out: Carry,
    pub(super) judged: bool,
    /// When it has to be judged again although nothing comes.
    pub(super) next: i64,
    /// Ids of the signals that were given.
    pub(super) signals: Vec<String>,
}

impl Default for DayState {
    fn default() -> Self {
        Self {
            dirty: false,
            correction: false,
            heard_at: 0,
            window: None,
            carry_in: Carry::default(),
            carry_out: Carry::default(),
            judged: false,
            next: i64::MIN,
            signals: Vec::new(),
        }
    }
}

impl Day {
    /// True when it has to be judged again.
    pub(super) fn is_due(&self, carry: &Carry, now: i64) -> bool {
        let state = &self.state;
        state.dirty || !state.judged || state.next <= now || state.carry_in != *carry
    }

    /// True while the last word is not said.
    pub(super) fn is_open(&self) -> bool {
        let provisional = |record: &Record| record.finality() == Finality::Provisional;
        let state = &self.state;
        !state.judged
            || state.dirty
            || self
                .ledger
                .record
                .as_ref()
                .map_or(state.next < i64::MAX, provisional)
    }

    /// Definitions changed: whatever differs now is a correction.
    pub(super) fn redefine(&mut self) {
        self.state.dirty = true;
        self.state.correction = true;
        self.state.window = None;
    }

    /// Whether a fact can concern the day: it is in the window, or near the day where the window is not known yet.
    pub(super) fn touches(&self, date: Date, from: i64, until: i64) -> bool {
        // Gaps reach to the nearest fact on either side, so a fact near the window can matter as well.
        let near = match self.state.window {
            Some(window) => near(window),
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
}

/// The span whose facts can change what is in a window.
pub(super) fn near(window: Span) -> Span {
    Span::new(window.from - NEAR_S, window.to + NEAR_S)
}

/// What changes at the beginning of a day: months, cycles and figures carried in.
pub(super) fn begin(person: &Person, date: Date, carry: &mut Carry) {
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

/// Everything that judging a day needs besides the day.
pub(super) struct Judging<'a> {
    pub(super) roster: &'a Roster,
    pub(super) person: &'a Person,
    pub(super) facts: &'a mut Facts,
    pub(super) load: Load<'a>,
    /// Publish of a running shift also that time has passed.
    pub(super) progress: bool,
    pub(super) now: i64,
}

impl Judging<'_> {
    /// Judges a day. `carry` comes from the days before and goes on to those behind.
    pub(super) fn judge(&mut self, date: Date, row: &mut Day, carry: &mut Carry, settled: &mut Settled) {
        let (roster, person, now) = (self.roster, self.person, self.now);
        let state = &mut row.state;
        state.judged = true;
        state.dirty = false;
        let correction = std::mem::take(&mut state.correction);
        let Some(shift) = instance(roster, person, date, now) else {
            state.next = i64::MAX;
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
        state.window = Some(window);
        if now < window.from {
            state.next = window.from;
            return;
        }
        let wait = i64::from(person.policy.final_after_h) * 3600;
        let final_at = shift.span.to.max(state.heard_at) + wait;
        let closed = now >= final_at;
        (self.load)(self.facts, near(window));
        let case = Case {
            roster,
            person,
            facts: self.facts,
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
            .extend(signals::due(person, &record, &mut state.signals, now));
        state.next = next(&shift, &record, person, final_at, lock_at, now);
        let month = month_of(now, person);
        let terms = Terms {
            progress: self.progress,
            correction,
            locked: closed && now >= lock_at,
            month: &month,
            now,
        };
        settled.records.extend(row.ledger.revise(record, terms));
    }
}

/// Publishes the cycle that ends with a day, once its last day is closed.
pub(super) fn end_cycle(
    person: &Person,
    (date, row): (Date, &Day),
    cycles: &mut BTreeMap<Date, Ledger>,
    carry: &Carry,
    now: i64,
) -> Option<Record> {
    let (length, day_min) = person.policy.cycle?;
    let (from, until) = cycle::bounds(length, date);
    let closed = row
        .ledger
        .record
        .as_ref()
        .is_none_or(|record| record.finality() != Finality::Provisional);
    let over = second(next_day(date).at(0, 0, 0, 0), &person.zone) <= now;
    if date != cycle::last_day(person, until) || !closed || !over {
        return None;
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
    cycles.entry(from).or_default().revise(record, terms)
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
