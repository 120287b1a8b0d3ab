//! Metrics of the gateway, each declared once.

mod counters;
mod declared;
mod reason;

use metrics::{counter, gauge};

use self::declared::{
    BANS, DEVICES_KNOWN, DEVICES_ONLINE, FRAME_ERRORS, IN_FLIGHT_BYTES, IN_FLIGHT_LIMIT, IN_FLIGHT_MESSAGES,
    PARTIAL_BYTES, SPOOL_BYTES, SPOOL_LIMIT, SPOOL_OLDEST, SPOOL_RECORDS, THROTTLED,
};
use crate::Outlet;

pub(crate) use self::counters::{CanaryCounters, Counters, PerProtocol};
pub use self::declared::ALL;
pub(crate) use self::reason::Reason;

/// Every limit that holds something back: values of the label `level`.
const LEVELS: [&str; 10] = [
    "accept",
    "accepts",
    "ban",
    "frames",
    "logins",
    "network",
    "partial_frames",
    "rejects",
    "udp_peers",
    "upstream",
];

/// A gateway begins. A counter that is not there before the first event hides it: Prometheus sees no increase.
pub(crate) fn begin() {
    for level in LEVELS {
        counter!(THROTTLED.name, "level" => level).increment(0);
    }
    for protocol in ["gt06", "jt808"] {
        for kind in wire::ErrorKind::ALL {
            counter!(FRAME_ERRORS.name, "protocol" => protocol, "reason" => kind.name()).increment(0);
        }
    }
    counter!(BANS.name).increment(0);
}

pub(crate) fn throttled(level: &'static str) {
    debug_assert!(LEVELS.contains(&level), "{level} is not in the list");
    counter!(THROTTLED.name, "level" => level).increment(1);
}

pub(crate) fn ban() {
    counter!(BANS.name).increment(1);
}

/// What is on its way to the log, read about once a second.
pub(crate) fn in_flight(outlet: &dyn Outlet) {
    gauge!(IN_FLIGHT_MESSAGES.name).set(outlet.in_flight() as f64);
    gauge!(IN_FLIGHT_BYTES.name).set(outlet.in_flight_bytes() as f64);
    gauge!(IN_FLIGHT_LIMIT.name).set(outlet.in_flight_limit() as f64);
}

/// Levels that are read about once a second.
pub(crate) fn levels(partial: u64, known: usize, online: usize) {
    gauge!(PARTIAL_BYTES.name).set(partial as f64);
    gauge!(DEVICES_KNOWN.name).set(known as f64);
    gauge!(DEVICES_ONLINE.name).set(online as f64);
}

/// The spool, about once a second.
pub(crate) fn spool(bytes: u64, records: u64, limit: u64, oldest_seconds: f64) {
    gauge!(SPOOL_BYTES.name).set(bytes as f64);
    gauge!(SPOOL_RECORDS.name).set(records as f64);
    gauge!(SPOOL_LIMIT.name).set(limit as f64);
    gauge!(SPOOL_OLDEST.name).set(oldest_seconds);
}
