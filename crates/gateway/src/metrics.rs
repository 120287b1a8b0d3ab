//! Metrics of the gateway, each declared once.

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use runtime::metrics::{Declaration, Unit};

use crate::canary::{Step, Violation};

/// Every metric of the gateway.
pub const ALL: &[Declaration] = &[
    FRAMES_RECEIVED,
    FRAME_ERRORS,
    ACK_LATENCY,
    ACKS,
    BYTES,
    CONNECTIONS,
    OPENED,
    CLOSED,
    TAKEOVERS,
    LOGINS,
    THROTTLED,
    BANS,
    SUSPECTS,
    IN_FLIGHT_BYTES,
    IN_FLIGHT_LIMIT,
    PARTIAL_BYTES,
    BACKPRESSURED,
    RECORDS_FAILED,
    DEVICES_KNOWN,
    DEVICES_ONLINE,
    SPOOL_BYTES,
    SPOOL_RECORDS,
    SPOOL_LIMIT,
    SPOOL_OLDEST,
    UDP_UNSENT,
    CANARY_ROUNDTRIP,
    CANARY_FAILURES,
    VIOLATIONS,
    SESSION,
    POSITIONS,
];

/// Upper bounds of the buckets of sessions, from a second to a week.
const SESSION_BUCKETS: &[f64] = &[
    1.0, 10.0, 60.0, 300.0, 1800.0, 3600.0, 21_600.0, 86_400.0, 604_800.0,
];

