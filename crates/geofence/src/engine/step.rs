//! One fix, taken in the order of time.

use spatial::{Bounds, distance};

use super::Context;
use super::evidence::{COARSE_M, is_coarse, judge};
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
        self.discover(fix, last.as_ref(), &mut presences, context, out);
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

    /// Fences that the device was not in: it may enter them, or have crossed them since the last fix.
    fn discover(
        &self,
        fix: &Fix,
        last: Option<&Fix>,
        presences: &mut Vec<Presence>,
        context: &Context<'_>,
        out: &mut Vec<Transition>,
    ) {
        let way = last.filter(|last| context.fences.are_crossed() && is_way(last, fix, context));
        let near = Bounds::at(fix.point);
        let reach_m = if is_coarse(fix) {
            Rules::reach_m(f64::from(fix.accuracy_m))
        } else {
            0.0
        };
        let bounds = way
            .map_or(near, |last| Bounds::between(last.point, fix.point))
            .grown(reach_m);
        let mut seen: Vec<(u32, bool)> = Vec::new();
        context.fences.index().visit(bounds, |number, reach| {
            let here = reach_m > 0.0 || reach.holds(fix.point);
            match seen.iter_mut().find(|(other, _)| *other == number) {
                Some((_, other)) => *other |= here,
                None => seen.push((number, here)),
            }
        });
        for (number, here) in seen {
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
            let may_begin = here && (reach_m > 0.0 || slot.shape.contains(fix.point));
            if may_begin && let Some(presence) = Presence::begin(fix, last, (number, slot, rules), out) {
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
