use metrics::{describe_counter, describe_gauge, describe_histogram};

/// Upper bounds of the buckets of times, from half a millisecond to a minute, in seconds.
pub const LATENCY_BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];
/// Upper bounds of the buckets of work in the processor, in seconds: from a microsecond to a tenth of a second.
pub const WORK_BUCKETS: &[f64] = &[
    0.000_001,
    0.000_002_5,
    0.000_005,
    0.000_01,
    0.000_025,
    0.000_05,
    0.000_1,
    0.000_25,
    0.001,
    0.01,
    0.1,
];
/// Upper bounds of the buckets of sizes of groups.
pub const SIZE_BUCKETS: &[f64] = &[1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0];

/// One metric: what it is called, what it means, what it is measured in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Declaration {
    /// Full name: `milepost_<role>_<noun>_<unit>`, counters end in `_total`.
    pub name: &'static str,
    /// Kind.
    pub kind: Kind,
    /// What one is.
    pub unit: Unit,
    /// One sentence for whoever reads a dashboard.
    pub help: &'static str,
    /// Label names; their values come from closed sets.
    pub labels: &'static [&'static str],
    /// Upper bounds of a histogram's buckets; empty for the other kinds.
    pub buckets: &'static [f64],
}

/// Kinds of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Distribution.
    Histogram,
}

/// Units of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
    /// 0 to 1.
    Ratio,
}

impl Kind {
    /// Its name in the text that Prometheus reads.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

impl Unit {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Bytes => "bytes",
            Self::Seconds => "seconds",
            Self::Ratio => "ratio",
        }
    }
}

impl Declaration {
    /// A counter.
    #[must_use]
    pub const fn counter(
        name: &'static str,
        unit: Unit,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self {
            name,
            kind: Kind::Counter,
            unit,
            help,
            labels,
            buckets: &[],
        }
    }

    /// A gauge.
    #[must_use]
    pub const fn gauge(
        name: &'static str,
        unit: Unit,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self {
            name,
            kind: Kind::Gauge,
            unit,
            help,
            labels,
            buckets: &[],
        }
    }

    /// A distribution of seconds.
    #[must_use]
    pub const fn seconds(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Histogram,
            unit: Unit::Seconds,
            help,
            labels,
            buckets: LATENCY_BUCKETS,
        }
    }

    /// A distribution of seconds that a step of the work took.
    #[must_use]
    pub const fn work(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Self {
        Self {
            buckets: WORK_BUCKETS,
            ..Self::seconds(name, labels, help)
        }
    }

    /// A distribution of sizes of groups.
    #[must_use]
    pub const fn sizes(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Histogram,
            unit: Unit::Count,
            help,
            labels,
            buckets: SIZE_BUCKETS,
        }
    }

    /// Gives the help text to the process's metrics. To be called after these were installed.
    pub fn describe(&self) {
        match self.kind {
            Kind::Counter => describe_counter!(self.name, self.help),
            Kind::Gauge => describe_gauge!(self.name, self.help),
            Kind::Histogram => describe_histogram!(self.name, self.help),
        }
    }

    /// The names of the time series that Prometheus keeps of it.
    #[must_use]
    pub fn series(&self) -> Vec<String> {
        match self.kind {
            Kind::Histogram => ["_bucket", "_sum", "_count"]
                .iter()
                .map(|end| format!("{}{end}", self.name))
                .collect(),
            Kind::Counter | Kind::Gauge => vec![self.name.to_owned()],
        }
    }

    /// What breaks the rules of names, if anything does.
    #[must_use]
    pub fn fault(&self, role: &str) -> Option<String> {
        let name = self.name;
        let fits = match (self.kind, self.unit) {
            (Kind::Counter, Unit::Bytes) => name.ends_with("_bytes_total"),
            (Kind::Counter, Unit::Seconds) => name.ends_with("_seconds_total"),
            (Kind::Counter, _) => name.ends_with("_total"),
            (_, Unit::Seconds) => name.ends_with("_seconds"),
            (_, Unit::Bytes) => name.ends_with("_bytes"),
            (_, Unit::Ratio) => name.ends_with("_ratio"),
            // What Prometheus adds to the names of counters and histograms says something else on a gauge.
            (_, Unit::Count) => ["_total", "_count", "_sum", "_bucket"]
                .iter()
                .all(|end| !name.ends_with(end)),
        };
        if !name.starts_with(&format!("milepost_{role}_")) {
            Some(format!(
                "{name}: expected a name that begins with milepost_{role}_"
            ))
        } else if !fits {
            Some(format!("{name}: the end of the name does not say kind and unit"))
        } else if self.help.is_empty() || !self.help.ends_with('.') {
            Some(format!("{name}: the help is no sentence"))
        } else if (self.kind == Kind::Histogram) == self.buckets.is_empty() {
            Some(format!("{name}: histograms have buckets, others have none"))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hide_kind_or_unit_are_found() {
        let good = Declaration::counter("milepost_x_frames_total", Unit::Count, &[], "Frames.");
        assert_eq!(good.fault("x"), None);
        assert!(good.fault("y").is_some());
        assert!(
            Declaration::counter("milepost_x_frames", Unit::Count, &[], "Frames.")
                .fault("x")
                .is_some()
        );
        assert!(
            Declaration::gauge("milepost_x_size", Unit::Bytes, &[], "Size.")
                .fault("x")
                .is_some()
        );
        assert!(
            Declaration::gauge("milepost_x_fences_count", Unit::Count, &[], "Fences.")
                .fault("x")
                .is_some()
        );
        assert!(
            Declaration::seconds("milepost_x_wait_seconds", &[], "")
                .fault("x")
                .is_some()
        );
    }
}