const FRAMES_RECEIVED: Declaration = Declaration::counter(
    "milepost_gateway_frames_received_total",
    Unit::Count,
    &["protocol", "msg"],
    "Good frames received, by message.",
);
const FRAME_ERRORS: Declaration = Declaration::counter(
    "milepost_gateway_frame_errors_total",
    Unit::Count,
    &["protocol", "reason"],
    "Frames and bytes that were not understood or were refused; in the topic rejects as far as its rates allow.",
);
const ACK_LATENCY: Declaration = Declaration::seconds(
    "milepost_gateway_ack_latency_seconds",
    &["protocol"],
    "Time from reading a frame to releasing its answer, for answers that wait for durability.",
);
const ACKS: Declaration = Declaration::counter(
    "milepost_gateway_acks_total",
    Unit::Count,
    &["protocol", "result"],
    "Answers: written at once, written after durability, or withheld because the log did not take the data.",
);
const BYTES: Declaration = Declaration::counter(
    "milepost_gateway_traffic_bytes_total",
    Unit::Bytes,
    &["direction"],
    "Bytes read from and written to devices.",
);
const CONNECTIONS: Declaration = Declaration::gauge(
    "milepost_gateway_connections",
    Unit::Count,
    &["protocol", "state"],
    "Connections and datagram peers, before and after a device was admitted.",
);
const OPENED: Declaration = Declaration::counter(
    "milepost_gateway_connections_opened_total",
    Unit::Count,
    &[],
    "Connections accepted and datagram peers met.",
);
const CLOSED: Declaration = Declaration::counter(
    "milepost_gateway_connections_closed_total",
    Unit::Count,
    &["reason"],
    "Connections ended, by reason.",
);
const TAKEOVERS: Declaration = Declaration::counter(
    "milepost_gateway_session_takeovers_total",
    Unit::Count,
    &[],
    "Times that a newer connection of a device replaced an older one.",
);
const LOGINS: Declaration = Declaration::counter(
    "milepost_gateway_logins_total",
    Unit::Count,
    &["protocol", "result"],
    "Claims of devices to be let in, by result.",
);
const THROTTLED: Declaration = Declaration::counter(
    "milepost_gateway_throttled_total",
    Unit::Count,
    &["level"],
    "Connections, frames, logins and rejects held back because a limit was reached, by limit.",
);
const BANS: Declaration = Declaration::counter(
    "milepost_gateway_bans_total",
    Unit::Count,
    &[],
    "Offences of addresses that had committed too many.",
);
const SUSPECTS: Declaration = Declaration::counter(
    "milepost_gateway_suspect_devices_total",
    Unit::Count,
    &[],
    "Times that a device became suspect because connections fought for it.",
);
const IN_FLIGHT_BYTES: Declaration = Declaration::gauge(
    "milepost_gateway_inflight_bytes",
    Unit::Bytes,
    &[],
    "Bytes on their way to the log.",
);
const IN_FLIGHT_LIMIT: Declaration = Declaration::gauge(
    "milepost_gateway_inflight_limit_bytes",
    Unit::Bytes,
    &[],
    "Bytes that may be on their way to the log; beyond it nothing is read from devices.",
);
const PARTIAL_BYTES: Declaration = Declaration::gauge(
    "milepost_gateway_partial_frame_bytes",
    Unit::Bytes,
    &[],
    "Bytes of frames, and of messages in sub-packets, that have not come whole.",
);
const BACKPRESSURED: Declaration = Declaration::gauge(
    "milepost_gateway_backpressured_connections",
    Unit::Count,
    &[],
    "Connections that are not read because too much is on its way to the log.",
);
const RECORDS_FAILED: Declaration = Declaration::counter(
    "milepost_gateway_records_failed_total",
    Unit::Count,
    &[],
    "Records that the log did not take.",
);
const DEVICES_KNOWN: Declaration = Declaration::gauge(
    "milepost_gateway_devices_known",
    Unit::Count,
    &[],
    "Devices that are known.",
);
const DEVICES_ONLINE: Declaration = Declaration::gauge(
    "milepost_gateway_devices_online",
    Unit::Count,
    &[],
    "Devices that are being served.",
);
const SPOOL_BYTES: Declaration = Declaration::gauge(
    "milepost_gateway_spool_bytes",
    Unit::Bytes,
    &[],
    "Bytes of records in the spool.",
);
const SPOOL_RECORDS: Declaration = Declaration::gauge(
    "milepost_gateway_spool_records",
    Unit::Count,
    &[],
    "Records in the spool.",
);
const SPOOL_LIMIT: Declaration = Declaration::gauge(
    "milepost_gateway_spool_limit_bytes",
    Unit::Bytes,
    &[],
    "Bytes that the spool takes.",
);
const SPOOL_OLDEST: Declaration = Declaration::gauge(
    "milepost_gateway_spool_oldest_seconds",
    Unit::Seconds,
    &[],
    "Age of the oldest record in the spool.",
);
const UDP_UNSENT: Declaration = Declaration::counter(
    "milepost_gateway_udp_unsent_total",
    Unit::Count,
    &[],
    "Datagrams not sent because the peer would have been sent more bytes than it sent.",
);

const CANARY_ROUNDTRIP: Declaration = Declaration::seconds(
    "milepost_canary_roundtrip_seconds",
    &[],
    "Time from the canary's sending of a position until it was read back from the log.",
);
const CANARY_FAILURES: Declaration = Declaration::counter(
    "milepost_canary_failures_total",
    Unit::Count,
    &["step"],
    "Tries of the canary that did not come through, by the step that failed: connect, answer, log.",
);
const VIOLATIONS: Declaration = Declaration::counter(
    "milepost_gateway_invariant_violations_total",
    Unit::Count,
    &["which"],
    "Promises that the canary found broken: answered and missing in the log, or out of order there.",
);

/// What the canary counts.
pub(crate) struct CanaryCounters {
    roundtrip: Histogram,
    failures: [Counter; Step::ALL.len()],
    violations: [Counter; Violation::ALL.len()],
}

impl CanaryCounters {
    pub(crate) fn new() -> Self {
        Self {
            roundtrip: histogram!(CANARY_ROUNDTRIP.name),
            // There from the beginning: an alert tells a canary that is silent from none.
            failures: Step::ALL.map(|step| counter!(CANARY_FAILURES.name, "step" => step.name())),
            violations: Violation::ALL.map(|which| counter!(VIOLATIONS.name, "which" => which.name())),
        }
    }

