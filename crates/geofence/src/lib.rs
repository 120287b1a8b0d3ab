//! Consumer: positions to fence events.
//!
//! [`engine`] is the pure core: fixes and fences in, events out, in whatever order the fixes arrive. [`files`] reads
//! fences as people draw them.

pub mod engine;
pub mod files;

pub use engine::GeofenceConfig;
