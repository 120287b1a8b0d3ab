//! Benches of the main paths. See `benches/` beside this file.

pub mod process;
pub mod topics;
