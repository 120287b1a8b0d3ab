//! Parts of the record that show how the result came about.

use events::Timestamp;
use events::attendance::v1 as pb;

use super::evidence::UNNAMED_SITE;
use super::judge::Work;
use super::span::Span;
use crate::presence::Origin;
use crate::roster::SiteId;

/// Most ids of evidence in one record.
const MOST_EVIDENCE: usize = 24;

pub(super) fn timestamp(seconds: i64) -> Timestamp {
    Timestamp { seconds, nanos: 0 }
}

pub(super) fn site(work: &Work<'_>, id: SiteId) -> String {
    if id == UNNAMED_SITE {
        return String::new();
    }
    work.case
        .roster
        .site(id)
        .map_or_else(String::new, |site| site.id.to_string())
}

pub(super) fn segments(work: &Work<'_>) -> Vec<pb::Segment> {
    work.labelled
        .iter()
        .map(|part| pb::Segment {
            label: part.label.into(),
            from: Some(timestamp(part.span.from)),
            until: Some(timestamp(part.span.to)),
            site: part.site.map_or_else(String::new, |id| site(work, id)),
            bridged: part.bridged,
            coarse: part.coarse,
            transit: part.transit,
        })
        .collect()
}

pub(super) fn excursions(work: &Work<'_>) -> Vec<pb::Excursion> {
    let away = |span: Span| {
        work.labelled
            .iter()
            .filter(|part| part.label == pb::Label::Away)
            .map(|part| part.span.clip(span).seconds())
            .sum::<i64>()
    };
    let mut excursions: Vec<_> = work.layers.excursions.clone();
    excursions.sort_by_key(|excursion| excursion.span);
    excursions
        .iter()
        .map(|excursion| pb::Excursion {
            from: Some(timestamp(excursion.span.from)),
            until: Some(timestamp(excursion.span.to)),
            min: minutes(excursion.span.seconds()),
            counted: if excursion.counted {
                minutes(away(excursion.span))
            } else {
                0
            },
            farthest_m: f64::from(excursion.farthest_m),
            foreign_site: excursion.foreign.map_or_else(String::new, |id| site(work, id)),
        })
        .collect()
}

fn minutes(seconds: i64) -> u32 {
    u32::try_from(seconds / 60).unwrap_or(0)
}

/// Parts that are judged each by itself; nothing for a shift that is judged as a whole.
pub(super) fn parts(work: &Work<'_>) -> Vec<pb::Part> {
    if work.parts.len() < 2 {
        return Vec::new();
    }
    work.parts
        .iter()
        .map(|part| pb::Part {
            name: part.name.clone(),
            grade: part.grade.into(),
            r#in: part.arrival.map(|edge| timestamp(edge.at)),
            out: part
                .departure
                .filter(|_| !part.missing.1)
                .map(|edge| timestamp(edge.at)),
            late: part.late,
            early: part.early,
            worked: part.worked,
            scheduled: part.scheduled,
        })
        .collect()
}

/// The sightings at which something changes, and the approvals used.
pub(super) fn evidence(work: &Work<'_>) -> Vec<String> {
    let window = work.case.window;
    let mut moments: Vec<i64> = work
        .pieces
        .iter()
        .filter(|piece| piece.span.meets(window) || piece.span.is_empty())
        .flat_map(|piece| [piece.span.from, piece.span.to])
        .filter(|at| window.from <= *at && *at <= window.to)
        .collect();
    moments.sort_unstable();
    moments.dedup();
    let mut ids: Vec<String> = Vec::new();
    let mut coming = moments.iter().peekable();
    for sighting in &work.evidence.cleaned.sightings {
        while coming.next_if(|moment| **moment < sighting.at).is_some() {}
        let begins = coming.peek().is_some_and(|moment| **moment == sighting.at);
        let ends = || sighting.until != sighting.at && moments.binary_search(&sighting.until).is_ok();
        if !begins && !ends() {
            continue;
        }
        ids.push(id(work, sighting.origin, sighting.at));
    }
    ids.extend(
        work.evidence
            .abnormal
            .iter()
            .map(|claim| id(work, claim.origin, claim.at)),
    );
    ids.dedup();
    // The ends say most: of many changes the first and the last are kept.
    if ids.len() > MOST_EVIDENCE {
        let tail = ids.split_off(ids.len() - MOST_EVIDENCE / 2);
        ids.truncate(MOST_EVIDENCE / 2);
        ids.extend(tail);
    }
    ids.extend(work.cover.ids.iter().cloned());
    ids
}

fn id(work: &Work<'_>, origin: Origin, at: i64) -> String {
    let facts = work.case.facts;
    match origin {
        Origin::Fix(device) => {
            let time = jiff::Timestamp::from_second(at).unwrap_or_default();
            format!("position/{}/{time}", facts.device_name(device))
        }
        Origin::Presence(number) => {
            let told = facts.presences.get(usize::from(number));
            format!("presence/{}", told.map_or("", |told| &told.id))
        }
        Origin::Punch(number) => {
            let punch = facts.punches.get(usize::from(number));
            format!("punch/{}", punch.map_or("", |punch| &punch.id))
        }
    }
}
