//! Every metric of the program, part by part.

use runtime::metrics::Declaration;

/// The metrics of one part of the program.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    /// Which process exports them.
    pub(crate) about: &'static str,
    pub(crate) metrics: &'static [Declaration],
}

/// In the order in which people look at them.
pub(crate) const PARTS: &[Part] = &[
    Part {
        name: "Gateway",
        about: "`milepost gateway` and `milepost up`.",
        metrics: gateway::metrics::ALL,
    },
    Part {
        name: "Log of events",
        about: "Every process. `kafka_consumer` and `kafka_producer` stand for consumers and producers of the log; \
                the producer's are exported on Kafka only, `bus` on the local log, and by a gateway for its spool.",
        metrics: bus::metrics::ALL,
    },
    Part {
        name: "Fences",
        about: "`milepost geofence` and `milepost up`.",
        metrics: geofence::metrics::ALL,
    },
    Part {
        name: "Trips",
        about: "`milepost trips` and `milepost up`.",
        metrics: trips::metrics::ALL,
    },
    Part {
        name: "Attendance",
        about: "`milepost attendance` and `milepost up`.",
        metrics: attendance::metrics::ALL,
    },
    Part {
        name: "Process",
        about: "Every process.",
        metrics: runtime::metrics::ALL,
    },
];

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Declaration> {
    PARTS.iter().flat_map(|part| part.metrics)
}

/// The declaration of a metric.
pub(crate) fn find(name: &str) -> Option<&'static Declaration> {
    all().find(|metric| metric.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn no_name_is_declared_twice() {
        let mut seen = HashSet::new();
        for metric in super::all() {
            assert!(seen.insert(metric.name), "{} is declared twice", metric.name);
        }
    }
}
