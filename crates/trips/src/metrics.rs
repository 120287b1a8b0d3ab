//! Metrics of trips, each declared once.

use metrics::{counter, gauge};
use runtime::metrics::{Declaration, Unit};

/// Every metric of trips.
pub const ALL: &[Declaration] = &[FIXES, RECORDS, DEVICES, STATE_BYTES];

const FIXES: Declaration = Declaration::counter(
    "milepost_trips_fixes_total",
    Unit::Count,
    &["result"],
    "Positions read, by what became of them: taken, repeated, late, future, not-valid, time, place.",
);
const RECORDS: Declaration = Declaration::counter(
    "milepost_trips_records_total",
    Unit::Count,
    &["kind", "change"],
    "Records published: trips and stops, new, revised, final or withdrawn.",
);
const DEVICES: Declaration = Declaration::gauge(
    "milepost_trips_devices",
    Unit::Count,
    &["partition"],
    "Devices with state.",
);
const STATE_BYTES: Declaration = Declaration::gauge(
    "milepost_trips_state_bytes",
    Unit::Bytes,
    &["partition"],
    "Memory that the state of the devices takes.",
);

pub(crate) fn fix(result: &'static str) {
    counter!(FIXES.name, "result" => result).increment(1);
}

/// The consumer begins. A counter that is not there before the first event hides it: Prometheus sees no increase.
pub(crate) fn begin() {
    for kind in ["trip", "stop"] {
        for change in ["new", "revised", "final", "withdrawn"] {
            counter!(RECORDS.name, "kind" => kind, "change" => change).increment(0);
        }
    }
}

pub(crate) fn record(kind: &'static str, change: &'static str) {
    counter!(RECORDS.name, "kind" => kind, "change" => change).increment(1);
}

pub(crate) fn state(partition: u32, devices: usize, bytes: usize) {
    gauge!(DEVICES.name, "partition" => partition.to_string()).set(devices as f64);
    gauge!(STATE_BYTES.name, "partition" => partition.to_string()).set(bytes as f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_kind_and_unit() {
        let faults: Vec<String> = ALL.iter().filter_map(|metric| metric.fault("trips")).collect();
        assert_eq!(faults, Vec::<String>::new());
    }
}
