//! Consumer: positions, punches and rosters to attendance.

pub mod engine;
pub mod presence;
pub mod roster;
pub mod schedule;
