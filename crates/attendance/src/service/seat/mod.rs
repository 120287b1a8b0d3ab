//! One person in the running service: the desk, the fixes as bytes, and the clock.

mod follow;

use std::collections::BTreeMap;
use std::collections::HashMap;

use bus::Out;
use bytes::Bytes;
use events::Message as _;
use events::evidence::v1 as evidence_pb;
use events::punch::v1 as punch_pb;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use spatial::Point;

use crate::engine::span::Span;
use crate::engine::{Desk, Facts, Rhythm, Rules, Settled};
use crate::facts;
use crate::metrics;
use crate::presence::Fix;
use crate::roster::when::{day, second};
use crate::roster::{Person, next_day};
use crate::service::archive::{Archive, hour_of, rounded};
use crate::service::definitions::World;
use crate::service::telling::{addressee, tell};

/// Fixes of the last hours stay at hand, the others are brought when their day is judged.
const AT_HAND_H: i64 = 40;
/// A punch is kept, and comes back, under this and its time and id.
const PUNCH: &str = "punch/";
const HOUR: &str = "fixes/";
/// Fixes in one record that passes them on.
const PASSED_ON: usize = 500;

/// What one person's judging needs of the service.
pub(super) struct Surroundings<'a> {
    pub(super) world: &'a World,
    pub(super) keep_days: u32,
}

