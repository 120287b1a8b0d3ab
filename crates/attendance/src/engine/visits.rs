//! Planned visits: kept, missed, too short.

use events::attendance::v1::{VisitResult, VisitState};
use events::roster::v1::ApprovalKind;

use super::judge::Work;
use super::render::timestamp;
use super::span::Span;
use crate::presence::{COARSE_M, Fix, View};
use crate::roster::{SiteId, Visit};

/// A coarse fix may be at a place when it lies no farther out than this many times its accuracy.
const REACH: f64 = 1.62;

pub(super) fn results(work: &Work<'_>) -> Vec<VisitResult> {
    let case = work.case;
    let mut results = Vec::new();
    for approval in &case.person.approvals {
        let span = Span::new(approval.from, approval.until);
        let here = approval.kind == ApprovalKind::Outing
            && approval.known_at <= case.now
            && crate::roster::when::day(approval.from, &case.instance.zone) == case.instance.day;
        if !here {
            continue;
        }
        let mut not_before = case.window.from;
        for visit in &approval.visits {
            let result = one(work, visit, Span::new(not_before, span.to.max(case.window.to)));
            if let Some(left) = result
                .left
                .as_ref()
                .filter(|_| result.state() == VisitState::Done)
            {
                not_before = not_before.max(left.seconds);
            }
            results.push(result);
        }
    }
    results
}

fn one(work: &Work<'_>, visit: &Visit, within: Span) -> VisitResult {
    let policy = &work.case.person.policy;
    let min = i64::from(visit.min.unwrap_or(policy.visit_min)) * 60;
    let stays = stays(work, visit.site, within);
    let best = stays
        .iter()
        .find(|stay| stay.seconds() >= min)
        .or(stays.iter().max_by_key(|stay| stay.seconds()));
    let mut result = VisitResult {
        site: work
            .case
            .roster
            .site(visit.site)
            .map_or_else(String::new, |site| site.id.to_string()),
        ..VisitResult::default()
    };
    let Some(stay) = best else {
        let state = match coarse_stay(work, visit.site, within) {
            Some(stay) if stay.seconds() >= min => {
                result.arrived = Some(timestamp(stay.from));
                result.left = Some(timestamp(stay.to));
                VisitState::Unverified
            }
            _ => VisitState::Missed,
        };
        result.set_state(state);
        return result;
    };
    result.arrived = Some(timestamp(stay.from));
    result.left = Some(timestamp(stay.to));
    result.set_state(if stay.seconds() >= min {
        VisitState::Done
    } else {
        VisitState::TooShort
    });
    if let Some(by) = visit.by {
        result.late = u32::try_from((stay.from - by).max(0) / 60).unwrap_or(0);
    }
    result
}

/// Times at a place, whether it counts as an own one or not.
fn stays(work: &Work<'_>, site: SiteId, within: Span) -> Vec<Span> {
    let continuity = i64::from(work.case.person.policy.continuity_min) * 60;
    let mut stays: Vec<Span> = Vec::new();
    let mut open = false;
    for sighting in &work.evidence.cleaned.sightings {
        let here = matches!(sighting.view, View::Inside(at) | View::Foreign(at) if at == site);
        if !here {
            // Leaving is the first sighting elsewhere.
            if open
                && let Some(last) = stays.last_mut()
                && sighting.at - last.to <= continuity
            {
                last.to = sighting.at.max(last.to);
            }
            open = false;
            continue;
        }
        if sighting.at >= within.to || sighting.until < within.from {
            continue;
        }
        match stays.last_mut() {
            Some(last) if open && sighting.at - last.to <= continuity => {
                last.to = sighting.until.max(last.to)
            }
            _ => stays.push(Span::new(sighting.at, sighting.until)),
        }
        open = true;
    }
    stays
}

/// The time over which coarse fixes could have been at a place.
fn coarse_stay(work: &Work<'_>, site: SiteId, within: Span) -> Option<Span> {
    let shape = work.case.roster.site(site)?.shape.as_ref()?;
    let near = |fix: &&Fix| {
        let accuracy = f64::from(fix.accuracy_m);
        accuracy > COARSE_M && shape.relation(fix.point, accuracy).signed_m() <= REACH * accuracy
    };
    let mut fixes = work
        .case
        .facts
        .fixes_within(within)
        .filter(near)
        .map(|fix| fix.at);
    let first = fixes.next()?;
    Some(Span::new(first, fixes.last().unwrap_or(first)))
}
