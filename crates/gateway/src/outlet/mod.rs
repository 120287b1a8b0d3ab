//! Where the gateway's records go: the log, or the spool in front of it.

mod letter;
mod spooled;

use bus::{Publisher, Receipt, Record};

pub(crate) use letter::publish;
pub(crate) use spooled::Spooled;

/// Where the gateway's records go.
pub trait Outlet: Send + Sync {
    /// Takes the record without waiting; its receipt is settled once, `Ok` only when the record is durable.
    fn publish(&self, record: Record, receipt: Receipt);

    /// False when so much is on its way that nothing more should be read from devices.
    fn has_room(&self) -> bool;

    /// Records on their way.
    fn in_flight(&self) -> u64;

    /// Bytes on their way.
    fn in_flight_bytes(&self) -> u64;

    /// Bytes that may be on their way.
    fn in_flight_limit(&self) -> u64 {
        u64::MAX
    }

    /// False while, as far as is known, nothing can be made durable.
    fn is_reachable(&self) -> bool {
        true
    }

    /// Records that wait on this machine's disk for the log.
    fn waiting(&self) -> u64 {
        0
    }
}

impl Outlet for Publisher {
    fn publish(&self, record: Record, receipt: Receipt) {
        Publisher::publish(self, record, receipt);
    }

    fn has_room(&self) -> bool {
        Publisher::has_room(self)
    }

    fn in_flight(&self) -> u64 {
        Publisher::in_flight(self)
    }

    fn in_flight_bytes(&self) -> u64 {
        Publisher::in_flight_bytes(self)
    }

    fn in_flight_limit(&self) -> u64 {
        Publisher::in_flight_limit(self)
    }

    fn is_reachable(&self) -> bool {
        Publisher::is_reachable(self)
    }
}
