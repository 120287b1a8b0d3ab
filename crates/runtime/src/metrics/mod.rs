//! Each role declares its metrics once, with name, kind, unit, help and labels; documents, dashboards and checks are
//! made from the declarations.

mod declaration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

pub use declaration::{Declaration, Kind, Unit};

/// Buckets for times from half a millisecond to a minute, in seconds.
pub const LATENCY_BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];

/// The metrics of this process.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

/// The metrics of this process cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the metrics of this process")]
pub struct InstallError(#[from] BuildError);

impl Metrics {
    /// Makes this process collect the declared metrics. To be called once, before any role runs.
    ///
    /// # Errors
    /// When the process collects metrics already.
    pub fn install(declarations: &[&[Declaration]]) -> Result<Self, InstallError> {
        let handle = builder(declarations)?.install_recorder()?;
        for declaration in declarations.iter().copied().flatten() {
            declaration.describe();
        }
        Ok(Self { handle })
    }

    /// The text that Prometheus reads.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

fn builder(declarations: &[&[Declaration]]) -> Result<PrometheusBuilder, BuildError> {
    declarations
        .iter()
        .copied()
        .flatten()
        .filter(|declaration| !declaration.buckets.is_empty())
        .try_fold(PrometheusBuilder::new(), |builder, declaration| {
            builder.set_buckets_for_metric(Matcher::Full(declaration.name.to_owned()), declaration.buckets)
        })
}