    pub(crate) fn came_through(&self, took: std::time::Duration) {
        self.roundtrip.record(took);
    }

    pub(crate) fn failed(&self, step: Step) {
        self.failures[step as usize].increment(1);
    }

    pub(crate) fn violated(&self, which: Violation) {
        self.violations[which as usize].increment(1);
    }
}

const SESSION: Declaration = Declaration {
    buckets: SESSION_BUCKETS,
    ..Declaration::seconds(
        "milepost_gateway_session_seconds",
        &[],
        "Length of connections on which a device was served, when they end.",
    )
};
const POSITIONS: Declaration = Declaration::counter(
    "milepost_gateway_positions_total",
    Unit::Count,
    &["age"],
    "Positions published, by the age of the fix when it came: minute, hour and day at most, older, ahead by more than a minute.",
);

/// Why a connection ended; the value of the label `reason` and of `Offline.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Eof,
    FirstByte,
    Login,
    Idle,
    FrameTimeout,
    Takeover,
    Flood,
    NotAdmitted,
    Unregistered,
    Drain,
    Error,
    Throttled,
}

impl Reason {
    const ALL: [Self; 12] = [
        Self::Eof,
        Self::FirstByte,
        Self::Login,
        Self::Idle,
        Self::FrameTimeout,
        Self::Takeover,
        Self::Flood,
        Self::NotAdmitted,
        Self::Unregistered,
        Self::Drain,
        Self::Error,
        Self::Throttled,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Eof => "eof",
            Self::FirstByte => "first_byte_timeout",
            Self::Login => "login_timeout",
            Self::Idle => "idle",
            Self::FrameTimeout => "frame_timeout",
            Self::Takeover => "takeover",
            Self::Flood => "flood",
            Self::NotAdmitted => "not_admitted",
            Self::Unregistered => "unregistered",
            Self::Drain => "drain",
            Self::Error => "error",
            Self::Throttled => "throttled",
        }
    }
}

impl From<wire::Close> for Reason {
    fn from(close: wire::Close) -> Self {
        match close {
            wire::Close::LoginTimeout => Self::Login,
            wire::Close::Idle => Self::Idle,
            wire::Close::NotAdmitted => Self::NotAdmitted,
            wire::Close::Unregistered => Self::Unregistered,
        }
    }
}

/// Counters of one protocol, looked up once.
#[derive(Clone)]
pub(crate) struct PerProtocol {
    name: &'static str,
    frames: Vec<(&'static str, Counter)>,
    pub(crate) ack_latency: Histogram,
    pub(crate) acks_at_once: Counter,
    pub(crate) acks_durable: Counter,
    pub(crate) acks_withheld: Counter,
    pub(crate) handshake: Gauge,
    pub(crate) online: Gauge,
}

impl PerProtocol {
    pub(crate) fn new(name: &'static str) -> Self {
        let acks = |result| counter!(ACKS.name, "protocol" => name, "result" => result);
        let connections = |state| gauge!(CONNECTIONS.name, "protocol" => name, "state" => state);
        Self {
            name,
            frames: Vec::new(),
            ack_latency: histogram!(ACK_LATENCY.name, "protocol" => name),
            acks_at_once: acks("at_once"),
            acks_durable: acks("ok"),
            acks_withheld: acks("withheld"),
            handshake: connections("handshake"),
            online: connections("online"),
        }
    }

    /// Counts a good frame; `msg` is the message's name from the protocol's table.
    pub(crate) fn frame(&mut self, msg: &'static str) {
        // A device sends few kinds, and the names are constants: comparing pointers finds them fastest.
        let found = self.frames.iter().find(|(known, _)| std::ptr::eq(*known, msg));
        if let Some((_, counter)) = found {
            counter.increment(1);
            return;
        }
        let counter = counter!(FRAMES_RECEIVED.name, "protocol" => self.name, "msg" => msg);
        counter.increment(1);
        self.frames.push((msg, counter));
    }

