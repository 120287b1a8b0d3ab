//! One fix, taken in the order of time.

use spatial::{Bounds, distance};

use super::Context;
use super::evidence::{COARSE_M, is_coarse, judge, judge_inside};
use super::fences::Slot;
use super::fix::Fix;
use super::presence::Presence;
use super::rules::Rules;
use super::transition::{Kind, Transition};

/// What is known of a device at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Live {
    /// The newest fix.
    pub(super) last: Option<Fix>,
    /// Fences that the device is in or may be in, in the order of their keys.
    pub(super) presences: Vec<Presence>,
}

impl Live {
    /// Takes a fix that is newer than the last one, and adds what happened.
    pub(super) fn step(&mut self, fix: &Fix, context: &Context<'_>, out: &mut Vec<Transition>) {
        let begin = out.len();
        // Everything that lies in the midst of many fences is asked for before any of it is needed.
        let known = self.presences.iter().map(|presence| presence.slot);
        context.fences.fetch_slots(known.clone());
        let near = Near::find(fix, self.last.as_ref(), context);
        let found = near.slots.iter().map(|(number, _)| *number);
        context.fences.fetch_slots(found.clone());
        context.fences.fetch_shapes(known.chain(found), fix.point);
        self.advance(fix.time, context, out);
        let last = self.last.replace(*fix);
        let mut presences = std::mem::take(&mut self.presences);
        presences.retain_mut(|presence| {
            let Some(slot) = context.fences.slot(presence.slot) else {
                return false;
            };
            let Some(rules) = context.fences.rules(slot) else {
                return false;
            };
            let evidence = judge(fix, slot, rules);
            presence.take(fix, evidence, rules, out)
        });
        discover(fix, last.as_ref(), &near, &mut presences, context, out);
        self.presences = presences;
        if let Some(new) = out.get_mut(begin..) {
            sort(new, context);
        }
    }

    /// Does what is due up to `until` without a new fix.
    pub(super) fn advance(&mut self, until: i64, context: &Context<'_>, out: &mut Vec<Transition>) {
        let last = self.last;
        self.presences
            .retain_mut(|presence| presence.advance(until, last.as_ref(), context, out));
    }
}

/// What a search of the index gives for a fix.
struct Near {
    /// The device can be taken to have gone straight from the last fix.
    is_way: bool,
    /// Metres around the fix in which it can be inside.
    reach_m: f64,
    /// Slots near the fix or the way to it, each once, and whether the fix itself may be in it.
    slots: Vec<(u32, bool)>,
}

impl Near {
    fn find(fix: &Fix, last: Option<&Fix>, context: &Context<'_>) -> Self {
        let way = last.filter(|last| context.fences.are_crossed() && is_way(last, fix, context));
        let reach_m = if is_coarse(fix) {
            Rules::reach_m(f64::from(fix.accuracy_m))
        } else {
            0.0
        };
        let bounds = way
            .map_or(Bounds::at(fix.point), |last| {
                Bounds::between(last.point, fix.point)
            })
            .grown(reach_m);
        let mut slots: Vec<(u32, bool)> = Vec::new();
        context.fences.index().visit(bounds, |number, reach| {
            let here = reach_m > 0.0 || reach.holds(fix.point);
            match slots.iter_mut().find(|(other, _)| *other == number) {
                Some((_, other)) => *other |= here,
                None => slots.push((number, here)),
            }
        });
        Self {
            is_way: way.is_some(),
            reach_m,
            slots,
        }
    }
}

/// Fences that the device was not in: it may enter them, or have crossed them since the last fix.
fn discover(
    fix: &Fix,
    last: Option<&Fix>,
    near: &Near,
    presences: &mut Vec<Presence>,
    context: &Context<'_>,
    out: &mut Vec<Transition>,
) {
    let way = last.filter(|_| near.is_way);
    for (number, here) in near.slots.iter().copied() {
        let Some(slot) = context.fences.slot(number) else {
            continue;
        };
        if fix.time < slot.from || fix.time >= slot.until {
            continue;
        }
        let Err(place) = presences.binary_search_by_key(&slot.key, |presence| presence.fence) else {
            continue;
        };
        let Some(rules) = context.fences.rules(slot) else {
            continue;
        };
        let concerned = context
            .fences
            .scope(slot)
            .is_none_or(|scope| scope.admits(context.device, context.members, fix.time));
        if !concerned {
            continue;
        }
        // A precise fix begins something only where its coordinates lie inside.
        let evidence = if !here {
            None
        } else if near.reach_m > 0.0 {
            Some(judge(fix, slot, rules))
        } else {
            slot.shape
                .contains(fix.point)
                .then(|| judge_inside(fix, slot, rules))
        };
        if let Some(evidence) = evidence
            && let Some(presence) = Presence::begin(fix, last, (number, slot, rules), evidence, out)
        {
            presences.insert(place, presence);
            continue;
        }
        if let Some(last) = way
            && rules.cross
            && let Some(event) = crossing(last, fix, (number, slot))
            && rules.watched(event.event_time)
        {
            out.push(event);
        }
    }
}

/// True when the device can be taken to have gone straight from one fix to the other.
fn is_way(last: &Fix, fix: &Fix, context: &Context<'_>) -> bool {
    let settings = context.settings;
    let gap = fix.time - last.time;
    if gap > settings.cross_gap_ms || f64::from(last.accuracy_m.max(fix.accuracy_m)) > COARSE_M {
        return false;
    }
    let metres = distance::approximate(last.point, fix.point);
    #[allow(clippy::cast_precision_loss, reason = "a gap is at most some minutes")]
    let most = settings.cross_metres_per_ms * gap as f64;
    metres > 0.0 && metres <= most
}

/// The event of going through a fence between two fixes that are both outside.
fn crossing(last: &Fix, fix: &Fix, (number, slot): (u32, &Slot)) -> Option<Transition> {
    if last.time < slot.from || !slot.shape.admits_height(fix.altitude()) {
        return None;
    }
    let (first, end) = slot.shape.crossing(last.point, fix.point)?;
    if first >= end || slot.shape.contains(last.point) || slot.shape.contains(fix.point) {
        return None;
    }
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "a gap is at most some minutes"
    )]
    let at = |fraction: f64| last.time + ((fix.time - last.time) as f64 * fraction).round() as i64;
    Some(Transition {
        kind: Kind::Cross,
        fence: slot.key,
        version: slot.version,
        slot: number,
        event_time: at(first),
        confirmed_at: fix.time,
        not_before: Some(last.time),
        left_at: Some(at(end)),
        inside_ms: None,
        place: last.point.towards(fix.point, first),
        probability: 1.0,
        initial: false,
        inferred: true,
        coarse: false,
        fence_change: false,
    })
}

/// Events of one fix in their order: by time; leaving before entering; of fences that are left together the smaller first;
/// then by fence id.
fn sort(events: &mut [Transition], context: &Context<'_>) {
    if events.len() < 2 {
        return;
    }
    let size = |event: &Transition| match event.kind {
        Kind::Exit => context
            .fences
            .slot(event.slot)
            .map_or(0.0, |slot| slot.shape.extent_m2()),
        _ => 0.0,
    };
    let id = |event: &Transition| context.fences.slot(event.slot).map_or("", |slot| &*slot.id);
    events.sort_by(|a, b| {
        (a.event_time, a.kind.rank())
            .cmp(&(b.event_time, b.kind.rank()))
            .then_with(|| size(a).total_cmp(&size(b)))
            .then_with(|| id(a).cmp(id(b)))
    });
}
