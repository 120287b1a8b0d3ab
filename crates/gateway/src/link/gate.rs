use events::origin::v1::Protocol;
use events::registry::v1::Device;
use wire::{Admission, Claim, Verdict};

use crate::registry::Registry;

/// Answers a session's question who may connect, and notes what has to become durable before the device is told.
pub(crate) struct Gate<'a> {
    registry: &'a Registry,
    protocol: Protocol,
    now_ms: i64,
    /// The changed record of the device.
    pub(crate) change: Option<Device>,
}

impl<'a> Gate<'a> {
    pub(crate) fn new(registry: &'a Registry, protocol: Protocol, now_ms: i64) -> Self {
        Self {
            registry,
            protocol,
            now_ms,
            change: None,
        }
    }
}

impl Admission for Gate<'_> {
    fn admit(&mut self, claim: &Claim<'_>) -> Verdict {
        let decision = self.registry.decide(claim, self.protocol, self.now_ms);
        self.change = decision.change;
        decision.verdict
    }
}
