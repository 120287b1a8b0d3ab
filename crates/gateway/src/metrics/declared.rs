//! What each metric is.

use runtime::metrics::{Declaration, Unit};

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
    IN_FLIGHT_MESSAGES,
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

pub(super) const FRAMES_RECEIVED: Declaration = Declaration::counter(
    "milepost_gateway_frames_received_total",
    Unit::Count,
    &["protocol", "msg"],
    "Good frames received, by message.",
);
pub(super) const FRAME_ERRORS: Declaration = Declaration::counter(
    "milepost_gateway_frame_errors_total",
    Unit::Count,
    &["protocol", "reason"],
    "Frames and bytes that were not understood or were refused; in the topic rejects as far as its rates allow.",
);
pub(super) const ACK_LATENCY: Declaration = Declaration::seconds(
    "milepost_gateway_ack_latency_seconds",
    &["protocol"],
    "Time from reading a frame to releasing its answer, for answers that wait for durability.",
);
pub(super) const ACKS: Declaration = Declaration::counter(
    "milepost_gateway_acks_total",
    Unit::Count,
    &["protocol", "result"],
    "Answers: written at once, written after durability, or withheld because the log did not take the data.",
);
pub(super) const BYTES: Declaration = Declaration::counter(
    "milepost_gateway_traffic_bytes_total",
    Unit::Bytes,
    &["direction"],
    "Bytes read from and written to devices.",
);
pub(super) const CONNECTIONS: Declaration = Declaration::gauge(
    "milepost_gateway_connections",
    Unit::Count,
    &["protocol", "state"],
    "Connections and datagram peers, before and after a device was admitted.",
);
pub(super) const OPENED: Declaration = Declaration::counter(
    "milepost_gateway_connections_opened_total",
    Unit::Count,
    &[],
    "Connections accepted and datagram peers met.",
);
pub(super) const CLOSED: Declaration = Declaration::counter(
    "milepost_gateway_connections_closed_total",
    Unit::Count,
    &["reason"],
    "Connections ended, by reason.",
);
pub(super) const TAKEOVERS: Declaration = Declaration::counter(
    "milepost_gateway_session_takeovers_total",
    Unit::Count,
    &[],
    "Times that a newer connection of a device replaced an older one.",
);
pub(super) const LOGINS: Declaration = Declaration::counter(
    "milepost_gateway_logins_total",
    Unit::Count,
    &["protocol", "result"],
    "Claims of devices to be let in, by result.",
);
pub(super) const THROTTLED: Declaration = Declaration::counter(
    "milepost_gateway_throttled_total",
    Unit::Count,
    &["level"],
    "Connections, frames, logins and rejects held back because a limit was reached, by limit.",
);
pub(super) const BANS: Declaration = Declaration::counter(
    "milepost_gateway_bans_total",
    Unit::Count,
    &[],
    "Offences of addresses that had committed too many.",
);
pub(super) const SUSPECTS: Declaration = Declaration::counter(
    "milepost_gateway_suspect_devices_total",
    Unit::Count,
    &[],
    "Times that a device became suspect because connections fought for it.",
);
pub(super) const IN_FLIGHT_MESSAGES: Declaration = Declaration::gauge(
    "milepost_gateway_inflight_messages",
    Unit::Count,
    &[],
    "Records on their way to the log.",
);
pub(super) const IN_FLIGHT_BYTES: Declaration = Declaration::gauge(
    "milepost_gateway_inflight_bytes",
    Unit::Bytes,
    &[],
    "Bytes on their way to the log.",
);
pub(super) const IN_FLIGHT_LIMIT: Declaration = Declaration::gauge(
    "milepost_gateway_inflight_limit_bytes",
    Unit::Bytes,
    &[],
    "Bytes that may be on their way to the log; beyond it nothing is read from devices.",
);
pub(super) const PARTIAL_BYTES: Declaration = Declaration::gauge(
    "milepost_gateway_partial_frame_bytes",
    Unit::Bytes,
    &[],
    "Bytes of frames, and of messages in sub-packets, that have not come whole.",
);
pub(super) const BACKPRESSURED: Declaration = Declaration::gauge(
    "milepost_gateway_backpressured_connections",
    Unit::Count,
    &[],
    "Connections that are not read because too much is on its way to the log.",
);
pub(super) const RECORDS_FAILED: Declaration = Declaration::counter(
    "milepost_gateway_records_failed_total",
    Unit::Count,
    &[],
    "Records that the log did not take.",
);
pub(super) const DEVICES_KNOWN: Declaration = Declaration::gauge(
    "milepost_gateway_devices_known",
    Unit::Count,
    &[],
    "Devices that are known.",
);
pub(super) const DEVICES_ONLINE: Declaration = Declaration::gauge(
    "milepost_gateway_devices_online",
    Unit::Count,
    &[],
    "Devices that are being served.",
);
pub(super) const SPOOL_BYTES: Declaration = Declaration::gauge(
    "milepost_gateway_spool_bytes",
    Unit::Bytes,
    &[],
    "Bytes of records in the spool.",
);
pub(super) const SPOOL_RECORDS: Declaration = Declaration::gauge(
    "milepost_gateway_spool_records",
    Unit::Count,
    &[],
    "Records in the spool.",
);
pub(super) const SPOOL_LIMIT: Declaration = Declaration::gauge(
    "milepost_gateway_spool_limit_bytes",
    Unit::Bytes,
    &[],
    "Bytes that the spool takes.",
);
pub(super) const SPOOL_OLDEST: Declaration = Declaration::gauge(
    "milepost_gateway_spool_oldest_seconds",
    Unit::Seconds,
    &[],
    "Age of the oldest record in the spool.",
);
pub(super) const UDP_UNSENT: Declaration = Declaration::counter(
    "milepost_gateway_udp_unsent_total",
    Unit::Count,
    &[],
    "Datagrams not sent because the peer would have been sent more bytes than it sent.",
);

pub(super) const CANARY_ROUNDTRIP: Declaration = Declaration::seconds(
    "milepost_canary_roundtrip_seconds",
    &[],
    "Time from the canary's sending of a position until it was read back from the log.",
);
pub(super) const CANARY_FAILURES: Declaration = Declaration::counter(
    "milepost_canary_failures_total",
    Unit::Count,
    &["step"],
    "Tries of the canary that did not come through, by the step that failed: connect, answer, log.",
);
pub(super) const VIOLATIONS: Declaration = Declaration::counter(
    "milepost_gateway_invariant_violations_total",
    Unit::Count,
    &["which"],
    "Promises that the canary found broken: answered and missing in the log, or out of order there.",
);

pub(super) const SESSION: Declaration = Declaration {
    buckets: SESSION_BUCKETS,
    ..Declaration::seconds(
        "milepost_gateway_session_seconds",
        &[],
        "Length of connections on which a device was served, when they end.",
    )
};
pub(super) const POSITIONS: Declaration = Declaration::counter(
    "milepost_gateway_positions_total",
    Unit::Count,
    &["age"],
    "Positions published, by the age of the fix when it came: minute, hour and day at most, older, ahead by more than a minute.",
);

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
}
