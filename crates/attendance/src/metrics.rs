//! Metrics of the attendance consumer, each declared once.

use events::attendance::v1::{Record, RecordKind, Signal, SignalKind};
use metrics::{counter, gauge};
use runtime::metrics::{Declaration, Unit};

/// Every metric of the attendance consumer.
pub const ALL: &[Declaration] = &[
    POSITIONS, FACTS, RECORDS, REVISIONS, WITHDRAWN, SIGNALS, PEOPLE, PROBLEMS,
];

const POSITIONS: Declaration = Declaration::counter(
    "milepost_attendance_positions_total",
    Unit::Count,
    &["told"],
    "Positions: told to the person who carried the device, kept for a device that nobody carried, or of no use: a \
     device that no binding names, or no place.",
);
const FACTS: Declaration = Declaration::counter(
    "milepost_attendance_facts_total",
    Unit::Count,
    &["taken"],
    "Fixes and punches at the person: news, known already, passed on to whom they belong, or older than what is kept.",
);
const RECORDS: Declaration = Declaration::counter(
    "milepost_attendance_records_total",
    Unit::Count,
    &["kind"],
    "Records published, every revision counted.",
);
const REVISIONS: Declaration = Declaration::counter(
    "milepost_attendance_revisions_total",
    Unit::Count,
    &[],
    "Records that corrected an earlier one, because of late facts or changed definitions.",
);
const WITHDRAWN: Declaration = Declaration::counter(
    "milepost_attendance_withdrawn_total",
    Unit::Count,
    &[],
    "Records taken back because nothing is due on their day any more.",
);
const SIGNALS: Declaration = Declaration::counter(
    "milepost_attendance_signals_total",
    Unit::Count,
    &["kind"],
    "Signals about running shifts.",
);
const PEOPLE: Declaration = Declaration::gauge(
    "milepost_attendance_people",
    Unit::Count,
    &["partition"],
    "Persons with state.",
);
const PROBLEMS: Declaration = Declaration::gauge(
    "milepost_attendance_problems",
    Unit::Count,
    &[],
    "Definitions of the topics that cannot be used; `milepost rosters check` on the export names them.",
);

pub(crate) fn position(told: &'static str) {
    counter!(POSITIONS.name, "told" => told).increment(1);
}

pub(crate) fn fact(taken: &'static str) {
    counter!(FACTS.name, "taken" => taken).increment(1);
}

pub(crate) fn record(record: &Record) {
    let kind = match record.kind() {
        RecordKind::Adjustment => "adjustment",
        RecordKind::Cycle => "cycle",
        RecordKind::Shift | RecordKind::Unspecified => "shift",
    };
    counter!(RECORDS.name, "kind" => kind).increment(1);
    if record.rev > 1 {
        counter!(REVISIONS.name).increment(1);
    }
}

pub(crate) fn withdrawn() {
    counter!(WITHDRAWN.name).increment(1);
}

pub(crate) fn signal(signal: &Signal) {
    let kind = match signal.kind() {
        SignalKind::LeftArea => "left-area",
        SignalKind::ArrivedLate => "arrived-late",
        SignalKind::NotArrived | SignalKind::Unspecified => "not-arrived",
    };
    counter!(SIGNALS.name, "kind" => kind).increment(1);
}

#[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(crate) fn people(partition: u32, count: usize) {
    gauge!(PEOPLE.name, "partition" => partition.to_string()).set(count as f64);
}

#[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(crate) fn problems(count: usize) {
    gauge!(PROBLEMS.name).set(count as f64);
}
