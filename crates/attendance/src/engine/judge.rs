//! One shift of one person: from evidence to a record.

use events::attendance::v1::{Confidence, Finality, Grade, Label, Record, RecordKind};
use events::roster::v1::{Coarse, ShiftKind};

use super::carry::Carry;
use super::cover::{Cover, cover};
use super::evidence::{Evidence, gather};
use super::facts::Facts;
use super::finish;
use super::flexible;
use super::grade;
use super::layers::{Layers, layers};
use super::minutes::{Labelled, label, length, minutes_of, sums};
use super::overtime::{self, Overtime};
use super::part::{Verdict, verdict};
use super::render;
use super::span::{Span, Spans};
use super::visits;
use crate::presence::{Mark, Piece, timeline};
use crate::roster::{Person, Roster};
use crate::schedule::Instance;

/// Everything one shift is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// Definitions.
    pub roster: &'a Roster,
    /// Whose shift.
    pub person: &'a Person,
    /// What is known.
    pub facts: &'a Facts,
    /// The shift.
    pub instance: &'a Instance,
    /// Evidence in here belongs to it.
    pub window: Span,
    /// The time of judging, Unix seconds.
    pub now: i64,
    /// True when no more data is waited for.
    pub closed: bool,
}

/// What the parts of the engine hand each other about one shift.
pub(super) struct Work<'a> {
    pub(super) case: Case<'a>,
    pub(super) scheduled: Spans,
    pub(super) cover: Cover,
    pub(super) evidence: Evidence,
    pub(super) pieces: Vec<Piece>,
    /// Of the whole shift.
    pub(super) layers: Layers,
    pub(super) parts: Vec<Verdict>,
    pub(super) labelled: Vec<Labelled>,
    pub(super) flags: Vec<String>,
}

/// Judges one shift. `carry` is what the days before handed on and becomes what this day hands on.
#[must_use]
pub fn judge(case: Case<'_>, carry: &mut Carry) -> Record {
    let Case {
        person,
        instance,
        window,
        now,
        ..
    } = case;
    let mut evidence = gather(case.roster, person, case.facts, instance, window, now);
    let conflict = marked(&evidence, window, Mark::Conflict);
    if conflict {
        evidence.cleaned.sightings.clear();
    }
    let pieces = timeline(&evidence.cleaned.sightings, &person.policy);
    let scheduled = due(case, &pieces, carry);
    let cover = cover(person, instance, &scheduled, carry, now);
    let mut whole = layers(
        &pieces,
        window,
        instance.span,
        now < instance.span.to,
        &cover,
        &person.policy,
    );
    claims(&evidence, window, &mut whole);
    let mut work = Work {
        case,
        scheduled,
        cover,
        evidence,
        pieces,
        layers: whole,
        parts: Vec::new(),
        labelled: Vec::new(),
        flags: Vec::new(),
    };

    let mut record = Record {
        person: person.id.to_string(),
        person_name: person.name.clone(),
        day: instance.day.to_string(),
        kind: RecordKind::Shift.into(),
        shift: instance
            .shift
            .as_ref()
            .map_or_else(|| "rest".to_owned(), |shift| shift.id.to_string()),
        zone: instance.zone.iana_name().unwrap_or("UTC").to_owned(),
        shift_start: Some(render::timestamp(instance.span.from)),
        shift_end: Some(render::timestamp(instance.span.to)),
        finality: Finality::Provisional.into(),
        ..Record::default()
    };
    match instance.kind() {
        _ if instance.is_rest() => rest(&work, &mut record),
        ShiftKind::Fixed | ShiftKind::Unspecified => fixed(&mut work, &mut record),
        ShiftKind::Flexible | ShiftKind::Unfixed | ShiftKind::Free => flexible::judge(&mut work, &mut record),
    }
    if conflict {
        work.flag("conflict");
        record.set_grade(Grade::Unverified);
    }
    let overtime = overtime::count(&work, &record, carry);
    note_overtime(&mut work, &mut record, &overtime);
    record.visits = visits::results(&work);
    finish::finish(&mut work, &mut record);
    hand_on(&work, &record, &overtime, carry);
    record
}

