//! Trips and stops of scripted days, of real days and of nonsense.

mod day;
mod nonsense;
mod real_days;
mod restart;
mod scenarios;
