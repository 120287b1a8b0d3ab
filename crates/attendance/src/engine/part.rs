//! One judged part of a shift: late, early, unseen.

use events::attendance::v1::{Grade, Label};

use super::cover::Cover;
use super::judge::{Work, has};
use super::layers::{Edge, Layers};
use super::minutes::{Labelled, minutes_of};
use super::span::Spans;
use crate::presence::Piece;
use crate::presence::State;

/// What one part of a shift came to.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) name: String,
    pub(super) grade: Grade,
    pub(super) arrival: Option<Edge>,
    pub(super) departure: Option<Edge>,
    /// When presence was due, from and until.
    pub(super) due: (Option<i64>, Option<i64>),
    pub(super) late: u32,
    pub(super) early: u32,
    /// The arrival was not seen and could have been in time; the same for the departure.
    pub(super) missing: (bool, bool),
    pub(super) worked: u32,
    pub(super) scheduled: u32,
    pub(super) labelled: Vec<Labelled>,
}

pub(super) fn verdict(
    work: &Work<'_>,
    name: &str,
    layers: &Layers,
    scheduled: &Spans,
    labelled: Vec<Labelled>,
) -> Verdict {
    let policy = &work.case.person.policy;
    let due = due(&work.cover, scheduled, layers);
    let arrival = claimed(work, layers.arrival, true, scheduled);
    let departure = claimed(work, layers.departure, false, scheduled);
    let mut verdict = Verdict {
        name: name.to_owned(),
        grade: Grade::Normal,
        arrival,
        departure,
        due: (due.start(), due.end()),
        late: 0,
        early: 0,
        missing: (false, false),
        worked: minutes_of(&labelled, |part| {
            matches!(part.label, Label::Present | Label::Outing)
        }),
        scheduled: scheduled.minutes(),
        labelled,
    };
    // Whoever is out on approval is at work: only what was agreed on with the visit is late there.
    let on_duty = due.subtract(&work.cover.outing);
    let out_at = |at: Option<i64>, on_duty: Option<i64>| at.is_some() && at != on_duty;
    let (out_first, out_last) = (
        out_at(due.start(), on_duty.start()),
        out_at(due.end(), on_duty.end()),
    );
    if let (Some(arrival), Some(due_in)) = (arrival, due.start().filter(|_| !out_first)) {
        // After leave the arrival that counts is the one after it.
        let at = if Some(due_in) == scheduled.start() {
            arrival.sure
        } else {
            back_by(work, due_in).unwrap_or(arrival.sure)
        };
        let late = beyond(at - due_in, policy.late_grace_min);
        match arrival.between.filter(|_| late > 0 && at == arrival.sure) {
            Some(after) if after <= due_in + i64::from(policy.late_grace_min) * 60 => {
                verdict.missing.0 = true
            }
            Some(after) => verdict.late = minutes(after - due_in),
            None => verdict.late = late,
        }
    }
    if let (Some(departure), Some(due_out)) = (departure, due.end().filter(|_| !out_last))
        && work.case.now >= due_out
        && (work.case.closed || departure.between.is_none())
    {
        let at = if Some(due_out) == scheduled.end() {
            departure.at
        } else {
            gone_by(work, due_out).unwrap_or(departure.at)
        };
        let early = beyond(due_out - at, policy.early_grace_min);
        match departure.between.filter(|_| early > 0 && at == departure.at) {
            Some(before) if before >= due_out - i64::from(policy.early_grace_min) * 60 => {
                verdict.missing.1 = true
            }
            Some(before) => verdict.early = minutes(due_out - before),
            None => verdict.early = early,
        }
    }
    // At another place of the firm until the end is away, not early.
    if layers.foreign.is_some() && has(&verdict.labelled, Label::Away) && ends_away(&verdict.labelled) {
        verdict.early = 0;
    }
    verdict.grade = grade(&verdict, layers, policy);
    verdict
}

fn ends_away(labelled: &[Labelled]) -> bool {
    labelled.last().is_some_and(|part| part.label == Label::Away)
}

/// When presence is due: not on leave or a trip; not on an outing on which the person was never seen.
fn due(cover: &Cover, scheduled: &Spans, layers: &Layers) -> Spans {
    let due = scheduled.subtract(&cover.excused());
    let unseen = due.subtract(&cover.outing);
    let seen_out = layers
        .arrival
        .is_some_and(|arrival| cover.outing.as_slice().iter().any(|span| arrival.sure < span.to));
    if seen_out && !unseen.is_empty() {
        due
    } else {
        unseen
    }
}

/// A punch away from all sites still says when, where the policy lets it.
fn claimed(work: &Work<'_>, seen: Option<Edge>, is_in: bool, scheduled: &Spans) -> Option<Edge> {
    use events::roster::v1::OutsidePunch;
    if work.case.person.policy.outside_punch == OutsidePunch::Ignore {
        return seen;
    }
    let bounds = scheduled.start().zip(scheduled.end())?;
    let middle = i64::midpoint(bounds.0, bounds.1);
    let claims = work
        .evidence
        .abnormal
        .iter()
        .filter(|claim| claim.is_in == is_in && (claim.at <= middle) == is_in)
        .map(|claim| claim.at);
    let claim = if is_in { claims.min() } else { claims.max() };
    let edge = |at: i64| Edge {
        at,
        sure: at,
        site: super::evidence::UNNAMED_SITE,
        between: None,
    };
    match (seen, claim) {
        (None, Some(at)) => Some(edge(at)),
        (Some(seen), Some(at)) if (is_in && at < seen.at) || (!is_in && at > seen.at) => Some(edge(at)),
        (seen, _) => seen,
    }
}

/// The first moment at an own site that reaches beyond `due`.
fn back_by(work: &Work<'_>, due: i64) -> Option<i64> {
    inside(work)
        .find(|piece| piece.span.to > due)
        .map(|piece| piece.span.from.max(work.case.window.from))
}

/// The last moment at an own site that began before `due`.
fn gone_by(work: &Work<'_>, due: i64) -> Option<i64> {
    inside(work)
        .filter(|piece| piece.span.from < due)
        .last()
        .map(|piece| piece.span.to)
}

fn inside<'a>(work: &'a Work<'_>) -> impl Iterator<Item = &'a Piece> {
    work.pieces
        .iter()
        .filter(|piece| matches!(piece.state, State::In(_)) && piece.span.meets(work.case.window))
}

/// Minutes of `seconds` when they are more than the grace: inside it nothing is counted, beyond it everything.
fn beyond(seconds: i64, grace_min: u32) -> u32 {
    if seconds > i64::from(grace_min) * 60 {
        minutes(seconds)
    } else {
        0
    }
}

fn minutes(seconds: i64) -> u32 {
    u32::try_from(seconds.max(0) / 60).unwrap_or(u32::MAX)
}

fn grade(verdict: &Verdict, layers: &Layers, policy: &crate::roster::Policy) -> Grade {
    let came = verdict.arrival.is_some() || !layers.coarse.is_empty();
    if !came && verdict.worked == 0 {
        return Grade::Absent;
    }
    if verdict.late > policy.half_absent_min || verdict.early > policy.half_absent_min {
        return Grade::Absent;
    }
    match () {
        () if verdict.missing.0 => Grade::MissingIn,
        () if verdict.missing.1 => Grade::MissingOut,
        () if verdict.late > policy.serious_late_min => Grade::SeriousLate,
        () if verdict.late > 0 => Grade::Late,
        () if verdict.early > 0 => Grade::Early,
        () => Grade::Normal,
    }
}
