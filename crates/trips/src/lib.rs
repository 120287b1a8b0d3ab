//! Consumer: positions to trips and stops.
//!
//! [`engine`] is pure: fixes in, trips and stops with revisions out. [`intake`] makes fixes of position events,
//! [`score`] compares trips with the truth. [`TripStage`] is the consumer on the bus.

pub mod engine;
pub mod intake;
pub mod metrics;
pub mod score;

mod service;

pub use service::{Partition, TripStage, run};
