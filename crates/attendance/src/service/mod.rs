//! The shell: positions, punches and definitions from the log in, records and signals to the log out.
//!
//! Positions are keyed by device and attendance by person, so there are two stages with the topic `evidence` between
//! them: [`Telling`] finds who carried the device, [`Attendance`] judges persons. When a binding changes, the fixes
//! concerned go from the one person to the other through the same topic.

mod archive;
mod definitions;
mod seat;
mod stage;
mod telling;

use bus::Bus;
use tokio_util::sync::CancellationToken;

use crate::AttendanceConfig;

pub use stage::Attendance;
pub use telling::Telling;

/// The section of the configuration, for [`runtime::config::Sources`].
pub const SECTION: runtime::config::Section = runtime::config::Section {
    name: "attendance",
    defaults: include_str!("../default.toml"),
};

/// Runs the consumer until `stop`.
///
/// # Errors
/// When the log cannot be read or written and trying again does not help.
pub async fn run(config: &AttendanceConfig, bus: Bus, stop: CancellationToken) -> Result<(), bus::Error> {
    let telling = bus.run(Telling::default(), stop.clone());
    let judging = bus.run(Attendance::new(config), stop);
    tokio::try_join!(telling, judging).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commented_defaults_are_the_defaults() {
        let sources = runtime::config::Sources::read(&[SECTION], None, []).unwrap();
        let mut settings = sources.settings();
        let read: AttendanceConfig = settings.checked("attendance", AttendanceConfig::check);
        assert_eq!(settings.finish(), Ok(()));
        assert_eq!(read, AttendanceConfig::default());
    }

    #[test]
    fn metrics_are_declared_as_they_should_be() {
        for declaration in crate::metrics::ALL {
            assert_eq!(declaration.fault("attendance"), None);
        }
    }
}
