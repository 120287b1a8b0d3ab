//! Roles as tasks of one process: one that fails stops the others; signals; drain under a deadline.

mod signal;
mod supervisor;

use std::io;

pub use signal::StopSignals;
pub use supervisor::{Failure, Phase, Supervisor};

/// What to do about a port that cannot be opened; `key` is the configuration key of its address.
#[must_use]
pub fn listen_advice(error: &io::Error, key: &str) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!(
                "another program has the port; stop it, or set `{key}` to a free port (`ss -ltnup` shows who has it)"
            )
        }
        io::ErrorKind::PermissionDenied => {
            format!(
                "ports below 1024 need a privilege; set `{key}` to a higher port or grant CAP_NET_BIND_SERVICE"
            )
        }
        io::ErrorKind::AddrNotAvailable => {
            format!("this machine does not have the address; set `{key}` to one it has, or to 0.0.0.0")
        }
        _ => format!("check `{key}`"),
    }
}
