//! The engine against scenarios with known results, each in the order given, in random orders and with every fix
//! repeated.

mod days;
mod rows;
mod shuffled;
mod traces;
mod world;
