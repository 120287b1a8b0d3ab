//! Metrics of the process itself, read when somebody asks for them.

use metrics::{counter, gauge};
use procfs::process::{LimitValue, Process};
use procfs::{ProcResult, WithCurrentSystemInfo as _};
use telemetry::{Declaration, Unit};
use tokio::runtime::Handle;

/// Every metric of the process. The names `process_…` are those that Prometheus' own clients use.
pub const ALL: &[Declaration] = &[
    BUILD,
    crate::quota::LEFT_OUT,
    WORKERS,
    TASKS,
    QUEUE,
    BUSY,
    CPU,
    OPEN_FILES,
    MAX_FILES,
    RESIDENT,
    VIRTUAL,
    THREADS,
    START,
];

const BUILD: Declaration = Declaration::gauge(
    "milepost_build_info",
    Unit::Count,
    &["version"],
    "1, with the version of the program.",
);
const WORKERS: Declaration = Declaration::gauge(
    "milepost_runtime_workers",
    Unit::Count,
    &[],
    "Threads that work on the process's tasks; the gateway's own threads are not among them.",
);
const TASKS: Declaration = Declaration::gauge(
    "milepost_runtime_tasks",
    Unit::Count,
    &[],
    "Tasks that have not ended.",
);
const QUEUE: Declaration = Declaration::gauge(
    "milepost_runtime_queue_tasks",
    Unit::Count,
    &[],
    "Tasks that could run and wait for a thread to take them.",
);
const BUSY: Declaration = Declaration::counter(
    "milepost_runtime_busy_seconds_total",
    Unit::Seconds,
    &[],
    "Time that the threads worked on tasks, in whole seconds; its rate over the number of threads is how busy they are.",
);
const CPU: Declaration = Declaration::counter(
    "process_cpu_seconds_total",
    Unit::Seconds,
    &[],
    "Processor time of the process, in user and system mode, in whole seconds.",
);
const OPEN_FILES: Declaration = Declaration::gauge(
    "process_open_fds",
    Unit::Count,
    &[],
    "File descriptors in use; each connection takes one.",
);
const MAX_FILES: Declaration = Declaration::gauge(
    "process_max_fds",
    Unit::Count,
    &[],
    "File descriptors that the process may use.",
);
const RESIDENT: Declaration = Declaration::gauge(
    "process_resident_memory_bytes",
    Unit::Bytes,
    &[],
    "Memory of the process that is in RAM.",
);
const VIRTUAL: Declaration = Declaration::gauge(
    "process_virtual_memory_bytes",
    Unit::Bytes,
    &[],
    "Addresses that the process has reserved.",
);
const THREADS: Declaration =
    Declaration::gauge("process_threads", Unit::Count, &[], "Threads of the process.");
const START: Declaration = Declaration::gauge(
    "process_start_time_seconds",
    Unit::Seconds,
    &[],
    "When the process began, in seconds since 1970-01-01 UTC.",
);

/// Reads what the process is doing into its metrics.
pub(super) fn observe(runtime: Option<&Handle>) {
    if let Err(error) = read_system() {
        tracing::debug!(%error, "what the system says about this process cannot be read");
    }
    gauge!(BUILD.name, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let Some(runtime) = runtime.map(Handle::metrics) else {
        return;
    };
    gauge!(WORKERS.name).set(runtime.num_workers() as f64);
    gauge!(TASKS.name).set(runtime.num_alive_tasks() as f64);
    gauge!(QUEUE.name).set(runtime.global_queue_depth() as f64);
    let busy: f64 = (0..runtime.num_workers())
        .map(|worker| runtime.worker_total_busy_duration(worker).as_secs_f64())
        .sum();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole seconds"
    )]
    counter!(BUSY.name).absolute(busy as u64);
}

/// The process begins to collect. What counts what seldom happens is there from the start, at 0. The time of the system's start, from which its own could be worked out more exactly, is
/// hidden from a unit with `ProcSubset=pid`.
pub(super) fn begin() {
    counter!(crate::quota::LEFT_OUT.name).increment(0);
    gauge!(START.name).set(crate::clock::now_ms() as f64 / 1e3);
}

/// What the system says about the process.
fn read_system() -> ProcResult<()> {
    let process = Process::myself()?;
    let stat = process.stat()?;
    counter!(CPU.name).absolute((stat.utime + stat.stime) / procfs::ticks_per_second());
    gauge!(RESIDENT.name).set(stat.rss_bytes().get() as f64);
    gauge!(VIRTUAL.name).set(stat.vsize as f64);
    gauge!(THREADS.name).set(stat.num_threads as f64);
    gauge!(OPEN_FILES.name).set(process.fd_count()? as f64);
    if let LimitValue::Value(most) = process.limits()?.max_open_files.soft_limit {
        gauge!(MAX_FILES.name).set(most as f64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_about_this_process() {
        read_system().unwrap();
    }

    #[test]
    fn names_say_kind_and_unit() {
        for metric in ALL {
            let role = if metric.name == BUILD.name {
                "build"
            } else {
                "runtime"
            };
            // The names that Prometheus' clients share are not ours to judge.
            if !metric.name.starts_with("process_") {
                assert_eq!(metric.fault(role), None);
            }
        }
    }
}
