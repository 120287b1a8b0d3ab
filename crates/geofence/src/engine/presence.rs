//! What is known of one device and one fence, as long as there is something to know.

use spatial::Point;

use super::Context;
use super::evidence::{Evidence, is_coarse, judge};
use super::fences::Slot;
use super::fix::Fix;
use super::key::FenceKey;
use super::rules::Rules;
use super::transition::{Kind, Transition};

/// Weight that confirms a change; a fix of full weight has all of it.
const FULL: u8 = 2;

/// A device that is in a fence, may be coming in, or may be in without being seen well enough.
#[derive(Debug, Clone)]
pub(super) struct Presence {
    pub(super) fence: FenceKey,
    pub(super) version: u32,
    /// Where the version was last found in the set; not part of the state.
    pub(super) slot: u32,
    pub(super) phase: Phase,
    /// First fix inside, or first doubtful fix.
    pub(super) since: i64,
    /// Last fix inside; before the enter: the last fix that was not.
    pub(super) seen: i64,
    /// Where the run of fixes that may bring a change began.
    pub(super) place: Point,
    pub(super) probability: f32,
    /// Weight of the run inside.
    pub(super) weight: u8,
    pub(super) initial: bool,
    pub(super) coarse: bool,
    pub(super) dwelt: bool,
    pub(super) stale: bool,
    /// Fixes outside since the last one inside.
    pub(super) out: Option<OutRun>,
    /// Up to when begins of the schedule have been told.
    pub(super) told: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Doubtful = 0,
    Entering = 1,
    Inside = 2,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OutRun {
    pub(super) first: i64,
    pub(super) weight: u8,
    /// When the weight was enough; nothing as long as it is not.
    pub(super) enough: Option<i64>,
    pub(super) coarse: bool,
}

/// The slot is where the set has it today; everything else is state.
impl PartialEq for Presence {
    fn eq(&self, other: &Self) -> bool {
        (
            self.fence,
            self.version,
            self.phase,
            self.since,
            self.seen,
            self.place,
        ) == (
            other.fence,
            other.version,
            other.phase,
            other.since,
            other.seen,
            other.place,
        ) && (
            self.probability,
            self.weight,
            self.initial,
            self.coarse,
            self.dwelt,
            self.stale,
        ) == (
            other.probability,
            other.weight,
            other.initial,
            other.coarse,
            other.dwelt,
            other.stale,
        ) && (self.out, self.told) == (other.out, other.told)
    }
}

impl Presence {
    /// What a first fix about a fence begins, if anything; `evidence` is what it says.
    pub(super) fn begin(
        fix: &Fix,
        last: Option<&Fix>,
        (number, slot, rules): (u32, &Slot, &Rules),
        evidence: Evidence,
        out: &mut Vec<Transition>,
    ) -> Option<Self> {
        let phase = match evidence {
            Evidence::Inside { .. } => Phase::Entering,
            _ if rules.uncertain && evidence.is_doubt(fix) => Phase::Doubtful,
            _ => return None,
        };
        // What happened before the fence was drawn does not count as known.
        let known = last.filter(|last| last.time >= slot.from);
        let mut presence = Self {
            fence: slot.key,
            version: slot.version,
            slot: number,
            phase,
            since: fix.time,
            seen: known.map_or(i64::MIN, |last| last.time),
            place: fix.point,
            probability: single(evidence.probability()),
            weight: 0,
            initial: known.is_none(),
            coarse: is_coarse(fix),
            dwelt: false,
            stale: false,
            out: None,
            told: fix.time,
        };
        if phase == Phase::Doubtful {
            let not_before = presence.known_before();
            presence.tell(Kind::Uncertain, fix.time, fix.time, rules, out, |event| {
                event.not_before = not_before
            });
        } else {
            presence.take(fix, evidence, rules, out);
        }
        Some(presence)
    }