impl Work<'_> {
    pub(super) fn flag(&mut self, name: &str) {
        if !self.flags.iter().any(|flag| flag == name) {
            self.flags.push(name.to_owned());
        }
    }

    /// True when coarse positions count as worked.
    pub(super) fn counts_coarse(&self) -> bool {
        self.case.person.policy.coarse == Coarse::Count
    }
}

pub(super) fn marked(evidence: &Evidence, window: Span, wanted: Mark) -> bool {
    evidence
        .cleaned
        .marks
        .iter()
        .any(|(at, mark)| *mark == wanted && window.contains(*at))
}

/// From a punch away from all sites to the first sure presence, and from the last to such a punch, nobody knows: it
/// waits for approval.
fn claims(evidence: &Evidence, window: Span, layers: &mut Layers) {
    let claim = |is_in: bool| {
        evidence
            .abnormal
            .iter()
            .filter(move |claim| claim.is_in == is_in)
            .map(|claim| claim.at)
    };
    let (first, last) = (claim(true).min(), claim(false).max());
    let arrival = layers.arrival.map(|edge| edge.at).or(last).unwrap_or(window.to);
    let departure = layers
        .departure
        .map(|edge| edge.at)
        .or(first)
        .unwrap_or(window.from);
    let before = first.map(|at| Span::new(at, arrival));
    let after = last.map(|at| Span::new(departure, at));
    let claimed: Spans = before.into_iter().chain(after).collect();
    layers.unknown = layers.unknown.union(&claimed);
}

/// The scheduled time as it is due today: moved by come-later-leave-later, begun later after a long night.
fn due(case: Case<'_>, pieces: &[Piece], carry: &Carry) -> Spans {
    let instance = case.instance;
    let policy = &case.person.policy;
    let mut scheduled = instance.scheduled.clone();
    let flex = instance
        .shift
        .as_ref()
        .map_or(0, |shift| i64::from(shift.flex_min) * 60);
    if flex > 0
        && let Some(arrival) = pieces.iter().find(|piece| {
            matches!(piece.state, crate::presence::State::In(_)) && piece.span.to >= case.window.from
        })
    {
        let later = (arrival.span.from - instance.span.from)
            .clamp(0, flex)
            .div_euclid(60)
            * 60;
        let moved: Spans = instance
            .parts
            .iter()
            .map(|(_, span)| Span::new(span.from + later, span.to + later))
            .collect();
        scheduled = moved.subtract(&instance.breaks);
    }
    if carry.late_night == Some(instance.day) {
        let from = instance.span.from + i64::from(policy.late_allowance_min) * 60;
        scheduled = scheduled.within(Span::new(from, i64::MAX));
    }
    scheduled
}

/// A day without a shift: only overtime can be on it.
fn rest(work: &Work<'_>, record: &mut Record) {
    record.set_grade(Grade::Rest);
    record.set_conf(Confidence::High);
    if let Some((arrival, departure)) = work.layers.arrival.zip(work.layers.departure) {
        record.r#in = Some(render::timestamp(arrival.at.max(work.case.window.from)));
        record.out = Some(render::timestamp(departure.at));
        record.in_site = render::site(work, arrival.site);
        record.out_site = render::site(work, departure.site);
    }
}

