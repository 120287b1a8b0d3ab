//! The life of a process: configuration, logs, metrics, admin port, signals, drain.
//!
//! * [`config`]: one file, a section per role, environment over it; all problems at once, each with its place.
//! * [`logging`]: text or JSON lines on standard error, with a level that can be changed while running.
//! * [`traces`]: spans to the log and, where it is built in, to a collector over OTLP.
//! * [`metrics`]: each role declares its metrics once; the text for Prometheus.
//! * [`admin`]: `/metrics`, `/livez`, `/readyz`, `/startupz`, the state dump and the log level over HTTP.
//! * [`service`]: roles as tasks of one process: one that fails stops the others; signals; drain under a deadline.
//! * [`systemd`]: readiness and watchdog, and sockets that stay open over restarts.
//! * [`clock`]: the only place that reads the system's time.

pub mod admin;
pub mod clock;
pub mod config;
pub mod logging;
pub mod metrics;
#[cfg(feature = "otlp")]
mod otlp;
mod quota;
pub mod service;
pub mod systemd;
pub mod traces;

pub use secrecy;
pub use telemetry::trace;