    /// Takes what a fix says. False when nothing is left to know.
    pub(super) fn take(
        &mut self,
        fix: &Fix,
        evidence: Evidence,
        rules: &Rules,
        out: &mut Vec<Transition>,
    ) -> bool {
        match (self.phase, evidence) {
            (Phase::Doubtful, Evidence::Inside { .. }) => {
                self.phase = Phase::Entering;
                self.since = fix.time;
                self.place = fix.point;
                self.probability = single(evidence.probability());
                self.coarse = is_coarse(fix);
                self.take(fix, evidence, rules, out)
            }
            (Phase::Entering, Evidence::Inside { full, .. }) => {
                self.weight = self.weight.saturating_add(weight(full, rules.enter_fixes));
                let enough = self.weight >= rules.enter_fixes.unwrap_or(FULL);
                if enough && fix.time - self.since >= rules.enter_dwell_ms {
                    self.enter(fix, rules, out);
                }
                true
            }
            (Phase::Doubtful | Phase::Entering, Evidence::Outside { .. }) => false,
            (Phase::Doubtful | Phase::Entering, Evidence::Open { .. }) => true,
            (Phase::Inside, Evidence::Inside { .. }) => {
                self.seen = fix.time;
                self.stale = false;
                self.out = None;
                self.dwell(fix.time, rules, out);
                true
            }
            (Phase::Inside, Evidence::Open { .. }) => {
                self.stale = false;
                true
            }
            (Phase::Inside, Evidence::Outside { full, probability }) => {
                self.stale = false;
                let run = self.out.get_or_insert_with(|| {
                    self.place = fix.point;
                    self.probability = single(probability);
                    OutRun {
                        first: fix.time,
                        weight: 0,
                        enough: None,
                        coarse: is_coarse(fix),
                    }
                });
                run.weight = run.weight.saturating_add(weight(full, rules.exit_fixes));
                if run.enough.is_none() && run.weight >= rules.exit_fixes.unwrap_or(FULL) {
                    run.enough = Some(fix.time);
                }
                match self.exit_due(rules) {
                    Some(due) if due <= fix.time => {
                        self.exit(due, rules, out);
                        false
                    }
                    _ => true,
                }
            }
        }
    }

    /// Does what is due up to `until` without a new fix. False when nothing is left to know.
    pub(super) fn advance(
        &mut self,
        until: i64,
        last: Option<&Fix>,
        context: &Context<'_>,
        out: &mut Vec<Transition>,
    ) -> bool {
        loop {
            let Some((number, slot)) = context.fences.find(self.fence, self.version, self.slot) else {
                return false;
            };
            self.slot = number;
            let Some(rules) = context.fences.rules(slot) else {
                return false;
            };
            if context
                .fences
                .scope(slot)
                .is_some_and(|scope| !scope.admits(context.device, context.members, until))
            {
                return false;
            }
            let exit = self.exit_due(rules).unwrap_or(i64::MAX);
            let stale = self.stale_due(last, rules).unwrap_or(i64::MAX);
            let due = exit.min(stale).min(slot.until);
            if due > until {
                self.tell_begins(until, rules, out);
                return true;
            }
            if due == exit {
                self.exit(due, rules, out);
                return false;
            }
            self.tell_begins(due, rules, out);
            if due == stale {
                self.stale = true;
                let seen = self.seen;
                self.tell(Kind::Stale, due, due, rules, out, |event| {
                    event.not_before = Some(seen);
                    event.inferred = true;
                });
                continue;
            }
            if !self.follow(slot.until, slot.next, last, context, out) {
                return false;
            }
        }
    }

    /// The fence was changed or deleted at `at`. False when nothing is left to know.
    fn follow(
        &mut self,
        at: i64,
        next: u32,
        last: Option<&Fix>,
        context: &Context<'_>,
        out: &mut Vec<Transition>,
    ) -> bool {
        let Some((slot, rules)) = context
            .fences
            .slot(next)
            .filter(|slot| slot.key == self.fence)
            .and_then(|slot| Some((slot, context.fences.rules(slot)?)))
        else {
            return false;
        };
        self.version = slot.version;
        self.slot = next;
        let moved_out = last.is_some_and(|last| matches!(judge(last, slot, rules), Evidence::Outside { .. }));
        // Who was on the way out before the change leaves by himself.
        if !moved_out || self.out.is_some() {
            return true;
        }
        if self.phase == Phase::Inside {
            let (since, seen) = (self.since, self.seen);
            self.place = last.map_or(self.place, |last| last.point);
            self.probability = 0.0;
            self.tell(Kind::Exit, at, at, rules, out, |event| {
                event.not_before = Some(seen);
                event.inside_ms = Some(at - since);
                event.fence_change = true;
            });
        }
        false
    }

