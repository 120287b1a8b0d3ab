//! The shell: positions and definitions from the log in, fence events to the log out.

mod definitions;
mod handle;
mod partition;
mod queries;
mod stage;

use std::sync::Arc;

use bus::Bus;
use tokio_util::sync::CancellationToken;

use crate::GeofenceConfig;

pub use handle::{Handle, Occupant, Stay, Whereabouts};
pub use stage::{Geofence, PartitionState};

/// The section of the configuration, for [`runtime::config::Sources`].
pub const SECTION: runtime::config::Section = runtime::config::Section {
    name: "geofence",
    defaults: include_str!("../default.toml"),
};

/// Runs the consumer until `stop`.
///
/// # Errors
/// When the log cannot be read or written and trying again does not help.
pub async fn run(stage: Arc<Geofence>, bus: Bus, stop: CancellationToken) -> Result<(), bus::Error> {
    crate::metrics::begin();
    bus.run(stage, stop).await
}

/// The consumer, and the handle that answers who is where.
#[must_use]
pub fn new(config: &GeofenceConfig) -> (Arc<Geofence>, Handle) {
    let stage = Arc::new(Geofence::new(config));
    let handle = stage.handle();
    (stage, handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commented_defaults_are_the_defaults() {
        let sources = runtime::config::Sources::read(&[SECTION], None, []).unwrap();
        let mut settings = sources.settings();
        let read: GeofenceConfig = settings.checked("geofence", GeofenceConfig::check);
        assert_eq!(settings.finish(), Ok(()));
        assert_eq!(read, GeofenceConfig::default());
    }

    #[test]
    fn metrics_are_declared_as_they_should_be() {
        for declaration in crate::metrics::ALL {
            assert_eq!(declaration.fault("geofence"), None);
        }
    }
}
