//! What every log must do, whichever backend keeps it.
//!
//! Each check is a function over a [`Fixture`]; the modules `local`, … run all of them on one backend.

mod checks;
mod damage;
mod fixture;
mod kafka;
mod kill;
mod local;
mod mock;
mod probe;
mod registry;
mod spool;
