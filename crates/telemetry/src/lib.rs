//! What a process shows of itself: metrics and traces.
//!
//! What a metric is called, what it means and what it is measured in, said once in code.
//!
//! Each crate that counts something has one list of [`Declaration`]s. The process's metrics, `docs/metrics.md`, the
//! dashboards and the checks of rules are made from these lists, so that none of them can name a metric that does not
//! exist.

mod declaration;
pub mod trace;

pub use declaration::{Declaration, Kind, LATENCY_BUCKETS, SIZE_BUCKETS, Unit, WORK_BUCKETS};
