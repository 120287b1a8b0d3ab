//! What happened between devices and fences: fixes in, events out. No I/O, no clock.
//!
//! * [`FenceSet`] holds the fences with their versions and finds them.
//! * [`Track`] is all that is known of one device. [`Track::observe`] takes a fix, in time or late;
//!   [`Track::tick`] does what is due without one.
//! * The events that remain are a function of the set of fixes and of the fences, whatever the order of arrival.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod codec;
mod definition;
mod evidence;
mod fences;
mod fix;
mod history;
mod key;
mod presence;
mod revise;
mod rules;
mod schedule;
mod scope;
mod settings;
mod step;
mod transition;

pub use definition::{DefinitionError, DefinitionProblem};
pub use fences::{Edit, FenceSet};
pub use fix::{Fix, Quarantine, millis, timestamp};
pub use history::{Taken, Track};
pub use key::FenceKey;
pub use scope::Memberships;
pub use settings::{GeofenceConfig, Settings};
pub use transition::{Change, Kind, Transition};

/// What a fix is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Settings.
    pub settings: &'a Settings,
    /// Fences.
    pub fences: &'a FenceSet,
    /// Who belongs to what.
    pub members: &'a Memberships,
    /// The device.
    pub device: &'a str,
}
