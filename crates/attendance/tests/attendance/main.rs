//! The attendance crate from outside: scenario rows, properties, bad input.

mod scenarios;
mod track;
