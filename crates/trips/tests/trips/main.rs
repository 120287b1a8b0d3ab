//! Trips and stops of scripted days, of real days and of nonsense.

mod buses;
mod day;
mod field_days;
mod nonsense;
mod on_kafka;
mod real_days;
mod restart;
mod scenarios;
mod through_the_bus;
