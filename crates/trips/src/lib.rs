//! Consumer: positions to trips and stops.
//!
//! [`engine`] is pure; the service around it reads `positions` and writes `trips` and `stops`.

pub mod engine;
pub mod score;