#[derive(Debug, Default)]
pub(super) struct Seat {
    id: String,
    desk: Desk,
    archive: Archive,
    punches: BTreeMap<String, punch_pb::Punch>,
    record: SeatRecord,
    /// Punches and presences were put on the desk since the start.
    seated: bool,
    /// When something is due by the clock.
    due: i64,
    unsaved: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct SeatRecord {
    /// Time up to which everything was judged.
    clock: Option<i64>,
    /// [`World::print`] that the desk was last judged by.
    print: u64,
}

impl Seat {
    pub(super) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            due: i64::MAX,
            ..Self::default()
        }
    }

    /// Takes an entry back.
    pub(super) fn restore(&mut self, key: &str, value: Bytes) {
        let understood = if let Some(hour) = key.strip_prefix(HOUR) {
            hour.parse().map(|hour| self.archive.restore(hour, value)).is_ok()
        } else if let Some(name) = key.strip_prefix(PUNCH) {
            let punch = punch_pb::Punch::decode(value);
            punch
                .map(|punch| self.punches.insert(name.to_owned(), punch))
                .is_ok()
        } else if key == "seat" {
            serde_json::from_slice(&value)
                .map(|record| self.record = record)
                .is_ok()
        } else {
            self.desk.restore(key, &value)
        };
        if !understood {
            tracing::warn!(key, "an entry of the state is not understood and left out");
        }
    }

    /// Writes what changed.
    pub(super) fn save(&mut self, out: &mut Out) {
        let id = &self.id;
        let key = |suffix: &str| Bytes::from(format!("{id}\0{suffix}"));
        self.desk.unsaved(|suffix, value| {
            out.save(key(&suffix), value.map(Bytes::from));
        });
        for suffix in self.unsaved.drain(..) {
            let value = if let Some(hour) = suffix.strip_prefix(HOUR) {
                hour.parse()
                    .ok()
                    .and_then(|hour| self.archive.hour(hour))
                    .cloned()
            } else if let Some(name) = suffix.strip_prefix(PUNCH) {
                self.punches.get(name).map(|punch| punch.encode_to_vec().into())
            } else {
                serde_json::to_vec(&self.record).ok().map(Bytes::from)
            };
            out.save(key(&suffix), value);
        }
    }

    /// Whether something is due; notes the time where nothing is.
    pub(super) fn is_due(&mut self, now: i64) -> bool {
        let due = self.due <= now || self.record.clock.is_none();
        if !due {
            self.record.clock = Some(now);
        }
        due
    }

    /// Takes what was told.
    pub(super) fn take(
        &mut self,
        evidence: evidence_pb::Evidence,
        at: Timestamp,
        around: &Surroundings<'_>,
        settled: &mut Settled,
        out: &mut Out,
    ) {
        let mut elsewhere: HashMap<String, Vec<evidence_pb::Fix>> = HashMap::new();
        for fix in evidence.fixes {
            // That a fix left is seen from the definitions, here as well as where it went.
            if fix.withdrawn {
                continue;
            }
            match addressee(around.world, &fix) {
                Some(to) if to == self.id => self.take_fix(&fix, at.as_second(), around, settled),
                Some(to) => elsewhere.entry(to).or_default().push(fix),
                None => metrics::fact("stranger"),
            }
        }
        for (to, fixes) in elsewhere {
            metrics::fact("passed-on");
            tell(&to, fixes, at, out);
        }
    }

    fn take_fix(
        &mut self,
        given: &evidence_pb::Fix,
        known_at: i64,
        around: &Surroundings<'_>,
        settled: &mut Settled,
    ) {
        let known_at = self.record.clock.map_or(known_at, |clock| clock.max(known_at));
        if given.time < known_at - i64::from(around.keep_days) * 86_400 {
            metrics::fact("too-old");
            return;
        }
        let person = around.world.roster.people.get(self.id.as_str());
        if given.wrong_clock {
            if let Some(person) = person {
                self.expect(given.time, known_at, person, around, settled);
                self.desk.wrong_clock(given.time);
                self.look_at_clock(person);
            }
            return;
        }
        let Ok(point) = Point::new(given.latitude, given.longitude) else {
            return;
        };
        #[allow(clippy::cast_possible_truncation, reason = "metres")]
        let fix = rounded(Fix {
            at: given.time,
            device: self.desk.device(&given.device),
            point,
            accuracy_m: given.accuracy_m as f32,
            mock: given.mock,
        });
        if self.archive.knows(&fix) {
            metrics::fact("known");
            return;
        }
        metrics::fact("news");
        self.unsaved.push(format!("{HOUR}{}", hour_of(fix.at)));
        let Some(person) = person else {
            self.archive.add(fix);
            return;
        };
        self.expect(fix.at, known_at, person, around, settled);
        let hour = Span::new(fix.at - 3600, fix.at);
        self.archive
            .load(&mut self.desk.facts, hour, &around.world.roster, person);
        self.archive.add(fix);
        self.desk.fix(fix, known_at, rules(around, person));
        self.look_at_clock(person);
    }

    /// Takes a punch.
    ///
    /// # Errors
    /// When the person is known and the punch cannot be used, with what is wrong.
    pub(super) fn punch(
        &mut self,
        given: punch_pb::Punch,
        at: Timestamp,
        around: &Surroundings<'_>,
        settled: &mut Settled,
    ) -> Result<(), String> {
        let clock = self.record.clock;
        let known_at = clock.map_or(at.as_second(), |clock| clock.max(at.as_second()));
        let Some(person) = around.world.roster.people.get(self.id.as_str()) else {
            // Kept until the person is defined.
            let name = format!("{:012}/{}", at.as_second().max(0), given.id);
            self.unsaved.push(format!("{PUNCH}{name}"));
            self.punches.insert(name, given);
            return Ok(());
        };
        let (punch, _) = facts::punch(&given, &around.world.roster, person)
            .map_err(|(field, text)| format!("punch of {}: {field}: {text}", self.id))?;
        if punch.at < known_at - i64::from(around.keep_days) * 86_400 {
            metrics::fact("too-old");
            return Ok(());
        }
        let name = format!("{:012}/{}", punch.at.max(0), punch.id);
        if self.punches.contains_key(&name) {
            metrics::fact("known");
            return Ok(());
        }
        metrics::fact("news");
        self.unsaved.push(format!("{PUNCH}{name}"));
        self.punches.insert(name, given);
        self.expect(punch.at, known_at, person, around, settled);
        self.desk.punch(punch, known_at, Rhythm::LIVE);
        self.look_at_clock(person);
        Ok(())
    }

    /// Lets the clock go on to `now`.
    pub(super) fn tick(&mut self, now: i64, around: &Surroundings<'_>, settled: &mut Settled) {
        let Some(person) = around.world.roster.people.get(self.id.as_str()) else {
            // Nobody to judge; the day turns all the same.
            self.record.clock = Some(now);
            self.due = now + 3600;
            self.forget(now, None, around.keep_days);
            return;
        };
        self.judge_days(now, now, person, around, settled);
        let (desk, archive) = (&mut self.desk, &self.archive);
        let load = &mut |facts: &mut Facts, span| archive.load(facts, span, &around.world.roster, person);
        desk.advance(now + 1, rules(around, person), load, settled);
        self.record.clock = Some(now);
        self.look_at_clock(person);
    }

    /// Makes ready for a fact, as [`Desk::expect`].
    fn expect(
        &mut self,
        about: i64,
        known_at: i64,
        person: &Person,
        around: &Surroundings<'_>,
        settled: &mut Settled,
    ) {
        self.judge_days(about, known_at, person, around, settled);
        let (desk, archive) = (&mut self.desk, &self.archive);
        let load = &mut |facts: &mut Facts, span| archive.load(facts, span, &around.world.roster, person);
        desk.expect(about, known_at, rules(around, person), load, settled);
        if self.record.clock != Some(known_at) {
            self.record.clock = Some(known_at);
        }
    }

    /// Sees to it that the days from the fact's to tomorrow are judged.
    fn judge_days(
        &mut self,
        about: i64,
        now: i64,
        person: &Person,
        around: &Surroundings<'_>,
        settled: &mut Settled,
    ) {
        let zone = &person.zone;
        let tomorrow = next_day(day(now, zone));
        let oldest = day(now, zone).saturating_sub(i64::from(around.keep_days).days());
        // Evidence from before the person was defined counts as well.
        let first = self
            .archive
            .first_hour()
            .map_or(about, |hour| about.min(hour * 3600));
        let from = day(first.min(now), zone).max(oldest);
        let judged = self.desk.judged_days();
        let (from, until) = match judged {
            Some((first, last)) => (from.min(first), tomorrow.max(last)),
            None => (from, tomorrow),
        };
        if judged == Some((from, until)) {
            return;
        }
        let before = self.record.clock.unwrap_or(now - 1);
        let (desk, archive) = (&mut self.desk, &self.archive);
        let load = &mut |facts: &mut Facts, span| archive.load(facts, span, &around.world.roster, person);
        // Nothing is forgotten before the last word on it is said.
        desk.advance(now, rules(around, person), load, settled);
        desk.judge_days(from, until);
        desk.settle(before.max(now - 1), rules(around, person), load, settled);
        self.forget(now, Some(person), around.keep_days);
        self.unsaved.push("seat".into());
    }

    /// Forgets what is older than what is kept.
    fn forget(&mut self, now: i64, person: Option<&Person>, keep_days: u32) {
        let oldest = now - i64::from(keep_days) * 86_400;
        if let Some(person) = person {
            self.desk.forget_before(day(oldest, &person.zone), person);
        }
        // A day more, for shifts that begin in the night before.
        let gone = self.archive.forget_before(hour_of(oldest) - 48);
        self.unsaved
            .extend(gone.iter().map(|hour| format!("{HOUR}{hour}")));
        let kept = self
            .punches
            .split_off(&format!("{:012}", (oldest - 2 * 86_400).max(0)));
        let gone = std::mem::replace(&mut self.punches, kept).into_keys();
        self.unsaved.extend(gone.map(|name| format!("{PUNCH}{name}")));
    }

    /// Notes when something is due next, and lets go of what is not at hand.
    fn look_at_clock(&mut self, person: &Person) {
        let turn = self
            .desk
            .judged_days()
            .map_or(i64::MIN, |(_, last)| second(last.at(0, 0, 0, 0), &person.zone));
        self.due = self.desk.due(person).min(turn);
        if let Some(clock) = self.record.clock {
            self.desk.facts.unload_before(hour_of(clock) - AT_HAND_H);
        }
    }
}

fn rules<'a>(around: &Surroundings<'a>, person: &'a Person) -> Rules<'a> {
    Rules {
        roster: &around.world.roster,
        person,
        rhythm: Rhythm::LIVE,
    }
}
