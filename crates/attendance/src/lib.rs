//! Consumer: positions, punches and rosters to attendance.

pub mod derive;
pub mod engine;
pub mod facts;
pub mod month;
pub mod presence;
pub mod report;
pub mod roster;
pub mod schedule;
