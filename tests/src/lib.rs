//! What tests that span crates share: real services that a test starts and stops.
//!
//! The tests themselves stand in `tests/` beside this file.

pub mod kafka;
mod ports;
pub mod wait;
