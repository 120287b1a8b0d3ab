//! What one thread, and the canary, counts, looked up once.

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use super::Reason;
use super::declared::{
    ACK_LATENCY, ACKS, BACKPRESSURED, BYTES, CANARY_FAILURES, CANARY_ROUNDTRIP, CLOSED, CONNECTIONS,
    FRAME_ERRORS, FRAMES_RECEIVED, LOGINS, OPENED, POSITIONS, RECORDS_FAILED, SESSION, SUSPECTS, TAKEOVERS,
    UDP_UNSENT, VIOLATIONS,
};
use crate::canary::{Step, Violation};

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
