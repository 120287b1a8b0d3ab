//! The attendance crate from outside: scenario rows, properties, bad input.

#![allow(clippy::print_stderr, reason = "a failed row is shown with what it came to")]

mod bad;
mod conservation;
mod log;
mod pipeline;
mod reasons;
mod scenarios;
mod service;
mod staff;
mod track;
mod zones;