    pub(crate) fn frame_error(&self, reason: &'static str) {
        counter!(FRAME_ERRORS.name, "protocol" => self.name, "reason" => reason).increment(1);
    }

    pub(crate) fn login(&self, result: &'static str) {
        counter!(LOGINS.name, "protocol" => self.name, "result" => result).increment(1);
    }
}

/// Counters of a thread, looked up once.
pub(crate) struct Counters {
    pub(crate) gt06: PerProtocol,
    pub(crate) jt808: PerProtocol,
    /// Connections whose protocol is not known yet.
    pub(crate) unknown: PerProtocol,
    pub(crate) bytes_in: Counter,
    pub(crate) bytes_out: Counter,
    pub(crate) opened: Counter,
    pub(crate) takeovers: Counter,
    pub(crate) suspects: Counter,
    pub(crate) records_failed: Counter,
    pub(crate) udp_unsent: Counter,
    pub(crate) backpressured: Gauge,
    closed: [Counter; Reason::ALL.len()],
    session: Histogram,
    positions: [Counter; AGES.len()],
}

/// Ages of fixes, and below how many seconds each is.
const AGES: [(&str, i64); 5] = [
    ("ahead", -60),
    ("minute", 60),
    ("hour", 3600),
    ("day", 86_400),
    ("older", i64::MAX),
];

impl Counters {
    pub(crate) fn new() -> Self {
        Self {
            gt06: PerProtocol::new("gt06"),
            jt808: PerProtocol::new("jt808"),
            unknown: PerProtocol::new("unknown"),
            bytes_in: counter!(BYTES.name, "direction" => "in"),
            bytes_out: counter!(BYTES.name, "direction" => "out"),
            opened: counter!(OPENED.name),
            takeovers: counter!(TAKEOVERS.name),
            suspects: counter!(SUSPECTS.name),
            records_failed: counter!(RECORDS_FAILED.name),
            udp_unsent: counter!(UDP_UNSENT.name),
            backpressured: gauge!(BACKPRESSURED.name),
            session: histogram!(SESSION.name),
            positions: AGES.map(|(age, _)| counter!(POSITIONS.name, "age" => age)),
            closed: Reason::ALL.map(|reason| counter!(CLOSED.name, "reason" => reason.name())),
        }
    }

    /// Counts a position whose fix was so many seconds old.
    pub(crate) fn position(&self, age_seconds: i64) {
        let place = AGES.iter().position(|(_, below)| age_seconds < *below);
        self.positions[place.unwrap_or(AGES.len() - 1)].increment(1);
    }

    /// Notes the end of a connection on which a device was served.
    pub(crate) fn session(&self, milliseconds: i64) {
        self.session.record(milliseconds.max(0) as f64 / 1000.0);
    }

    pub(crate) fn closed(&self, reason: Reason) {
        self.closed[reason as usize].increment(1);
    }
}

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

/// Levels that are read about once a second.
pub(crate) fn levels(in_flight: u64, limit: u64, partial: u64, known: usize, online: usize) {
    gauge!(IN_FLIGHT_BYTES.name).set(in_flight as f64);
    gauge!(IN_FLIGHT_LIMIT.name).set(limit as f64);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_role_kind_and_unit() {
        // The canary speaks to the gateway from outside, and has a name of its own.
        let role = |name: &str| {
            if name.starts_with("milepost_canary_") {
                "canary"
            } else {
                "gateway"
            }
        };
        let faults: Vec<String> = ALL
            .iter()
            .filter_map(|metric| metric.fault(role(metric.name)))
            .collect();
        assert_eq!(faults, Vec::<String>::new());
    }

    #[test]
    fn reasons_are_counted_under_their_own_names() {
        for (index, reason) in Reason::ALL.iter().enumerate() {
            assert_eq!(*reason as usize, index);
        }
    }
}
