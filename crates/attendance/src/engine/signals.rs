//! What someone may want to act on while a shift runs.

use events::attendance::v1::{Record, Signal, SignalKind};

use super::render::timestamp;
use crate::roster::{Person, Policy};

/// A signal later than this is no help any more, seconds.
const MATTERS_S: i64 = 600;

/// The signals that a running shift gives now and has not given before; `given` remembers their ids.
pub(super) fn due(person: &Person, record: &Record, given: &mut Vec<String>, now: i64) -> Vec<Signal> {
    let policy: &Policy = &person.policy;
    let mut signals = Vec::new();
    let over = record
        .shift_end
        .as_ref()
        .is_none_or(|end| now >= end.seconds + MATTERS_S);
    if over {
        return signals;
    }
    let mut give = |kind: SignalKind, since: i64, from: i64, zh: String, en: String| {
        let id = events::id::deterministic(&[
            b"attendance-signal",
            record.person.as_bytes(),
            record.day.as_bytes(),
            kind.as_str_name().as_bytes(),
            &since.to_be_bytes(),
        ])
        .to_string();
        if !(from..=from + MATTERS_S).contains(&now) || given.contains(&id) {
            return;
        }
        given.push(id.clone());
        signals.push(Signal {
            event_id: id,
            person: record.person.clone(),
            day: record.day.clone(),
            index: record.index,
            kind: kind.into(),
            since: Some(timestamp(since)),
            observed_at: Some(timestamp(now)),
            text_zh: zh,
            text_en: en,
        });
    };
    let name = &person.name;
    if let Some(due) = record.due_in.as_ref().map(|at| at.seconds) {
        let late_from = due + i64::from(policy.late_grace_min) * 60 + 1;
        match &record.r#in {
            None => give(
                SignalKind::NotArrived,
                due,
                late_from,
                format!("{name}尚未到岗"),
                format!("{name} has not arrived"),
            ),
            Some(at) if record.late > 0 => give(
                SignalKind::ArrivedLate,
                at.seconds,
                at.seconds,
                format!("{name}已到岗，迟到{}分钟", record.late),
                format!("{name} arrived {} min late", record.late),
            ),
            Some(_) => {}
        }
    }
    for excursion in record
        .excursions
        .iter()
        .filter(|excursion| excursion.counted > 0 && record.r#in.is_some())
    {
        let Some(since) = excursion.from.as_ref().map(|at| at.seconds) else {
            continue;
        };
        let from = since + i64::from(policy.away_min) * 60 + 1;
        give(
            SignalKind::LeftArea,
            since,
            from,
            format!("{name}离开工作区域已超过{}分钟", policy.away_min),
            format!(
                "{name} has been outside the work area for more than {} min",
                policy.away_min
            ),
        );
    }
    signals
}
