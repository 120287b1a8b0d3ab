//! Records for people and scripts: JSON with local times and the names of `docs/rosters.md`.

use std::collections::BTreeMap;

use events::Timestamp;
use events::attendance::v1 as pb;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// One line of JSON Lines; durations are minutes, times RFC 3339 with the offset of the record's zone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Line {
    pub person: String,
    pub name: String,
    pub day: String,
    pub index: u32,
    pub kind: String,
    pub shift: String,
    pub grade: String,
    pub r#in: Option<String>,
    pub out: Option<String>,
    pub late: u32,
    pub early: u32,
    pub worked: u32,
    pub away: u32,
    pub unknown: u32,
    pub leave_min: u32,
    pub trip_min: u32,
    pub ot: u32,
    pub ot_class: Option<String>,
    pub ot_classes: BTreeMap<String, u32>,
    pub ot_raw: u32,
    pub over_cap: u32,
    pub flags: Vec<String>,
    pub conf: String,
    pub finality: String,
    pub rev: u32,
    pub scheduled: u32,
    pub labels: Labels,
    pub pending: u32,
    pub short: u32,
    pub transit: u32,
    pub night: u32,
    pub worked_on_leave: u32,
    pub location: String,
    pub in_site: String,
    pub out_site: String,
    pub in_after: Option<String>,
    pub last_seen: Option<String>,
    pub due_in: Option<String>,
    pub due_out: Option<String>,
    pub shift_start: Option<String>,
    pub shift_end: Option<String>,
    pub zone: String,
    pub parts: Vec<Part>,
    pub segments: Vec<Segment>,
    pub excursions: Vec<Excursion>,
    pub visits: Vec<Visit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjustment: Option<Adjustment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Cycle>,
    pub evidence: Vec<String>,
    pub reason_zh: String,
    pub reason_en: String,
}

/// Scheduled minutes by label; they sum to `scheduled` less `pending`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Labels {
    pub leave: u32,
    pub trip: u32,
    pub outing: u32,
    pub present: u32,
    pub away: u32,
    pub unknown: u32,
    pub absent: u32,
}

/// A part that is judged by itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Part {
    pub name: String,
    pub grade: String,
    pub r#in: Option<String>,
    pub out: Option<String>,
    pub late: u32,
    pub early: u32,
    pub worked: u32,
    pub scheduled: u32,
}

/// Consecutive minutes of one label.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Segment {
    pub label: String,
    pub from: Option<String>,
    pub until: Option<String>,
    pub site: String,
    pub bridged: bool,
    pub coarse: bool,
    pub transit: bool,
}

/// A time outside.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Excursion {
    pub from: Option<String>,
    pub until: Option<String>,
    pub min: u32,
    pub counted: u32,
    pub farthest_m: f64,
    pub foreign_site: String,
}

/// What became of a planned visit.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Visit {
    pub site: String,
    pub state: String,
    pub arrived: Option<String>,
    pub left: Option<String>,
    pub late: u32,
}

/// Signed differences to a locked record.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Adjustment {
    pub month: String,
    pub from_grade: String,
    pub to_grade: String,
    pub worked: i32,
    pub late: i32,
    pub early: i32,
    pub away: i32,
    pub leave_min: i32,
    pub ot: i32,
}

/// Comprehensive hours of one cycle.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Cycle {
    pub from: String,
    pub until: String,
    pub standard: u32,
    pub worked: u32,
    pub statutory: u32,
    pub surplus: u32,
}

/// Name of a grade, as in `late` or `half-absent-AM`.
#[must_use]
pub fn grade(grade: pb::Grade) -> String {
    name(grade.as_str_name(), "GRADE_")
        .replace("-am", "-AM")
        .replace("-pm", "-PM")
}

