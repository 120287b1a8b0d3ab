//! Consumer: positions to fence events.
//!
//! [`engine`] is the pure core: fixes and fences in, events out, in whatever order the fixes arrive. [`files`] reads
//! fences as people draw them. [`service`] is the shell: the log in, the log out, and who is where.

pub mod engine;
pub mod files;
pub mod metrics;
pub mod service;

pub use engine::GeofenceConfig;
pub use service::{Handle, new, run};
