//! Consumer: positions to fence events.
//!
//! [`engine`] is the pure core: fixes and fences in, events out, in whatever order the fixes arrive.

pub mod engine;

pub use engine::GeofenceConfig;
