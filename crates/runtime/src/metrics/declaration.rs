use metrics::{describe_counter, describe_gauge, describe_histogram};

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
            buckets: super::LATENCY_BUCKETS,
        }
    }

    /// Gives the help text to the process's metrics.
    pub(super) fn describe(&self) {
        match self.kind {
            Kind::Counter => describe_counter!(self.name, self.help),
            Kind::Gauge => describe_gauge!(self.name, self.help),
            Kind::Histogram => describe_histogram!(self.name, self.help),
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
            (_, Unit::Count) => !name.ends_with("_total"),
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
            Declaration::seconds("milepost_x_wait_seconds", &[], "")
                .fault("x")
                .is_some()
        );
    }
}