    fn enter(&mut self, fix: &Fix, rules: &Rules, out: &mut Vec<Transition>) {
        let not_before = self.known_before();
        let initial = self.initial;
        self.tell(Kind::Enter, self.since, fix.time, rules, out, |event| {
            event.not_before = not_before;
            event.initial = initial;
        });
        self.phase = Phase::Inside;
        self.seen = fix.time;
        self.told = self.since;
        self.dwell(fix.time, rules, out);
    }

    fn exit(&mut self, due: i64, rules: &Rules, out: &mut Vec<Transition>) {
        let Some(run) = self.out else { return };
        self.tell_begins(run.first - 1, rules, out);
        let (since, seen) = (self.since, self.seen);
        self.coarse = run.coarse;
        self.tell(Kind::Exit, run.first, due, rules, out, |event| {
            event.not_before = Some(seen);
            event.inside_ms = Some(run.first - since);
        });
    }

    fn dwell(&mut self, now: i64, rules: &Rules, out: &mut Vec<Transition>) {
        let Some(due) = rules.dwell_ms.map(|dwell| self.since + dwell) else {
            return;
        };
        if !self.dwelt && now >= due {
            self.dwelt = true;
            let inside = due - self.since;
            self.tell(Kind::Dwell, due, due, rules, out, |event| {
                event.inside_ms = Some(inside)
            });
        }
    }

    /// When the fixes outside make an exit, once there are enough of them.
    fn exit_due(&self, rules: &Rules) -> Option<i64> {
        let run = self.out?;
        Some(run.enough?.max(run.first + rules.exit_dwell_ms))
    }

    fn stale_due(&self, last: Option<&Fix>, rules: &Rules) -> Option<i64> {
        if self.phase != Phase::Inside || self.stale {
            return None;
        }
        Some(last?.time + rules.stale_ms?)
    }

    /// Tells the begins of the schedule up to `until` at which the device was inside for sure.
    fn tell_begins(&mut self, until: i64, rules: &Rules, out: &mut Vec<Transition>) {
        let Some(schedule) = rules.schedule.as_ref().filter(|_| self.phase == Phase::Inside) else {
            return;
        };
        let until = self.out.map_or(until, |run| until.min(run.first - 1));
        for begin in schedule.begins(self.told, until) {
            let inside = begin - self.since;
            self.tell(Kind::Inside, begin, begin, rules, out, |event| {
                event.inside_ms = Some(inside)
            });
        }
        self.told = self.told.max(until);
    }

    fn known_before(&self) -> Option<i64> {
        (self.seen > i64::MIN).then_some(self.seen)
    }

    /// Adds an event, unless the fence was not watched at its time.
    fn tell(
        &self,
        kind: Kind,
        event_time: i64,
        confirmed_at: i64,
        rules: &Rules,
        out: &mut Vec<Transition>,
        more: impl FnOnce(&mut Transition),
    ) {
        if !rules.watched(event_time) {
            return;
        }
        let mut event = Transition {
            kind,
            fence: self.fence,
            version: self.version,
            slot: self.slot,
            event_time,
            confirmed_at,
            not_before: None,
            left_at: None,
            inside_ms: None,
            place: self.place,
            probability: self.probability,
            initial: false,
            inferred: false,
            coarse: self.coarse,
            fence_change: false,
        };
        more(&mut event);
        out.push(event);
    }
}

fn weight(full: bool, fixes: Option<u8>) -> u8 {
    match fixes {
        Some(_) => 1,
        None if full => FULL,
        None => 1,
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "a probability needs no more than seven digits"
)]
fn single(probability: f64) -> f32 {
    probability as f32
}

impl Presence {
    pub(super) fn is_inside(&self) -> bool {
        self.phase == Phase::Inside
    }

    /// When an exit is due for which there are fixes enough.
    pub(super) fn exit_expected(&self, context: &Context<'_>) -> Option<i64> {
        let (_, slot) = context.fences.find(self.fence, self.version, self.slot)?;
        self.exit_due(context.fences.rules(slot)?)
    }
}
