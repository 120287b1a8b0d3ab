use std::net::IpAddr;

use events::origin::v1::Protocol;
use events::registry::v1::Device;
use wire::{Admission, Claim, Credentials, Verdict};

use super::Turn;
use crate::guard::{Asks, Guard};
use crate::metrics;
use crate::registry::Registry;

/// Answers a session's question who may connect, and notes what has to become durable before the device is told.
pub(crate) struct Gate<'a> {
    registry: &'a Registry,
    guard: &'a Guard,
    from: IpAddr,
    protocol: Protocol,
    now_ms: i64,
    /// The changed record of the device.
    pub(crate) change: Option<Device>,
    /// A refusal that was told about already.
    pub(crate) quiet: bool,
    /// The device that asked.
    pub(crate) claims: Option<Box<str>>,
}

impl<'a> Gate<'a> {
    pub(crate) fn new(turn: &Turn<'a>, protocol: Protocol) -> Self {
        Self {
            registry: turn.registry,
            guard: turn.guard,
            from: turn.from,
            protocol,
            now_ms: turn.now.0,
            change: None,
            quiet: false,
            claims: None,
        }
    }
}

impl Admission for Gate<'_> {
    fn admit(&mut self, claim: &Claim<'_>) -> Verdict {
        self.claims = Some(claim.device.into());
        let asks = match claim.credentials {
            Credentials::Register => Asks::Registration,
            Credentials::None | Credentials::Code(_) => Asks::Login,
        };
        // Only ids that are known are remembered: an id costs a guesser nothing.
        if self.registry.knows(claim.device) && !self.guard.asks(claim.device, self.from, asks, self.now_ms) {
            metrics::throttled("logins");
            self.quiet = !self.guard.refused(claim.device, self.now_ms);
            return Verdict::Banned;
        }
        let decision = self.registry.decide(claim, self.protocol, self.now_ms);
        self.change = decision.change;
        if !matches!(decision.verdict, Verdict::Accepted | Verdict::Registered { .. }) {
            self.quiet = !self.guard.refused(claim.device, self.now_ms);
        }
        decision.verdict
    }
}
