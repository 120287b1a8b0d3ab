//! Consumer: positions to trips and stops.
//!
//! [`engine`] is pure: fixes in, trips and stops with revisions out. [`intake`] makes fixes of position events,
//! [`score`] compares trips with the truth.

pub mod engine;
pub mod intake;
pub mod score;
