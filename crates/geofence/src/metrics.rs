//! Metrics of the geofence consumer, each declared once.

use std::time::Duration;

use metrics::{counter, gauge, histogram};
use runtime::metrics::{Declaration, Unit};

use crate::engine::{Kind, Taken};

/// Every metric of the geofence consumer.
pub const ALL: &[Declaration] = &[
    FIXES,
    ABSENT,
    REFUSED,
    EVALUATION,
    EVENTS,
    WITHDRAWN,
    FENCES,
    SIDE,
    DEVICES,
    DEFINITIONS_REFUSED,
];

const FIXES: Declaration = Declaration::counter(
    "milepost_geofence_fixes_total",
    Unit::Count,
    &["taken"],
    "Fixes: in order, late and taken in at their place, repeated, or outranked by a better one of the same time.",
);
const ABSENT: Declaration = Declaration::counter(
    "milepost_geofence_positions_without_fix_total",
    Unit::Count,
    &[],
    "Positions in which the device says that it has no fix; they are evidence of nothing.",
);
const REFUSED: Declaration = Declaration::counter(
    "milepost_geofence_fixes_refused_total",
    Unit::Count,
    &["reason"],
    "Fixes that were no evidence; each is in the topic rejects.",
);
const EVALUATION: Declaration = Declaration::work(
    "milepost_geofence_eval_seconds",
    &[],
    "Time to hold a fix against all fences and publish what follows, of one fix in 64.",
);
const EVENTS: Declaration = Declaration::counter(
    "milepost_geofence_events_total",
    Unit::Count,
    &["kind"],
    "Records of fence events published, corrections included.",
);
const WITHDRAWN: Declaration = Declaration::counter(
    "milepost_geofence_events_withdrawn_total",
    Unit::Count,
    &["kind"],
    "Fence events taken back because late fixes spoke against them.",
);
const FENCES: Declaration = Declaration::gauge(
    "milepost_geofence_fences",
    Unit::Count,
    &[],
    "Fences that hold now.",
);
const SIDE: Declaration = Declaration::gauge(
    "milepost_geofence_index_edits",
    Unit::Count,
    &[],
    "Edits that the index carries beside its main tree until the next rebuild.",
);
const DEVICES: Declaration = Declaration::gauge(
    "milepost_geofence_devices",
    Unit::Count,
    &["partition"],
    "Devices with state.",
);
const DEFINITIONS_REFUSED: Declaration = Declaration::counter(
    "milepost_geofence_definitions_refused_total",
    Unit::Count,
    &["reason"],
    "Definitions of fences and bindings that could not be used; each is in the topic rejects.",
);

/// The consumer begins. A counter that is not there before the first event hides it: Prometheus sees no increase.
pub(crate) fn begin() {
    for kind in Kind::ALL {
        for metric in [&EVENTS, &WITHDRAWN] {
            counter!(metric.name, "kind" => kind.name()).increment(0);
        }
    }
    for reason in ["late", "future", "field"] {
        counter!(REFUSED.name, "reason" => reason).increment(0);
    }
}

pub(crate) fn fix_taken(taken: Taken) {
    let taken = match taken {
        Taken::InOrder => "in-order",
        Taken::Late => "late",
        Taken::Repeated => "repeated",
        Taken::Outranked => "outranked",
    };
    counter!(FIXES.name, "taken" => taken).increment(1);
}

pub(crate) fn evaluated(took: Duration) {
    histogram!(EVALUATION.name).record(took);
}

pub(crate) fn fix_absent() {
    counter!(ABSENT.name).increment(1);
}

pub(crate) fn fix_refused(reason: &'static str) {
    counter!(REFUSED.name, "reason" => reason).increment(1);
}

pub(crate) fn event(kind: Kind, withdrawn: bool) {
    let metric = if withdrawn { WITHDRAWN.name } else { EVENTS.name };
    counter!(metric, "kind" => kind.name()).increment(1);
}

#[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(crate) fn fences(live: usize, edits: usize) {
    gauge!(FENCES.name).set(live as f64);
    gauge!(SIDE.name).set(edits as f64);
}

#[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(crate) fn devices(partition: u32, count: usize) {
    gauge!(DEVICES.name, "partition" => partition.to_string()).set(count as f64);
}

pub(crate) fn definition_refused(reason: &'static str) {
    counter!(DEFINITIONS_REFUSED.name, "reason" => reason).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_kind_and_unit() {
        let faults: Vec<String> = ALL.iter().filter_map(|metric| metric.fault("geofence")).collect();
        assert_eq!(faults, Vec::<String>::new());
    }
}
