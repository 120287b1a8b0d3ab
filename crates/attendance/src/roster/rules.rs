use events::roster::v1 as pb;

use super::when::minutes;
use super::{Policy, Problem, Sourced};

/// The policy with defaults where nothing is said; values that cannot be are named and take their default.
pub(super) fn policy(written: &Sourced<pb::Policy>, problems: &mut Vec<Problem>) -> Policy {
    let given = &written.value;
    let default = Policy::default();
    let mut refuse = |field: &str, text: String| {
        let text = format!("policy {}: {field}: {text}; the default is used", given.id);
        problems.push(written.at.problem(field, text).harmless());
    };
    let night = given
        .night
        .as_ref()
        .and_then(|night| match (minutes(&night.start), minutes(&night.end)) {
            (Ok(start), Ok(end)) => Some((start, if end <= start { end + 1440 } else { end })),
            (Err(error), _) | (_, Err(error)) => {
                refuse("night", error.to_string());
                None
            }
        });
    let lock_day = given.lock_day.unwrap_or(default.lock_day);
    let lock_day = if lock_day > 28 {
        refuse(
            "lock_day",
            format!("expected a day from 1 to 28, or 0 for never, found {lock_day}"),
        );
        default.lock_day
    } else {
        lock_day
    };
    let p_in = given.p_in.unwrap_or(default.p_in);
    let p_in = if (0.5..1.0).contains(&p_in) {
        p_in
    } else {
        refuse(
            "p_in",
            format!("expected a probability from 0.5 to below 1, found {p_in}"),
        );
        default.p_in
    };
    let unit = given
        .overtime_unit_min
        .unwrap_or(default.overtime_unit_min)
        .max(1);
    let cycle = given.cycle.as_ref().map(|cycle| {
        let length = match cycle.length() {
            pb::CycleLength::Unspecified => pb::CycleLength::Quarter,
            length => length,
        };
        (length, cycle.day_min.unwrap_or(480))
    });
    Policy {
        late_grace_min: given.late_grace_min.unwrap_or(default.late_grace_min),
        early_grace_min: given.early_grace_min.unwrap_or(default.early_grace_min),
        serious_late_min: given.serious_late_min.unwrap_or(default.serious_late_min),
        half_absent_min: given.half_absent_min.unwrap_or(default.half_absent_min),
        away_min: given.away_min.unwrap_or(default.away_min),
        bridge_min: given.bridge_min.unwrap_or(default.bridge_min),
        continuity_min: given.continuity_min.unwrap_or(default.continuity_min),
        transit_max_min: given.transit_max_min.unwrap_or(default.transit_max_min),
        visit_min: given.visit_min.unwrap_or(default.visit_min),
        coarse: match given.coarse() {
            pb::Coarse::Unspecified => default.coarse,
            coarse => coarse,
        },
        outside_punch: match given.outside_punch() {
            pb::OutsidePunch::Unspecified => default.outside_punch,
            punch => punch,
        },
        overtime: match given.overtime() {
            pb::OvertimeBasis::Unspecified => default.overtime,
            basis => basis,
        },
        overtime_tolerance_min: given
            .overtime_tolerance_min
            .unwrap_or(default.overtime_tolerance_min),
        daily_standard_min: given.daily_standard_min.unwrap_or(default.daily_standard_min),
        overtime_cap_min: given.overtime_cap_min.unwrap_or(default.overtime_cap_min),
        overtime_unit_min: unit,
        late_allowance_min: given.late_allowance_min.unwrap_or(default.late_allowance_min),
        travel_allowance_min: given.travel_allowance_min.unwrap_or(default.travel_allowance_min),
        night,
        final_after_h: given.final_after_h.unwrap_or(default.final_after_h),
        lock_day,
        cycle,
        p_in,
        out_dwell_s: given.out_dwell_s.unwrap_or(default.out_dwell_s),
    }
}
