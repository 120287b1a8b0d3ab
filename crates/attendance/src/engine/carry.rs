use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What one day hands on to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carry {
    /// Overtime of the month so far, minutes.
    pub overtime_min: u32,
    /// Time-off bank, minutes.
    pub time_off_min: u32,
    /// Overtime went on beyond midnight: until then it is no lateness the next day.
    pub late_night: Option<Date>,
    /// Worked in the cycle so far, minutes.
    pub cycle_worked_min: u32,
    /// Of these on statutory holidays.
    pub cycle_statutory_min: u32,
}
