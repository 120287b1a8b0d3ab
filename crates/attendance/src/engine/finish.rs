//! What a record says besides its minutes: edges, flags, confidence, segments and the text.

use events::attendance::v1::{Confidence, Grade, Location, Record, VisitState};
use events::roster::v1::OutsidePunch;

use super::judge::{Case, Work, marked};
use super::minutes::minutes_of;
use super::overtime;
use super::reason;
use super::render;
use crate::presence::Mark;

/// Completes a record whose minutes are counted.
pub(super) fn finish(work: &mut Work<'_>, record: &mut Record) {
    let Case {
        instance,
        window,
        person,
        ..
    } = work.case;
    for (mark, flag) in [(Mark::TowerFlip, "tower-flip"), (Mark::Mock, "mock")] {
        if marked(&work.evidence, window, mark) || (mark == Mark::Mock && work.evidence.mock) {
            work.flag(flag);
        }
    }
    if work.case.facts.wrong_clock.iter().any(|at| window.contains(*at)) {
        work.flag("clock");
    }
    if work.layers.spills.0 && !instance.is_rest() {
        work.flag("on-site-before");
    }
    if work.layers.spills.1 && !instance.is_rest() {
        work.flag("on-site-after");
    }
    let foreign = work
        .layers
        .foreign
        .filter(|site| !work.case.roster.is_customer(*site));
    if foreign.is_some() && !work.layers.away.intersect(&work.scheduled).is_empty() {
        work.flag("foreign-site");
    }
    let left = work
        .layers
        .excursions
        .iter()
        .any(|excursion| excursion.counted && work.layers.arrival.is_some());
    if left && record.away > 0 {
        work.flag("left-area");
    }
    if record.worked_on_leave > 0 {
        work.flag("worked-on-leave");
    }
    if work.cover.lieu_short > 0 {
        work.flag("in-lieu-short");
    }
    if let Some(span) = person.policy.night {
        record.night = overtime::night(work, span);
    }
    let abnormal = !work.evidence.abnormal.is_empty();
    if abnormal {
        work.flag("location-abnormal");
        if person.policy.outside_punch == OutsidePunch::NeedsApproval {
            work.flag("needs-approval");
        }
    }
    let customer = [&work.layers.arrival, &work.layers.departure]
        .into_iter()
        .flatten()
        .any(|edge| work.case.roster.is_customer(edge.site));
    record.set_location(if abnormal {
        Location::Abnormal
    } else if customer {
        Location::ApprovedOutside
    } else if record.r#in.is_none() && record.worked > 0 {
        Location::Unverified
    } else if record.r#in.is_some() {
        Location::Normal
    } else {
        Location::Unspecified
    });
    let coarse = minutes_of(&work.labelled, |part| part.coarse);
    let weak = coarse > 0
        || abnormal
        || matches!(
            record.grade(),
            Grade::Unverified | Grade::MissingIn | Grade::MissingOut
        )
        || work.flags.iter().any(|flag| {
            matches!(
                flag.as_str(),
                "no-data" | "mock" | "conflict" | "clock" | "tower-flip"
            )
        })
        || record
            .visits
            .iter()
            .any(|visit| visit.state() == VisitState::Unverified);
    record.set_conf(if weak { Confidence::Low } else { Confidence::High });
    record.segments = render::segments(work);
    record.excursions = render::excursions(work);
    record.parts = render::parts(work);
    record.evidence = render::evidence(work);
    work.flags.sort_unstable();
    record.flags.clone_from(&work.flags);
    let (zh, en) = reason::explain(work, record);
    record.reason_zh = zh;
    record.reason_en = en;
}
