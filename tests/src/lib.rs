//! What tests that span crates share: real services and processes that a test starts and stops.
//!
//! The tests themselves stand in `tests/` beside this file.

pub mod kafka;
pub mod ports;
pub mod program;
pub mod wait;
