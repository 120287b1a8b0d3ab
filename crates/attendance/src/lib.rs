//! Consumer: positions, punches and rosters to attendance.

mod config;
pub mod derive;
pub mod engine;
pub mod facts;
pub mod metrics;
pub mod month;
pub mod presence;
pub mod report;
pub mod roster;
pub mod schedule;
mod service;

pub use config::AttendanceConfig;
pub use service::{Attendance, SECTION, Telling, run};
