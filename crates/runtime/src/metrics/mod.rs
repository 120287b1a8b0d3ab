//! Each role declares its metrics once, with name, kind, unit, help and labels; documents, dashboards and checks are
//! made from the declarations.

mod process;

use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

pub use process::ALL;
pub use telemetry::{Declaration, Kind, LATENCY_BUCKETS, SIZE_BUCKETS, Unit, WORK_BUCKETS};

/// How often what was measured is put into the buckets of its histogram. Until then each measurement takes memory.
const UPKEEP: Duration = Duration::from_secs(2);

/// The metrics of this process.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    runtime: Option<tokio::runtime::Handle>,
}

/// The metrics of this process cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the metrics of this process")]
pub struct InstallError(#[from] BuildError);

impl Metrics {
    /// Makes this process collect the declared metrics. To be called once, before any role runs, and within the
    /// runtime whose threads are to be watched.
    ///
    /// # Errors
    /// When the process collects metrics already.
    pub fn install<'a>(
        declarations: impl Iterator<Item = &'a [Declaration]> + Clone,
    ) -> Result<Self, InstallError> {
        let handle = builder(declarations.clone())?.install_recorder()?;
        declarations.flatten().for_each(Declaration::describe);
        process::begin();
        let runtime = tokio::runtime::Handle::try_current().ok();
        if let Some(runtime) = &runtime {
            runtime.spawn(keep_up(handle.clone()));
        }
        Ok(Self { handle, runtime })
    }

    /// The text that Prometheus reads.
    #[must_use]
    pub fn render(&self) -> String {
        process::observe(self.runtime.as_ref());
        self.handle.run_upkeep();
        self.handle.render()
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

/// Memory must not grow while nobody reads the metrics.
async fn keep_up(handle: PrometheusHandle) {
    let mut tick = tokio::time::interval(UPKEEP);
    loop {
        tick.tick().await;
        handle.run_upkeep();
    }
}

fn builder<'a>(
    declarations: impl Iterator<Item = &'a [Declaration]>,
) -> Result<PrometheusBuilder, BuildError> {
    declarations
        .flatten()
        .filter(|declaration| !declaration.buckets.is_empty())
        .try_fold(PrometheusBuilder::new(), |builder, declaration| {
            builder.set_buckets_for_metric(Matcher::Full(declaration.name.to_owned()), declaration.buckets)
        })
}
