//! Trips and stops of scripted days, of real days and of nonsense.

mod buses;
mod day;
mod nonsense;
mod real_days;
mod restart;
mod scenarios;
mod through_the_bus;
