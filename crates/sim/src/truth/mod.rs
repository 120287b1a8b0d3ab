//! What really happened, to score consumers against.

mod trips;
mod visits;
mod write;

pub use trips::{Stop, Trip, stops, trips};
pub use visits::{Crossing, CrossingKind, Visit, crossings, visits};
pub use write::{WriteError, write};
