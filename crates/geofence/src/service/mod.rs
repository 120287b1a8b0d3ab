//! The shell: positions and definitions from the log in, fence events to the log out.

mod definitions;
mod handle;
mod partition;
mod stage;

use std::sync::Arc;

use bus::Bus;
use tokio_util::sync::CancellationToken;

use crate::GeofenceConfig;

pub use handle::{Handle, Occupant, Whereabouts};
pub use stage::{Geofence, PartitionState};

/// Runs the consumer until `stop`.
///
/// # Errors
/// When the log cannot be read or written and trying again does not help.
pub async fn run(stage: Arc<Geofence>, bus: Bus, stop: CancellationToken) -> Result<(), bus::Error> {
    bus.run(stage, stop).await
}

/// The consumer, and the handle that answers who is where.
#[must_use]
pub fn new(config: &GeofenceConfig) -> (Arc<Geofence>, Handle) {
    let stage = Arc::new(Geofence::new(config));
    let handle = stage.handle();
    (stage, handle)
}