/// A record as a line.
#[must_use]
pub fn line(record: &pb::Record) -> Line {
    let zone = TimeZone::get(&record.zone).unwrap_or(TimeZone::UTC);
    let at = |time: &Option<Timestamp>| time.as_ref().map(|time| local(time, &zone));
    let class = |part: &pb::Overtime| name(part.class().as_str_name(), "OVERTIME_CLASS_");
    let mut ot_classes = BTreeMap::new();
    for part in &record.overtime {
        *ot_classes.entry(class(part)).or_default() += part.min;
    }
    let labels = record.labels.unwrap_or_default();
    Line {
        person: record.person.clone(),
        name: record.person_name.clone(),
        day: record.day.clone(),
        index: record.index,
        kind: name(record.kind().as_str_name(), "RECORD_KIND_"),
        shift: record.shift.clone(),
        grade: grade(record.grade()),
        r#in: at(&record.r#in),
        out: at(&record.out),
        late: record.late,
        early: record.early,
        worked: record.worked,
        away: record.away,
        unknown: record.unknown,
        leave_min: record.leave_min,
        trip_min: record.trip_min,
        ot: record.ot,
        ot_class: record.overtime.first().map(class),
        ot_classes,
        ot_raw: record.ot_raw,
        over_cap: record.over_cap,
        flags: record.flags.clone(),
        conf: name(record.conf().as_str_name(), "CONFIDENCE_"),
        finality: name(record.finality().as_str_name(), "FINALITY_"),
        rev: record.rev,
        scheduled: record.scheduled,
        labels: Labels {
            leave: labels.leave,
            trip: labels.trip,
            outing: labels.outing,
            present: labels.present,
            away: labels.away,
            unknown: labels.unknown,
            absent: labels.absent,
        },
        pending: record.pending,
        short: record.short,
        transit: record.transit,
        night: record.night,
        worked_on_leave: record.worked_on_leave,
        location: name(record.location().as_str_name(), "LOCATION_"),
        in_site: record.in_site.clone(),
        out_site: record.out_site.clone(),
        in_after: at(&record.in_after),
        last_seen: at(&record.last_seen),
        due_in: at(&record.due_in),
        due_out: at(&record.due_out),
        shift_start: at(&record.shift_start),
        shift_end: at(&record.shift_end),
        zone: record.zone.clone(),
        parts: record.parts.iter().map(|part| self::part(part, &at)).collect(),
        segments: record
            .segments
            .iter()
            .map(|segment| self::segment(segment, &at))
            .collect(),
        excursions: record
            .excursions
            .iter()
            .map(|excursion| self::excursion(excursion, &at))
            .collect(),
        visits: record
            .visits
            .iter()
            .map(|visit| self::visit(visit, &at))
            .collect(),
        adjustment: record.adjustment.as_ref().map(adjustment),
        cycle: record.cycle.as_ref().map(cycle),
        evidence: record.evidence.clone(),
        reason_zh: record.reason_zh.clone(),
        reason_en: record.reason_en.clone(),
    }
}

fn part(part: &pb::Part, at: &impl Fn(&Option<Timestamp>) -> Option<String>) -> Part {
    Part {
        name: part.name.clone(),
        grade: grade(part.grade()),
        r#in: at(&part.r#in),
        out: at(&part.out),
        late: part.late,
        early: part.early,
        worked: part.worked,
        scheduled: part.scheduled,
    }
}

fn segment(segment: &pb::Segment, at: &impl Fn(&Option<Timestamp>) -> Option<String>) -> Segment {
    Segment {
        label: name(segment.label().as_str_name(), "LABEL_"),
        from: at(&segment.from),
        until: at(&segment.until),
        site: segment.site.clone(),
        bridged: segment.bridged,
        coarse: segment.coarse,
        transit: segment.transit,
    }
}

fn excursion(excursion: &pb::Excursion, at: &impl Fn(&Option<Timestamp>) -> Option<String>) -> Excursion {
    Excursion {
        from: at(&excursion.from),
        until: at(&excursion.until),
        min: excursion.min,
        counted: excursion.counted,
        farthest_m: excursion.farthest_m.round(),
        foreign_site: excursion.foreign_site.clone(),
    }
}

fn visit(visit: &pb::VisitResult, at: &impl Fn(&Option<Timestamp>) -> Option<String>) -> Visit {
    Visit {
        site: visit.site.clone(),
        state: name(visit.state().as_str_name(), "VISIT_STATE_"),
        arrived: at(&visit.arrived),
        left: at(&visit.left),
        late: visit.late,
    }
}

fn adjustment(adjustment: &pb::Adjustment) -> Adjustment {
    Adjustment {
        month: adjustment.month.clone(),
        from_grade: grade(adjustment.from_grade()),
        to_grade: grade(adjustment.to_grade()),
        worked: adjustment.worked,
        late: adjustment.late,
        early: adjustment.early,
        away: adjustment.away,
        leave_min: adjustment.leave_min,
        ot: adjustment.ot,
    }
}

fn cycle(cycle: &pb::Cycle) -> Cycle {
    Cycle {
        from: cycle.from.clone(),
        until: cycle.until.clone(),
        standard: cycle.standard,
        worked: cycle.worked,
        statutory: cycle.statutory,
        surplus: cycle.surplus,
    }
}

/// Lower case with dashes, without the prefix of the enum.
pub(crate) fn name(full: &str, prefix: &str) -> String {
    full.strip_prefix(prefix)
        .unwrap_or(full)
        .to_lowercase()
        .replace('_', "-")
}

/// RFC 3339 with the offset of the zone.
pub(crate) fn local(time: &Timestamp, zone: &TimeZone) -> String {
    let at = jiff::Timestamp::from_second(time.seconds).unwrap_or_default();
    at.display_with_offset(zone.to_offset(at)).to_string()
}
