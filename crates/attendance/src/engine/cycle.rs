//! Comprehensive hours: overtime is what a whole cycle has beyond its standard.

use events::attendance::v1::{self as pb, Confidence, Grade, OvertimeClass, Record, RecordKind};
use events::roster::v1::CycleLength;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::carry::Carry;
use crate::roster::Person;
use crate::roster::when::day;
use crate::schedule::is_standard_work_day;

/// First and last day of the cycle that holds `of`.
pub(super) fn bounds(length: CycleLength, of: Date) -> (Date, Date) {
    let months: i8 = match length {
        CycleLength::Month => 1,
        CycleLength::Quarter | CycleLength::Unspecified => 3,
        CycleLength::Year => 12,
    };
    let first_month = (of.month() - 1) / months * months + 1;
    let first = Date::new(of.year(), first_month, 1).unwrap_or(of);
    (
        first,
        first
            .saturating_add(i64::from(months).months())
            .saturating_sub(1.day()),
    )
}

/// The last day of a cycle on which the person was employed.
pub(super) fn last_day(person: &Person, until: Date) -> Date {
    if person.employed_until == i64::MAX {
        return until;
    }
    until.min(day(person.employed_until - 1, &person.zone))
}

/// What the cycle came to, by what its last day hands on.
pub(super) fn record(
    person: &Person,
    length: CycleLength,
    day_min: u32,
    of: Date,
    carry: &Carry,
    now: i64,
) -> Record {
    let (from, until) = bounds(length, of);
    let last = last_day(person, until);
    let cut = last < until;
    let first = if person.employed_from == i64::MIN {
        from
    } else {
        from.max(day(person.employed_from, &person.zone))
    };
    let work_days = first
        .series(1.day())
        .take_while(|date| *date <= last)
        .filter(|date| is_standard_work_day(person, *date, now))
        .count();
    let standard = u32::try_from(work_days).unwrap_or(0) * day_min;
    let (worked, statutory) = (carry.cycle_worked_min, carry.cycle_statutory_min);
    // Statutory hours are paid apart: they are not counted a second time in the surplus.
    let surplus = (worked - statutory.min(worked)).saturating_sub(standard);
    let class = if cut {
        OvertimeClass::CycleCut
    } else {
        OvertimeClass::Cycle
    };
    let overtime: Vec<pb::Overtime> = [(class, surplus), (OvertimeClass::Statutory, statutory)]
        .into_iter()
        .filter(|(_, min)| *min > 0)
        .map(|(class, min)| pb::Overtime {
            class: class.into(),
            min,
            time_off: false,
        })
        .collect();
    let hours = |minutes: u32| (f64::from(minutes) / 6.0).round() / 10.0;
    let ot = surplus + statutory;
    Record {
        person: person.id.to_string(),
        person_name: person.name.clone(),
        day: last.to_string(),
        kind: RecordKind::Cycle.into(),
        shift: "cycle".into(),
        grade: Grade::Normal.into(),
        scheduled: standard,
        worked,
        ot,
        overtime,
        flags: if cut { vec!["cycle-cut".into()] } else { Vec::new() },
        conf: Confidence::High.into(),
        zone: person.zone.iana_name().unwrap_or("UTC").to_owned(),
        cycle: Some(pb::Cycle {
            from: from.to_string(),
            until: until.to_string(),
            standard,
            worked,
            statutory,
            surplus: ot,
        }),
        reason_zh: format!(
            "{from}至{last}综合工时周期：标准{}小时，实际{}小时，其中法定节假日{}小时；超出标准{}小时。",
            hours(standard),
            hours(worked),
            hours(statutory),
            hours(surplus)
        ),
        reason_en: format!(
            "Cycle {from} to {last}: standard {} h, worked {} h, of which {} h on statutory holidays; {} h beyond the standard.",
            hours(standard),
            hours(worked),
            hours(statutory),
            hours(surplus)
        ),
        ..Record::default()
    }
}