fn fixed(work: &mut Work<'_>, record: &mut Record) {
    let Case {
        instance,
        window,
        now,
        ..
    } = work.case;
    let came = work.scheduled.within(Span::new(i64::MIN, now));
    let mut parts = Vec::new();
    if instance.parts.len() > 1 {
        for (number, (name, span)) in instance.parts.iter().enumerate() {
            let cut = part_window(instance, number, window);
            let own = layers(
                &work.pieces,
                cut,
                *span,
                now < span.to,
                &work.cover,
                &work.case.person.policy,
            );
            let scheduled = work.scheduled.within(*span);
            let came = came.within(*span);
            let labelled = label(&came, &work.cover, &own, work.counts_coarse());
            parts.push(verdict(work, name, &own, &scheduled, labelled));
            work.layers
                .excursions
                .retain(|excursion| !excursion.span.meets(cut));
            work.layers.excursions.extend(own.excursions);
        }
    } else {
        let labelled = label(&came, &work.cover, &work.layers, work.counts_coarse());
        parts.push(verdict(work, "", &work.layers, &work.scheduled, labelled));
    }
    work.labelled = parts
        .iter()
        .flat_map(|part| part.labelled.iter().copied())
        .collect();
    work.parts = parts;
    let labels = sums(&work.labelled);
    record.scheduled = work
        .scheduled
        .as_slice()
        .iter()
        .map(|span| length(&Labelled::plain(*span)))
        .sum();
    record.pending = record.scheduled.saturating_sub(super::minutes::total(&labels));
    record.late = work.parts.iter().map(|part| part.late).sum();
    record.early = work.parts.iter().map(|part| part.early).sum();
    record.worked = labels.present + labels.outing;
    record.away = labels.away;
    record.unknown = labels.unknown + minutes_of(&work.labelled, |part| part.bridged);
    record.leave_min = labels.leave;
    record.trip_min = labels.trip;
    record.transit = minutes_of(&work.labelled, |part| part.transit);
    record.labels = Some(labels);
    record.worked_on_leave = {
        let leave = work.cover.leave.intersect(&work.scheduled);
        let there: Spans = work.layers.at_sites.iter().map(|(span, _)| *span).collect();
        there.intersect(&leave).minutes()
    };
    record.short = u32::try_from(work.cover.lieu_short / 60).unwrap_or(0);
    let due = work.scheduled.subtract(&work.cover.excused());
    record.due_in = due.start().map(render::timestamp);
    record.due_out = due.end().map(render::timestamp);
    grade::whole(work, record);
}

/// Where the evidence for one part of a shift ends and that for the next begins: the middle between them.
fn part_window(instance: &Instance, number: usize, window: Span) -> Span {
    let border = |earlier: usize| {
        let (one, other) = (instance.parts.get(earlier)?, instance.parts.get(earlier + 1)?);
        Some(i64::midpoint(one.1.to, other.1.from))
    };
    let from = number.checked_sub(1).and_then(border).unwrap_or(window.from);
    Span::new(from, border(number).unwrap_or(window.to))
}

fn note_overtime(work: &mut Work<'_>, record: &mut Record, overtime: &Overtime) {
    record.ot = overtime.minutes;
    record.ot_raw = overtime.raw;
    record.overtime.clone_from(&overtime.classes);
    record.over_cap = overtime.over_cap;
    if overtime.over_cap > 0 {
        work.flag("over-cap");
    }
}

fn hand_on(work: &Work<'_>, record: &Record, overtime: &Overtime, carry: &mut Carry) {
    carry.overtime_min += record.ot;
    carry.time_off_min += overtime.time_off;
    carry.time_off_min = carry
        .time_off_min
        .saturating_sub(u32::try_from(work.cover.lieu_taken / 60).unwrap_or(0));
    carry.late_night = overtime
        .late_night
        .then(|| crate::roster::next_day(work.case.instance.day));
    let statutory = work.case.instance.class == crate::schedule::DayClass::Statutory;
    let worked = if work.case.instance.is_rest() {
        overtime.raw
    } else {
        record.worked
    };
    carry.cycle_worked_min += worked;
    if statutory {
        carry.cycle_statutory_min += worked;
    }
}

/// Minutes with a given label, for the parts that ask.
pub(super) fn has(labelled: &[Labelled], wanted: Label) -> bool {
    labelled.iter().any(|part| part.label == wanted)
}
