//! Consumer: positions, punches and rosters to attendance.
